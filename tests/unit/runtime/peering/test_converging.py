"""Boxes that are linked have seen the same in the end, each envelope once per link."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

import pytest

from node.protocol.envelope import Envelope
from node.protocol.frontier import Row
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.ranges import Ranges
from node.runtime.peering import comparing
from node.store.transaction import Transaction
from node.sync.frames import Gone, Keepalive, Rows, RowsMode, Stored
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.fakes.memory_link import MemoryLink
from tests.unit.runtime.peering.boxes import Box, Boxes

pytestmark = pytest.mark.anyio

T = TypeVar("T")


def written(names: int, messages: int, prefix: str = "p") -> list[Envelope]:
    authors = [RemoteAuthor(f"{prefix}{number}") for number in range(names)]
    return [author.says(f"{author.name} {n}") for n in range(messages) for author in authors]


async def test_two_islands_become_one_and_nothing_goes_twice(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(*written(40, 5, "a"))
    await other.takes(*written(40, 5, "b"))
    await one.says("here")
    linked = boxes.link(one, other)
    await boxes.in_sync(one, other)
    assert len(await one.texts()) == 401
    assert await one.texts() == await other.texts()
    assert linked.cable.is_once()
    assert len(linked.cable.dialler.envelopes()) == 200 + 2  # with what was said, and who says it


async def test_many_logs_become_one_in_batches(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    common = written(200, 1)
    await one.takes(*common, *written(100, 1, "a"))
    await other.takes(*common, *written(100, 1, "b"))
    linked = boxes.link(other, one)
    await boxes.in_sync(one, other)
    modes = [rows.mode for rows in linked.cable.dialler.said(Rows)]
    assert modes[0] is RowsMode.NEWEST
    assert len(await one.texts()) == 400
    assert linked.cable.is_once()
    crossed = linked.cable.dialler.envelopes() + linked.cable.acceptor.envelopes()
    assert len(crossed) == 200


async def test_boxes_that_see_nothing_lacking_do_not_become_one(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "lacking", _nothing)
    author = RemoteAuthor("ana")
    first, second = author.says("1"), author.says("2")
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(first)
    await other.takes(first, second)
    boxes.link(one, other)
    await eventually(lambda: _compared(one))
    await asyncio.sleep(0.3)
    assert await one.digests() != await other.digests()


def _nothing(_mine: Row | None, _theirs: Row) -> Ranges:
    return Ranges()


async def _compared(box: Box) -> bool:
    return any(session.talk.is_compared for session in box.node.peering.sessions.values())


@pytest.mark.parametrize(("mine", "theirs"), [(3, 2), (0, 2), (3, 0), (0, 0), (90, 0), (0, 90)])
async def test_at_the_second_link_only_what_changed_since_is_shown(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch, mine: int, theirs: int
) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(*written(200, 1, "a"))
    linked = boxes.link(one, other)
    await boxes.in_sync(one, other)
    await eventually(lambda: _checkpoints(one, other))
    await linked.cut()
    await one.takes(*written(mine, 1, "new" * 500))
    await other.takes(*written(theirs, 1, "also" * 400))
    for box in (one, other):
        monkeypatch.setattr(box.store, "write", _slowly(box))
    linked = boxes.link(one, other)
    await boxes.in_sync(one, other)
    await eventually(lambda: _made_sure(linked.cable.acceptor))
    assert len(await other.texts()) == 200 + mine + theirs
    shown = linked.cable.dialler.said(Rows)
    assert (shown[0].mode, len(shown[0].rows)) == (RowsMode.SINCE, mine)
    assert {(rows.mode, len(rows.rows)) for rows in shown[1:]} == {(RowsMode.NEWEST, 0)}
    answers = linked.cable.acceptor.said(Rows)
    assert {rows.mode for rows in answers} == {RowsMode.ANSWER}
    assert [len(rows.rows) for rows in answers] == [theirs, *[0] * (len(answers) - 1)]
    assert linked.cable.is_once()


async def _made_sure(acceptor: MemoryLink) -> bool:
    return len(acceptor.said(Rows)) >= 2


def _slowly(box: Box) -> Callable[[Callable[[Transaction], T]], Awaitable[T]]:
    """Return how the store of a box writes on a slow card."""
    write = box.store.write

    async def slow(work: Callable[[Transaction], T]) -> T:
        await asyncio.sleep(0.05)
        return await write(work)

    return slow


async def _checkpoints(one: Box, other: Box) -> bool:
    for box, peer in ((one, other), (other, one)):
        reached = await box.store.checkpoint(peer.id)
        if reached is None or reached.changed_n != await peer.store.changed_n():
            return False
    return True


async def test_a_checkpoint_survives_a_restart_and_not_another_store(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(*written(150, 1, "a"))
    linked = boxes.link(one, other)
    await boxes.in_sync(one, other)
    await eventually(lambda: _checkpoints(one, other))
    await linked.cut()
    for box in (one, other):
        await boxes.shut(box)
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(*written(1, 1, "new"))
    linked = boxes.link(one, other)
    await boxes.in_sync(one, other)
    assert linked.cable.dialler.said(Rows)[0].mode is RowsMode.SINCE
    await boxes.shut(other)
    fresh = await boxes.open("other", path=other.path.with_suffix(".fresh"))
    linked = boxes.link(one, fresh)
    await boxes.in_sync(one, fresh)
    assert linked.cable.dialler.said(Rows)[0].mode is RowsMode.NEWEST


async def test_only_rooms_that_both_carry_travel(boxes: Boxes) -> None:
    drawn = Random(5)  # noqa: S311
    rooms = [RoomId(drawn.randbytes(32)) for _ in range(3)]
    whole = await boxes.open("whole")
    half = await boxes.open("half", carried=frozenset({EVERYONE, rooms[0], rooms[1]}))
    other = await boxes.open("other", carried=frozenset({EVERYONE, rooms[1], rooms[2]}))
    author = RemoteAuthor("ana")
    said = {room: author.says("in a room", room=room) for room in (EVERYONE, *rooms)}
    await whole.takes(*said.values())
    first = boxes.link(whole, half)
    second = boxes.link(half, other)
    shared = frozenset({EVERYONE, rooms[1]})
    await eventually(lambda: _has(other, 1, rooms[1]))
    await eventually(lambda: _same(half, other, shared))
    await eventually(lambda: _same(half, whole, shared | {rooms[0]}))
    assert await other.texts(rooms[1]) == {"in a room"}
    assert not await other.texts(rooms[2])
    assert said[rooms[2]].exact not in first.cable.dialler.envelopes()
    assert said[rooms[0]].exact not in second.cable.dialler.envelopes()
    for linked in (first, second):
        for link in (linked.cable.dialler, linked.cable.acceptor):
            handles = {row.handle for rows in link.said(Rows) for row in rows.rows}
            handles |= {entry.handle for each in link.said(Stored) for entry in each.entries}
            assert said[rooms[2]].payload.log.handle not in handles
    await eventually(lambda: _all_in_sync(whole, half, other))


async def _same(one: Box, other: Box, rooms: frozenset[RoomId]) -> bool:
    return await one.digests(rooms) == await other.digests(rooms)


async def _all_in_sync(*boxes: Box) -> bool:
    sessions = [s for box in boxes for s in box.node.peering.sessions.values()]
    return all(session.talk.in_sync for session in sessions)


async def test_a_peer_that_dies_in_the_middle_has_given_what_was_committed(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(*written(300, 2, "a"))
    linked = boxes.link(one, other)

    async def some_came() -> bool:
        return len(await other.texts()) > 20

    await eventually(some_came)
    await linked.cut()
    before = await other.texts()
    assert before <= await one.texts()
    again = boxes.link(one, other)
    await boxes.in_sync(one, other)
    assert len(await other.texts()) == 600
    assert again.cable.is_once()
    assert len(again.cable.dialler.envelopes()) == 600 - len(before)


async def test_news_goes_on_while_a_backlog_is_on_its_way(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(*written(200, 3, "a"))
    linked = boxes.link(one, other)
    await eventually(lambda: _compared(one))
    await one.says("help", urgent=True)
    await other.says("coming", urgent=True)
    await boxes.in_sync(one, other)
    assert {"help", "coming"} <= await one.texts() & await other.texts()
    assert linked.cable.is_once()


async def test_three_in_a_row_and_in_a_ring_agree(boxes: Boxes) -> None:
    made = [await boxes.open(name) for name in ("a", "b", "c")]
    for number, box in enumerate(made):
        await box.takes(*written(20, 2, f"x{number}"))
    cables = [boxes.link(made[0], made[1]).cable, boxes.link(made[1], made[2]).cable]
    await boxes.in_sync(*made)
    cables.append(boxes.link(made[2], made[0]).cable)
    for box in made:
        await box.says(f"now {box.name}")
    await boxes.in_sync(*made)
    assert len(await made[0].texts()) == 123
    assert all(cable.is_once() for cable in cables)


async def test_after_agreeing_nothing_is_said_until_a_keepalive_is_due(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(*written(10, 1, "a"))
    linked = boxes.link(one, other)
    await boxes.in_sync(one, other)
    await asyncio.sleep(0.5)
    links = (linked.cable.dialler, linked.cable.acceptor)
    before = [len(link.sent) for link in links]
    await asyncio.sleep(0.5)
    assert [len(link.sent) for link in links] == before
    boxes.pass_s(45)
    await eventually(lambda: _said(links[0], before[0]))
    for link, count in zip(links, before, strict=True):
        assert {type(each) for each in link.said(Keepalive)[-1:]} == {Keepalive}
        assert len(link.sent) - count <= 2


async def _said(link: object, count: int) -> bool:
    sent: list[bytes] = vars(link)["sent"]
    return len(sent) > count


async def test_what_is_gone_at_one_is_told_so_and_its_tail_is_taken(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    log = written(1, 6)
    await one.takes(*log[3:])  # as after an eviction that left no mark: holes 1 to 3
    linked = boxes.link(one, other)
    await eventually(lambda: _has(other, 3))
    assert not linked.cable.dialler.said(Gone)
    assert await one.digests() == await other.digests()


async def _has(box: Box, count: int, room: RoomId = EVERYONE) -> bool:
    return len(await box.texts(room)) == count
