"""Who has what: counted after a commit and never too high; gone is believed late."""

import asyncio
from dataclasses import replace

import pytest

from node.protocol.envelope import Envelope, open_envelope
from node.protocol.ids import EnvelopeId, LogHandle
from node.protocol.ranges import Ranges
from node.runtime.peering.remembered import MAX_REMEMBERED_RUNS, Remembered
from node.store.gone import PATIENCE_S, judge_some
from node.store.transaction import Transaction
from node.sync.frames import Data, Gone, Rows, RowsMode, Stored, StoredEntry, Want
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.fakes.memory_link import MemoryLink
from tests.unit.runtime.peering.boxes import HELLO, Box, Boxes, Stranger
from tests.unit.store.conftest import connection_of

pytestmark = pytest.mark.anyio

HOUR_S = 3_600

_ANSWER = RowsMode.ANSWER


async def test_each_box_that_stored_a_message_is_counted_and_stays_counted(boxes: Boxes) -> None:
    one, other, third = [await boxes.open(name) for name in ("one", "other", "third")]
    await one.says("hello")
    assert await one.boxes("hello") == 1
    linked = [boxes.link(one, other), boxes.link(third, one)]
    await eventually(lambda: _boxes(one, "hello", 3))
    assert (await one.node.status.sync()).unsent.messages == 0
    for each in linked:
        await each.cut()
    await boxes.shut(one)
    again = await boxes.open("one")
    assert await again.boxes("hello") == 3
    boxes.link(again, other)
    await boxes.in_sync(again, other)
    assert await again.boxes("hello") == 3


async def _boxes(box: Box, text: str, count: int) -> bool:
    return text in await box.texts() and await box.boxes(text) == count


async def test_stored_goes_to_every_link_whoever_brought_it(boxes: Boxes) -> None:
    middle = await boxes.open("middle")
    bringer, listener = boxes.stranger(middle, "bringer"), boxes.stranger(middle, "listener")
    for stranger in (bringer, listener):
        await stranger.hello()
    envelope = RemoteAuthor("ana").says("hello")
    await bringer.brings(envelope)
    for stranger in (bringer, listener):
        (entry,) = (await stranger.next(Stored)).entries
        assert entry == StoredEntry(envelope.payload.log.handle, Ranges.at([1]), envelope.id[:4])


