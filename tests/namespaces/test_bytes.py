"""What it costs two boxes to become equal, counted at the sockets between them."""

import asyncio
import itertools
import random
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.contract.people import Box
from node.net.dial import dial
from node.net.doors import open_peer_doors
from node.net.identity import LinkIdentity
from node.net.link import TcpLink
from node.net.listener import Listener
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.keys import SigningKey
from node.protocol.ranges import Ranges
from node.runtime.node import Node
from node.store.store import Store, open_store
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import START_MS, FakeClock
from tests.fakes.deadlines import eventually
from tests.fakes.entropy import seeded
from tests.namespaces.relay import Relay

pytestmark = pytest.mark.anyio

Quality = Callable[[str, float, str, float | None], None]

COMMON = 20_000
MISSING = 1_000
WORDS = (
    "water",
    "bridge",
    "gym",
    "north",
    "safe",
    "road",
    "school",
    "bread",
    "doctor",
    "radio",
    "night",
    "tent",
    "river",
    "east",
)
AT_ONCE = 500


@dataclass(frozen=True)
class Filled:
    """A node over a store, and what its links are made with."""

    node: Node
    store: Store
    identity: LinkIdentity


@asynccontextmanager
async def filled(name: str, folder: Path, envelopes: Iterable[Envelope]) -> AsyncGenerator[Filled]:
    """Yield a running node that holds ``envelopes``, which arrived in this order."""
    identity = LinkIdentity(SigningKey(seeded(len(name))(32)), deflate=False)
    node_id = identity.node_key.verify_key.hex()
    clock = FakeClock()
    store = await open_store(
        folder / f"{name}.db", node_id=node_id, clock=clock, budget_bytes=10**9, machine=None
    )
    waiting = list(envelopes)
    for at in range(0, len(waiting), AT_ONCE):
        batch = waiting[at : at + AT_ONCE]
        await store.write(
            lambda tx, batch=batch: [tx.take(e, 40_000, START_MS, Ranges()) for e in batch]  # type: ignore[misc]
        )
    node = Node(Box(node_id, node_id, name), store, clock, seeded(len(name)))
    running = asyncio.create_task(node.run())
    try:
        yield Filled(node, store, identity)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.close()


def written(authors: int, rooms: int, chance: random.Random) -> Iterable[Envelope]:
    """Return messages without end; some people and rooms say much, most say little."""
    people = [RemoteAuthor(f"author {number}") for number in range(authors)]
    places = [EVERYONE, *(RoomId(chance.randbytes(32)) for _ in range(rooms - 1))]
    odds = [1 / (number + 1) for number in range(authors)]
    room_odds = [1 / (number + 1) for number in range(rooms)]
    while True:
        person = chance.choices(people, odds)[0]
        text = " ".join(chance.choices(WORDS, k=13))
        yield person.says(text, room=chance.choices(places, room_odds)[0])


async def exchanged(left: Filled, right: Filled) -> tuple[int, int]:
    """Link two nodes through a relay until both say that nothing is missing.

    Returns the bytes that passed, from the dialler and to it.
    """

    async def host(link: TcpLink) -> None:
        await right.node.peering.run_link(link)

    listener = Listener(open_peer_doors(0), right.identity, host)
    relay = Relay(listener.port)
    await listener.start()
    await relay.start()
    link = await dial("127.0.0.1", relay.port, identity=left.identity)
    running = asyncio.create_task(left.node.peering.run_link(link))

    async def settled() -> bool:
        states = [await side.node.status.sync() for side in (left, right)]
        equal = states[0].digests == states[1].digests
        return equal and all(peer.in_sync for state in states for peer in state.peers)

    try:
        await eventually(settled, 60)
        return relay.forth, relay.back
    finally:
        await left.node.peering.stop()
        await asyncio.gather(running, return_exceptions=True)
        await listener.stop()
        await relay.stop()


@dataclass(frozen=True)
class Case:
    """Two islands, and what they may send."""

    authors: int
    rooms: int
    factor: float
    """Of the bytes of the missing envelopes."""
    spare_bytes: int


CASES = (Case(50, 1, 1.05, 4_096), Case(500, 3, 1.10, 0))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.authors}-authors")
async def test_two_islands_send_what_is_missing_and_little_else(
    tmp_path: Path, quality: Quality, case: Case
) -> None:
    authors, rooms = case.authors, case.rooms
    chance = random.Random(7)  # noqa: S311 - a test that replays
    everything = list(itertools.islice(written(authors, rooms, chance), COMMON + MISSING))
    common = everything[:COMMON]
    # A log is written on one box: an author belongs to one island.
    islands: tuple[list[Envelope], list[Envelope]] = ([], [])
    for envelope in everything[COMMON:]:
        islands[envelope.payload.author[0] & 1].append(envelope)
    missing_bytes = sum(len(envelope.exact) for envelope in everything[COMMON:])
    async with (
        filled("a", tmp_path, [*common, *islands[0]]) as left,
        filled("bb", tmp_path, [*common, *islands[1]]) as right,
    ):
        forth, back = await exchanged(left, right)
    limit = case.factor * missing_bytes + case.spare_bytes
    print(  # noqa: T201 - whoever doubts the figure reads it here
        f"{MISSING} missing of {COMMON + MISSING}, {authors} authors, {rooms} rooms: "
        f"{forth} + {back} = {forth + back} bytes for {missing_bytes} bytes of envelopes, "
        f"{(forth + back) / missing_bytes:.4f} times; allowed {limit:.0f}"
    )
    quality(f"bytes-{authors}-authors", (forth + back) / missing_bytes, "ratio", None)
    assert missing_bytes < forth + back <= limit
