"""``/status`` and ``/sync/state``: how the box is, and what is still only here."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from node.api.addresses import client_address
from node.api.entrance import entrance_of
from node.api.openapi import SESSION, reading, writing
from node.api.schemas import PhoneTime
from node.contract.status import NodeStatus
from node.contract.sync import SyncState
from node.runtime.node import Node
from node.runtime.sessions import Session


@get("/status", operation_id="getStatus", tags=["status"], responses=reading())
async def get_status(node: NamedDependency[Node], request: Request[Any, Any, Any]) -> NodeStatus:
    """Show everything a person, a light or an operator asks first."""
    return await node.status.read(evidence=entrance_of({**request.scope}).is_socket)


@get("/sync/state", operation_id="getSyncState", tags=["status"], responses=reading())
async def get_sync_state(node: NamedDependency[Node]) -> SyncState:
    """Show what this box holds, and what no other box has stored yet."""
    return await node.status.sync()


@post(
    "/clock/vote",
    operation_id="voteOnTime",
    tags=["status"],
    status_code=204,
    responses=writing(),
    security=SESSION,
)
async def vote_on_time(
    data: JSONBody[PhoneTime],
    node: NamedDependency[Node],
    session: NamedDependency[Session],
    request: Request[Any, Any, Any],
) -> None:
    """Say what the phone's clock shows; a box without a clock weighs what several say."""
    address = client_address({**request.scope})
    node.status.votes.vote(session.user.id, address, data.phone_ms)
