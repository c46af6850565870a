"""Two boxes: urgent before bulk on a slow link, and what was dropped never crosses again."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from node.contract.clock import ClockQuality
from node.protocol.envelope import open_envelope
from node.protocol.ids import EVERYONE, EnvelopeId
from node.protocol.ranges import Ranges
from node.runtime.messages import Post
from node.sync.frames import Data, decode_frame
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import START_MS
from tests.simulation.box import Box
from tests.simulation.composing import shipping
from tests.simulation.disk import Disks
from tests.simulation.ledger import Ledger
from tests.simulation.loop import run
from tests.simulation.net import Cable, Medium, VirtualLink
from tests.simulation.plan import BoxPlan, Storage

Quality = Callable[[str, float, str, float | None], None]

SLOW: Final = Medium(latency_s=0.2, rate_bytes_s=125_000.0)
"""200 ms each way and 1 Mbit/s."""

BACKLOG_BYTES: Final = 20_000_000
LONG_TEXT: Final = "\N{SNOWMAN}" * 2_000
URGENT_S: Final = 1.0

ROUNDS: Final = 40
ROUND_S: Final = 21_600.0
MESSAGES: Final = 25
DAY_S: Final = 86_400


def a_box(name: str, storage: Storage, disks: Disks) -> Box:
    """Return a box that is off."""
    plan = BoxPlan(name, 1, None, storage, 0, 0.0, ClockQuality.REFERENCE)
    return Box(plan, disks, Ledger(), shipping)


def plugged(one: Box, other: Box, medium: Medium) -> tuple[Cable, "list[asyncio.Task[None]]"]:
    """Link two boxes that run."""
    ends = (one.name, one.node_id), (other.name, other.node_id)
    cable = Cable(*ends, secret=bytes(32), medium=medium)
    return cable, [one.serve(cable.dialler), other.serve(cable.acceptor)]


async def until(holds: Callable[[], Awaitable[bool]], limit_s: float) -> float:
    """Return after how much virtual time ``holds`` was true."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    while not await holds():
        assert loop.time() - began_s < limit_s, "not in time"
        await asyncio.sleep(0.02)
    return loop.time() - began_s


async def digests(box: Box) -> list[str]:
    """Return a box's digests."""
    return (await box.node.status.sync()).digests


async def _urgent() -> tuple[float, int, float]:
    disks = Disks()
    with disks.mounted():
        full, empty = (a_box(name, Storage.LARGE, disks) for name in ("full", "empty"))
        await full.start()
        await empty.start()
        person = await full.introduce("Ana")
        authors = [RemoteAuthor(f"author {number}") for number in range(20)]
        size = 0
        while size < BACKLOG_BYTES:
            batch = [author.says(LONG_TEXT) for author in authors]
            size += sum(len(envelope.exact) for envelope in batch)
            await full.store.write(
                lambda tx, batch=batch: [tx.take(e, 0, START_MS, Ranges()) for e in batch]  # type: ignore[misc]
            )
        plugged(full, empty, SLOW)
        await asyncio.sleep(20.0)
        await full.node.messages.post(person, EVERYONE, Post("The dam breaks.", urgent=True))
        left = (await full.node.status.sync()).messages - (await empty.node.status.sync()).messages

        async def arrived() -> bool:
            newest = (await empty.node.messages.page(EVERYONE, limit=200)).items
            return any(message.text == "The dam breaks." for message in newest)

        took_s = await until(arrived, 60.0)

        async def equal() -> bool:
            return await digests(full) == await digests(empty)

        whole_s = await until(equal, 3_600.0)
        await full.stop()
        await empty.stop()
        return took_s, left, whole_s


def test_urgent_overtakes_a_backlog_of_20_megabytes(quality: Quality) -> None:
    took_s, left, whole_s = run(_urgent())
    assert left > 2_000, "control: nearly all of the backlog was still to come"
    quality("urgent-before-20-MB", took_s, "s of link time", URGENT_S)
    quality("20-MB-at-1-Mbit", whole_s, "s of link time", None)
    assert took_s <= URGENT_S


async def _rounds(*, forgets: bool) -> tuple[Counter[EnvelopeId], int, bool]:
    disks = Disks()
    crossed: Counter[EnvelopeId] = Counter()

    def tap(_end: VirtualLink, data: bytes) -> None:
        frame = decode_frame(data)
        if isinstance(frame, Data):
            crossed.update(open_envelope(item.exact).id for item in frame.items)

    with disks.mounted():
        day, fortnight = a_box("day", Storage.SMALL, disks), a_box("long", Storage.LARGE, disks)
        boxes = day, fortnight
        for box in boxes:
            await box.start()
        people = [RemoteAuthor(f"person at {box.name}") for box in boxes]
        for number in range(ROUNDS):
            for box, person in zip(boxes, people, strict=True):
                said = [
                    person.says(f"{number}.{n}", ttl_s=DAY_S if n % 2 else 14 * DAY_S)
                    for n in range(MESSAGES)
                ]
                await box.store.write(
                    lambda tx, said=said: [tx.take(e, 0, START_MS, Ranges()) for e in said]  # type: ignore[misc]
                )
            cable, ends = plugged(day, fortnight, Medium())
            cable.taps.append(tap)

            async def in_sync() -> bool:
                states = [await box.node.status.sync() for box in boxes]
                return all(state.peers and state.peers[0].in_sync for state in states)

            await until(in_sync, 120.0)
            cable.cut()
            await asyncio.gather(*ends)
            await asyncio.sleep(ROUND_S)
            for box in boxes:
                await box.store.keep_time()
                box.rest()
            if forgets:
                day.disk.db.execute("DELETE FROM peer")
        held = (await day.node.status.sync()).messages
        equal = await digests(day) == await digests(fortnight)
        for box in boxes:
            await box.stop()
    return crossed, held, equal


@pytest.mark.parametrize("forgets", [False, True], ids=["checkpoints", "no checkpoints"])
def test_what_one_box_lets_go_never_crosses_again(forgets: bool) -> None:  # noqa: FBT001
    crossed, held, equal = run(_rounds(forgets=forgets))
    assert len(crossed) == 2 * ROUNDS * MESSAGES
    assert held < len(crossed) / 2, "control: one box has let go of most"
    assert set(crossed.values()) == {1}
    assert equal
