"""How a node is put together in a world, as ``node.app`` does it over sockets and files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from node.contract.people import Box
from node.protocol.ids import RoomId
from node.runtime.node import Node, Surroundings
from node.runtime.peering.ports import Link
from node.store.store import Store, open_store
from tests.simulation.clock import VirtualClock

Rooms = frozenset[RoomId] | None


class Peering(Protocol):
    """What runs sessions over links."""

    async def run_link(self, link: Link) -> Any:  # noqa: ANN401 - how it ended is not judged here
        """Run one session until the link ends."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a node is made of."""

    who: Box
    store: Store
    clock: VirtualClock
    entropy: Callable[[int], bytes]
    carried: Rooms


Compose = Callable[[Parts], tuple[Node, Peering]]


async def open_disk(
    path: Path, *, node_id: str, clock: VirtualClock, budget_bytes: int, carried: Rooms
) -> Store:
    """Open the store at ``path``, on whatever disk is mounted there."""
    return await open_store(
        path,
        node_id=node_id,
        clock=clock,
        budget_bytes=budget_bytes,
        machine=None,
        carried=carried,
    )


def shipping(parts: Parts) -> tuple[Node, Peering]:
    """Compose a node as it ships, over virtual links."""
    surroundings = Surroundings(carried=parts.carried)
    node = Node(parts.who, parts.store, parts.clock, parts.entropy, surroundings)
    return node, node.peering
