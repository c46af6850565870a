"""What a link brings is verified, committed, then told; what there is no room for waits."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from node.contract.problems import FULL, RefusedError
from node.protocol.ids import EVERYONE, RoomId
from node.runtime.peering.ingest import CREDIT_BYTES, FULL_PAUSE_S
from node.store.transaction import Transaction
from node.sync.frames import CloseReason, Data, DataItem, Keepalive, Stored
from node.sync.outbox import FIRST_WINDOW_BYTES, FRAME_BYTES
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.unit.runtime.peering.boxes import HELLO, Box, Boxes, Linked

pytestmark = pytest.mark.anyio

TEXT = "x" * 1_000


async def _has(box: Box, count: int) -> bool:
    return len(await box.texts()) == count


class Room:
    """Whether the store of a box has room for one more envelope."""

    def __init__(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 0
        monkeypatch.setattr(vars(box.store)["_space"], "has_room", self.has_room)

    def has_room(self, _db: object) -> bool:
        """Return whether there is any."""
        return self.left > 0


async def _waits(linked: Linked, box: Box) -> bool:
    """Return whether what was sent to ``box`` waits there, and no more comes."""
    session = next(iter(box.node.peering.sessions.values()), None)
    taking = None if session is None else vars(session)["_ingest"]
    size = len(linked.cable.dialler.sent)
    await asyncio.sleep(0.1)
    waits = taking is not None and taking.is_parked
    return waits and size == len(linked.cable.dialler.sent)


async def test_what_a_full_store_has_no_room_for_comes_again_without_being_sent_again(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, full = await boxes.open("one"), await boxes.open("full")
    await one.takes(*[RemoteAuthor(f"p{n}").says(f"{n}{TEXT}") for n in range(300)])
    room = Room(full, monkeypatch)
    linked = boxes.link(one, full)
    await eventually(lambda: _waits(linked, full))
    assert await full.texts() == set()
    sent = sum(map(len, linked.cable.dialler.envelopes()))
    assert 20_000 < sent < FIRST_WINDOW_BYTES + FRAME_BYTES

    await _pass_slowly(boxes, FULL_PAUSE_S - 1)
    room.left = 1
    await asyncio.sleep(0.1)
    assert await full.texts() == set()

    await _pass_slowly(boxes, 15)
    await boxes.in_sync(one, full)
    assert await _has(full, 300)
    assert linked.cable.is_once()
    assert not linked.one.done()
    assert one.session(full).talk.strikes == full.session(one).talk.strikes == 0


async def _pass_slowly(boxes: Boxes, seconds: float) -> None:
    for _ in range(10):
        boxes.pass_s(seconds / 10)
        await asyncio.sleep(0.05)


async def test_a_full_store_still_gives_what_it_has(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, full = await boxes.open("one"), await boxes.open("full")
    await one.takes(*[RemoteAuthor(f"a{n}").says(f"a{n}") for n in range(20)])
    await full.takes(*[RemoteAuthor(f"b{n}").says(f"b{n}") for n in range(20)])
    Room(full, monkeypatch)
    boxes.link(full, one)
    await eventually(lambda: _has(one, 40))


async def test_with_a_full_disk_a_box_still_gives_what_it_has(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, full = await boxes.open("one"), await boxes.open("full")
    await one.takes(RemoteAuthor("ana").says("not here"))
    await full.takes(*[RemoteAuthor(f"b{n}").says(f"b{n}") for n in range(200)])

    async def refuse(_: object) -> None:
        raise RefusedError(FULL)

    monkeypatch.setattr(full.store, "write", refuse)
    linked = boxes.link(full, one)
    await eventually(lambda: _has(one, 201))
    await eventually(lambda: _compared(full))
    assert not linked.one.done()
    await linked.cut()
    assert [ending.name for ending in await linked.endings()] == ["ended", "ended"]


async def _compared(box: Box) -> bool:
    return all(session.talk.is_compared for session in box.node.peering.sessions.values())


async def test_who_sends_without_credit_to_a_full_store_is_closed(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await boxes.open("gym")
    Room(box, monkeypatch)
    stranger = boxes.stranger(box)
    await stranger.hello()
    author = RemoteAuthor("ana")
    for _ in range(10):
        if stranger.running.done():
            break
        items = tuple(DataItem(0, author.says(TEXT).exact) for _ in range(45))
        await stranger.say(Data(items))
    assert await stranger.closed() is CloseReason.LIMIT


async def test_nothing_of_a_frame_with_a_forged_envelope_is_stored(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    author = RemoteAuthor("ana")
    good, bad = author.says("good"), bytearray(author.says("bad").exact)
    bad[-1] ^= 1
    await stranger.say(Data((DataItem(0, good.exact), DataItem(0, bytes(bad)))))
    assert await stranger.closed() is CloseReason.FORGED
    assert await box.store.logs([good.payload.log.handle]) == {}


async def test_stored_is_said_after_the_commit_and_not_before(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    author = RemoteAuthor("ana")
    await stranger.brings(author.says("first"))
    await stranger.next(Stored)
    committing = asyncio.Event()
    real = box.store.write

    async def slow(work: Callable[[Transaction], object]) -> object:
        await committing.wait()
        return await real(work)

    monkeypatch.setattr(box.store, "write", slow)
    second = author.says("second")
    await stranger.brings(second)
    await stranger.never(Stored, 0.4)
    committing.set()
    (entry,) = (await stranger.next(Stored)).entries
    assert (entry.handle, list(entry.positions)) == (second.payload.log.handle, [2])
    assert entry.tip == second.id[:4]
    assert "second" in await box.texts()


async def test_what_lies_in_no_room_of_the_pair_is_dropped_without_a_mark(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    rooms = [RoomId(bytes([number]) * 32) for number in (1, 2)]
    stranger = boxes.stranger(box)
    await stranger.hello(replace(HELLO, rooms=frozenset({EVERYONE, rooms[0]})))
    author = RemoteAuthor("ana")
    other = author.says("other", room=rooms[1])
    await stranger.brings(other, author.says("carried", room=rooms[0]), author.says("all"))
    await eventually(lambda: _has(box, 1))
    assert await box.store.logs([other.payload.log.handle]) == {}
    assert await box.texts(rooms[0]) == {"carried"}
    assert not stranger.running.done()


async def test_credit_is_given_at_least_every_16_kib_of_what_was_dealt_with(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    author, sent, given = RemoteAuthor("ana"), 0, 0
    for _ in range(40):
        frame = Data((DataItem(0, author.says(TEXT).exact),))
        sent += len(frame.encode())
        await stranger.say(frame)
        if sent - given >= CREDIT_BYTES:
            given = (await stranger.next(Keepalive)).consumed
            assert CREDIT_BYTES > sent - given >= 0
    assert given > 30_000


async def test_logs_that_nobody_asked_for_begin_only_at_a_rate(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    known = RemoteAuthor("known")
    await stranger.brings(known.says("known 1"))
    await eventually(lambda: _has(box, 1))
    talk = box.session(stranger).talk
    for quota in (talk.new_logs, box.node.peering.ground.new_logs):
        quota.left = 0
    await stranger.brings(*[RemoteAuthor(f"new {n}").says(f"new {n}") for n in range(5)])
    await stranger.brings(known.says("known 2"))
    await eventually(lambda: _has(box, 2))
    assert await box.texts() == {"known 1", "known 2"}
    boxes.clock.pass_s(1)
    await stranger.brings(RemoteAuthor("late").says("late"))
    await eventually(lambda: _has(box, 3))


async def test_the_age_said_beside_an_envelope_counts(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    day_s = 86_400
    envelope = RemoteAuthor("ana").says("old", ttl_s=3 * day_s)
    await stranger.brings(envelope, age_s=2 * day_s)
    await eventually(lambda: _has(box, 1))
    boxes.clock.pass_s(day_s - 10)
    await box.store.keep_time()
    assert await box.texts() == {"old"}
    boxes.clock.pass_s(20)
    await box.store.keep_time()
    assert await box.texts() == set()


@pytest.mark.parametrize("step", [1, 2])
async def test_what_was_not_taken_comes_again_over_another_link(boxes: Boxes, step: int) -> None:
    """Every second envelope opens a hole: the ninth is not taken, and was sent."""
    box = await boxes.open("one")
    stranger = boxes.stranger(box)
    await stranger.hello()
    author = RemoteAuthor("ana")
    said = [author.says(f"{number}") for number in range(24)]
    await stranger.brings(*said[::step])

    async def is_dealt_with() -> bool:
        owes = box.session(stranger).talk.owes_room
        return len(await box.texts()) == (24 if step == 1 else 9) and owes is (step == 2)

    await eventually(is_dealt_with)
    for _ in range(16):
        boxes.pass_s(60)
        if stranger.running.done():
            break
        await stranger.consume(0)
        await asyncio.sleep(0.05)
    assert stranger.running.done() is (step == 2)
    if step == 2:
        assert (await stranger.ending()).name == "done"
