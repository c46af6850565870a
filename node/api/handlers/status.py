"""``/status`` and ``/sync/state``: how the box is, and what is still only here."""

from litestar import get
from litestar.di import NamedDependency

from node.api.openapi import reading
from node.contract.status import NodeStatus
from node.contract.sync import SyncState
from node.runtime.node import Node


@get("/status", operation_id="getStatus", tags=["status"], responses=reading())
async def get_status(node: NamedDependency[Node]) -> NodeStatus:
    """Show everything a person, a light or an operator asks first."""
    return await node.status.read()


@get("/sync/state", operation_id="getSyncState", tags=["status"], responses=reading())
async def get_sync_state(node: NamedDependency[Node]) -> SyncState:
    """Show what this box holds, and what no other box has stored yet."""
    return await node.status.sync()
