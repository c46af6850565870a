"""``/peers``: the nearby boxes."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from node.api.openapi import reading
from node.api.sentences import HEX_64
from node.contract.problems import NOT_FOUND, RefusedError
from node.contract.sync import Peer
from node.runtime.node import Node


@get("/peers", operation_id="listPeers", tags=["peers"], responses=reading())
async def list_peers(node: NamedDependency[Node]) -> list[Peer]:
    """List the boxes this one has ever been linked with."""
    return await node.status.peers()


@get("/peers/{peer_id:str}", operation_id="getPeer", tags=["peers"], responses=reading(NOT_FOUND))
async def get_peer(
    peer_id: Annotated[str, PathParameter(pattern=HEX_64)], node: NamedDependency[Node]
) -> Peer:
    """Show one of them."""
    for peer in await node.status.peers():
        if peer.id == peer_id:
            return peer
    raise RefusedError(NOT_FOUND, "This box has never been linked with that one.")