async def test_stored_is_said_together_and_in_time(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    author = RemoteAuthor("ana")
    said = [author.says(f"{number}") for number in range(5)]
    began_s = asyncio.get_running_loop().time()
    await stranger.brings(*said)
    (entry,) = (await stranger.next(Stored)).entries
    assert asyncio.get_running_loop().time() - began_s < 0.2 * 4
    assert (entry.positions, entry.tip) == (Ranges.of([(1, 5)]), said[4].id[:4])


async def test_of_a_forked_log_each_id_is_said_alone(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    author = RemoteAuthor("ana")
    first = author.says("1")
    twin = author.twin()
    await box.takes(first, author.says("2"), twin.says("2 too"))
    stranger = boxes.stranger(box)
    await stranger.hello()
    said = [twin.says("3"), twin.says("4")]
    await stranger.brings(*said)
    tips = set[bytes]()
    while len(tips) < 2:
        for entry in (await stranger.next(Stored)).entries:
            assert entry.positions.count == 1
            tips.add(entry.tip)
    assert tips == {each.id[:4] for each in said}


async def _own(box: Box, text: str) -> Envelope:
    """Return a message of this box, as it is stored."""
    message = await box.says(text)
    exact = await box.store.envelope(EnvelopeId(bytes.fromhex(message.id)))
    assert exact is not None

    return open_envelope(exact)


@pytest.mark.parametrize(("right", "count"), [(True, 2), (False, 1)])
async def test_a_peer_is_counted_only_where_its_id_is_the_one_here(
    boxes: Boxes, *, right: bool, count: int
) -> None:
    box = await boxes.open("gym")
    mine = await _own(box, "hello")
    stranger = boxes.stranger(box)
    await stranger.hello()
    tip = mine.id[:4] if right else b"lie!"
    entry = StoredEntry(mine.payload.log.handle, Ranges.at([mine.payload.seq]), tip)
    for _ in range(3):
        await stranger.say(Stored((entry,)))
    await stranger.brings(RemoteAuthor("ana").says("later"))
    await eventually(lambda: _has(box, "later"))
    assert await box.boxes("hello") == count


async def _has(box: Box, text: str) -> bool:
    return text in await box.texts()


async def test_what_a_peer_has_stored_is_not_sent_to_it(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    author = RemoteAuthor("ana")
    envelope = author.says("here already")
    handle = envelope.payload.log.handle
    await stranger.say(Stored((StoredEntry(handle, Ranges.at([1]), envelope.id[:4]),)))
    await _heard(box, stranger)
    await box.takes(envelope)
    await stranger.next(Stored)
    await stranger.never(Data, 0.5)
    assert box.session(stranger).talk.unconfirmed_count == 0


async def _heard(box: Box, stranger: Stranger) -> None:
    """Wait until the box has dealt with all a stranger said."""
    mark = RemoteAuthor(f"mark {len(stranger.link.sent)}").says("mark")
    await stranger.brings(mark)

    async def known() -> bool:
        return bool(await box.store.logs([mark.payload.log.handle]))

    await eventually(known)


def mixed(count: int, short: set[int], name: str = "ana") -> list[Envelope]:
    """Return a log in which some positions live for an hour, the others long."""
    author = RemoteAuthor(name)
    lives = [HOUR_S if seq in short else 20 * 86_400 for seq in range(1, count + 1)]
    return [author.says(f"{name} {seq}", ttl_s=ttl_s) for seq, ttl_s in enumerate(lives, 1)]


async def expire(boxes: Boxes, *old: Box) -> None:
    """Let what lives for an hour end on some boxes."""
    boxes.clock.pass_s(2 * HOUR_S)
    for box in old:
        await box.store.keep_time()


async def test_gone_is_said_before_what_comes_of_the_same_question(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    log = mixed(6, {3, 5})
    await one.takes(*log)
    await expire(boxes, one)
    linked = boxes.link(one, other)
    await eventually(lambda: _has(other, "ana 6"))
    handle = log[0].payload.log.handle
    assert [each.entries for each in linked.cable.dialler.said(Gone)] == [
        ((handle, Ranges.at([3, 5])),)
    ]
    kinds = [frame[0] for frame in linked.cable.dialler.sent]
    assert kinds.index(6) < kinds.index(5)
    assert len(linked.cable.dialler.envelopes()) == 4
    await eventually(lambda: _compared(other))
    assert other.session(one).talk.missing_here == 0


async def _compared(box: Box) -> bool:
    return all(session.talk.is_compared for session in box.node.peering.sessions.values())


async def test_what_is_gone_below_all_that_is_served_is_not_even_asked_for(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    log = mixed(6, {1, 2})
    await one.takes(*log)
    await expire(boxes, one)
    linked = boxes.link(one, other)
    await eventually(lambda: _has(other, "ana 6"))
    assert linked.cable.dialler.said(Rows)[0].lowest_served == ((0, 3),)
    want = linked.cable.acceptor.said(Want)[0]
    assert want.rows[0].positions(6) == Ranges.of([(3, 6)])
    assert not linked.cable.dialler.said(Gone)
    boxes.clock.pass_s(PATIENCE_S)
    await judge(other)
    assert await other.digests() == await one.digests()


async def test_what_a_row_shows_to_be_gone_is_remembered_of_a_log_known_before(
    boxes: Boxes,
) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    log = mixed(6, {1, 2})
    await one.takes(*log)
    await other.takes(*log[2:])
    await expire(boxes, one)
    linked = boxes.link(one, other)
    await eventually(lambda: _compared(other))
    await eventually(lambda: _answered(linked.cable.acceptor))
    assert not linked.cable.dialler.envelopes()
    boxes.clock.pass_s(PATIENCE_S)
    await judge(other)
    assert await other.digests() == await one.digests()


async def _answered(link: MemoryLink) -> bool:
    return bool(link.said(Want))


async def judge(box: Box) -> None:
    """Do what the store does in idle time."""

    def work(tx: Transaction) -> None:
        lived_s: int = vars(tx)["_conditions"].lived_s
        while judge_some(connection_of(tx), lived_s):
            pass

    await box.store.write(work)


async def test_what_was_gone_for_a_day_is_told_and_asked_of_every_new_peer_once(
    boxes: Boxes,
) -> None:
    one, other, third = [await boxes.open(name) for name in ("one", "other", "third")]
    log = mixed(6, {3, 5})
    handle = log[0].payload.log.handle
    await one.takes(*log)
    await third.takes(*log)
    await expire(boxes, one)
    linked = boxes.link(one, other)
    await eventually(lambda: _has(other, "ana 6"))
    await linked.cut()
    boxes.clock.pass_s(PATIENCE_S - 1)
    await judge(other)
    assert await other.store.told(None, 9) == []
    boxes.clock.pass_s(1)
    await judge(other)
    assert await other.store.told(None, 9) == [(handle, Ranges.at([3, 5]))]
    assert await other.digests() == await one.digests()

    second = boxes.link(other, third)  # holds what is over everywhere else
    await eventually(lambda: _has(other, "ana 5"))
    asked = [listed for want in second.cable.dialler.said(Want) for listed in want.listed]
    assert asked == [(handle, Ranges.at([3, 5]))]
    assert await other.store.told(None, 9) == []
    assert set(second.cable.acceptor.envelopes()) == {log[2].exact, log[4].exact}


async def _told(boxes: Boxes, name: str) -> tuple[Box, list[Envelope]]:
    """Return a box that was told of positions 3 and 5, of a log it has else."""
    box = await boxes.open(name)
    log = mixed(6, {3, 5})
    await box.takes(log[0], log[1], log[3], log[5])
    gone = [(log[0].payload.log.handle, Ranges.at([3, 5]))]
    peer = boxes.stranger(box, "liar").id
    await box.store.write(lambda tx: tx.note_gone(peer, gone))
    boxes.clock.pass_s(PATIENCE_S)
    await judge(box)
    assert await box.store.told(None, 9) == gone
    return box, log


async def _asked(stranger: Stranger) -> list[tuple[LogHandle, Ranges]]:
    """Let a stranger answer the box's exchange, and return what it was asked for by name."""
    await stranger.next(Rows)
    await stranger.say(Rows(_ANSWER, True, True, 0))  # noqa: FBT003
    try:
        while not (want := await stranger.next(Want, 0.5)).listed:
            pass
    except TimeoutError:
        return []
    return list(want.listed)


async def test_the_same_store_of_a_peer_is_asked_once_and_another_one_again(boxes: Boxes) -> None:
    box, log = await _told(boxes, "gym")
    what = [(log[0].payload.log.handle, Ranges.at([3, 5]))]
    for incarnation, asked in ((b"store  1", what), (b"store  1", []), (b"store  2", what)):
        stranger = boxes.stranger(box, "stranger", dials=False)
        await stranger.hello(replace(HELLO, incarnation=incarnation))
        assert await _asked(stranger) == asked
        stranger.cable.cut()
        await stranger.ending()


async def test_stored_of_what_was_only_told_is_answered_by_a_question(boxes: Boxes) -> None:
    box, log = await _told(boxes, "gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    entry = StoredEntry(log[4].payload.log.handle, Ranges.at([5]), log[4].id[:4])
    await stranger.say(Stored((entry,)))
    want = await stranger.next(Want)
    assert want.listed == ((log[4].payload.log.handle, Ranges.at([5])),)
    await stranger.brings(log[4])
    await eventually(lambda: _has(box, "ana 5"))


def test_positions_are_remembered_up_to_a_bound_the_oldest_log_is_forgotten() -> None:
    remembered = Remembered()
    logs = [LogHandle(number.to_bytes(8)) for number in range(MAX_REMEMBERED_RUNS + 10)]
    for log in logs:
        remembered.add(log, Ranges.of([(5, 9)]))
    kept = [log for log in logs if remembered[log]]
    assert kept == logs[10:]
    remembered.remove(logs[-1], Ranges.of([(1, 7)]))
    assert remembered[logs[-1]] == Ranges.of([(8, 9)])
    remembered.remove(logs[-1], Ranges.of([(8, 9)]))
    remembered.add(logs[0], Ranges.at([1]))
    assert not remembered[logs[-1]]
    assert remembered[logs[10]]


def test_scattered_positions_of_one_log_take_no_more_than_that() -> None:
    remembered, log = Remembered(), LogHandle(bytes(8))
    for number in range(20):
        runs = [(2 * seq, 2 * seq) for seq in range(1 + 500 * number, 500 * number + 500)]
        remembered.add(log, Ranges.of(runs))
    assert 499 <= len(remembered[log].runs) <= 1_024
    for number in range(10):
        for seq in range(1, 1_000):
            remembered.add(LogHandle(number.to_bytes(8)), Ranges.at([2 * seq]))
    total = sum(len(remembered[LogHandle(number.to_bytes(8))].runs) for number in range(10))
    assert total <= MAX_REMEMBERED_RUNS
