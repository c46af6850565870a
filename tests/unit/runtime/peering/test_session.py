"""Every frame that may not come closes the link for its reason, is counted, and is logged once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from node.contract.problems import UNAVAILABLE, RefusedError
from node.protocol.frontier import Row
from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges
from node.runtime.peering import peering, wire
from node.sync.frames import (
    Asked,
    Buckets,
    Close,
    CloseReason,
    Data,
    DataItem,
    Delta,
    Frame,
    Gone,
    Keepalive,
    LogScope,
    RepairAsk,
    RepairItems,
    RepairQuery,
    RepairReply,
    Rows,
    RowsMode,
    Stored,
    StoredEntry,
    Want,
)
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.fakes.memory_link import MAX_UNREAD
from tests.unit.runtime.peering.boxes import Box, Boxes

pytestmark = pytest.mark.anyio

HANDLE = LogHandle(b"nothing.")
ROW = Row(HANDLE, 5, b"tip.")


def rows(mode: RowsMode, *shown: Row, ends: bool = True) -> bytes:
    return Rows(mode, ends, mode is RowsMode.ANSWER, 0, shown).encode()


FORGED = bytearray(RemoteAuthor("mallory").says("forged").exact)
FORGED[-1] ^= 1

_SCOPE = LogScope(HANDLE)

MALFORMED = CloseReason.MALFORMED, True
ORDER = CloseReason.ORDER, True
TABLE: dict[str, tuple[list[bytes], tuple[CloseReason, bool]]] = {
    "no frame of this type": ([b"\x0b"], MALFORMED),
    "no byte": ([b""], MALFORMED),
    "too long": ([bytes(65_001)], MALFORMED),
    "a frame cut short": ([Keepalive(300).encode()[:-1]], MALFORMED),
    "something behind a frame": ([Keepalive(0).encode() + b"\0"], MALFORMED),
    "a flag without a meaning": ([b"\x0a\0\x02"], MALFORMED),
    "a close without a reason": ([b"\0\x63"], MALFORMED),
    "a WANT for rows that were not sent": (
        [Want(4_000, (Asked(0, Ranges.at([1])),)).encode()],
        ORDER,
    ),
    "more consumed than was sent": ([Keepalive(10**6).encode()], ORDER),
    "buckets outside an exchange": ([Buckets((0,) * 256).encode()], ORDER),
    "an answer to nothing": ([rows(RowsMode.ANSWER)], ORDER),
    "BUCKETED out of the blue": ([rows(RowsMode.BUCKETED, ROW, ends=False)], ORDER),
    "BUCKETED in the first turn": (
        [rows(RowsMode.NEWEST, ROW, ends=False), rows(RowsMode.BUCKETED)],
        ORDER,
    ),
    "items of no repair": ([RepairItems(_SCOPE, forked=True, items=()).encode()], ORDER),
    "a reply to no query": ([RepairReply(_SCOPE, forked=False, message=b"\x61").encode()], ORDER),
    "a query whose message is none": (
        [RepairQuery(_SCOPE, forked=False, message=b"\x61\xff").encode()],
        MALFORMED,
    ),
    "a request to begin, to who does not begin": ([RepairAsk(LogScope(HANDLE)).encode()], ORDER),
    "a forged envelope": (
        [Data((DataItem(0, bytes(FORGED)),)).encode()],
        (CloseReason.FORGED, True),
    ),
    "what is no envelope": ([Data((DataItem(0, b"junk"),)).encode()], MALFORMED),
}


@pytest.mark.parametrize("what", TABLE)
async def test_a_link_ends_for(boxes: Boxes, what: str) -> None:
    frames, (reason, breach) = TABLE[what]
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    await stranger.say(*frames)
    assert await stranger.closed() is reason
    ending = await stranger.ending()
    assert (ending.reason, ending.breach, ending.by_peer) == (reason, breach, False)
    assert await box.closings() == {reason.name.lower(): 1}
    assert box.node.peering.sessions == {}
    assert await box.texts() == set()


async def test_to_who_dials_other_frames_may_not_come(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    unasked: list[bytes] = [
        rows(RowsMode.NEWEST),
        RepairQuery(LogScope(HANDLE), False, b"\x61").encode(),  # noqa: FBT003
        rows(RowsMode.SINCE, ROW),
    ]
    for number, frame in enumerate(unasked):
        stranger = boxes.stranger(box, f"s{number}", dials=False)
        await stranger.hello()
        await stranger.next(Rows)
        await stranger.say(frame)
        assert await stranger.closed() is CloseReason.ORDER


HARMLESS: list[Frame] = [
    Keepalive(0),
    Want(0, (), ((HANDLE, Ranges.of([(1, 9)])),)),
    Gone(((HANDLE, Ranges.of([(1, 2**32 - 1)])),)),
    Stored((StoredEntry(HANDLE, Ranges.of([(1, 2**32 - 1)]), b"tip."),)),
    Delta((ROW,)),
]


@pytest.mark.parametrize("frame", HARMLESS, ids=lambda frame: type(frame).__name__)
async def test_what_names_nothing_known_here_changes_nothing(boxes: Boxes, frame: Frame) -> None:
    box = await boxes.open("gym")
    before = await box.store.digests(None)
    stranger = boxes.stranger(box)
    await stranger.hello()
    await stranger.say(*[frame] * 20)
    author = RemoteAuthor("ana")
    await stranger.brings(author.says("still here"))
    await eventually(lambda: _has(box, "still here"))
    assert (await box.store.digests(None))[0] == before[0] + 1
    await boxes.shut(box)
    assert await stranger.closed() is CloseReason.STOPPING


async def _has(box: Box, text: str) -> bool:
    return text in await box.texts()


async def test_close_is_the_last_frame_and_says_why(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    await box.takes(*[RemoteAuthor(f"p{n}").says("x" * 1_000) for n in range(120)])
    stranger = boxes.stranger(box)
    await stranger.hello()
    await stranger.say(rows(RowsMode.ALL))
    await stranger.next(Rows)
    await box.node.peering.stop()
    assert await stranger.closed() is CloseReason.STOPPING
    assert isinstance(stranger.heard[-1], Close)
    assert stranger.cable.acceptor.sent[-1] == Close(CloseReason.STOPPING).encode()


async def test_the_peers_reason_is_taken_as_its_own(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    await stranger.say(Close(CloseReason.FORGED))
    ending = await stranger.ending()
    assert (ending.name, ending.by_peer, ending.breach) == ("forged", True, False)
    assert stranger.cable.acceptor.is_closed


async def test_a_peer_that_takes_no_answers_is_closed(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MAX_CONTROL_BYTES", 3_000)
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    many = [Row(LogHandle(bytes([7, number]) * 4), 1) for number in range(100)]
    for _ in range(MAX_UNREAD + 300):  # each is answered by a WANT, and none of them is read
        await stranger.say(rows(RowsMode.NEWEST, *many, ends=False))
        if stranger.running.done():
            break
    assert (await stranger.ending()).reason is CloseReason.LIMIT


async def test_a_flood_of_bad_links_is_one_line_in_ten_seconds(
    boxes: Boxes, caplog: pytest.LogCaptureFixture
) -> None:
    box = await boxes.open("gym")

    async def bad(number: int, frame: bytes) -> None:
        stranger = boxes.stranger(box, f"s{number}")
        await stranger.hello()
        await stranger.say(frame)
        await stranger.ending()

    def lines() -> int:
        return sum("link closed" in record.message for record in caplog.records)

    with caplog.at_level(logging.INFO):
        for number in range(10):
            await bad(number, b"\x63")
        assert lines() == 1
        boxes.clock.pass_s(peering.LOG_EVERY_S - 0.1)
        await bad(10, b"\x63")
        assert lines() == 1
        await bad(11, Keepalive(9).encode())  # for another reason
        assert lines() == 2
        boxes.clock.pass_s(0.1)
        await bad(12, b"\x63")
        assert lines() == 3
    assert await box.closings() == {"malformed": 12, "order": 1}


async def test_a_link_that_ends_in_order_is_no_line_in_the_log(
    boxes: Boxes, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    with caplog.at_level(logging.WARNING):
        linked = boxes.link(one, other)
        await boxes.in_sync(one, other)
        await one.node.peering.stop()
        await linked.endings()
        await boxes.link(one, other).cut()
    assert not caplog.records


async def test_no_task_is_left_behind(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(*[RemoteAuthor(f"p{number}").says("x") for number in range(50)])
    before = asyncio.all_tasks()
    for ends in ("cut", "stop", "breach"):
        linked = boxes.link(one, other)
        await boxes.in_sync(one, other)
        stranger = boxes.stranger(one)
        await stranger.hello()
        await stranger.say(Delta((ROW,)))  # an answer to it waits for 0.2 s
        if ends == "cut":
            linked.cable.cut()
        elif ends == "stop":
            await one.node.peering.stop()
        else:
            await linked.cable.dialler.send(b"\x63")
        stranger.cable.cut()
        await linked.endings()
        await stranger.ending()
    assert asyncio.all_tasks() <= before


class Once:
    """Lets a read fail once, and then be answered."""

    def __init__(self, real: Callable[..., Awaitable[object]]) -> None:
        self.failed = False
        self._real = real

    async def __call__(self, *args: object, **kwargs: object) -> object:
        """Refuse the first call."""
        if self.failed:
            return await self._real(*args, **kwargs)
        self.failed = True
        raise RefusedError(UNAVAILABLE)


async def test_a_link_on_which_nothing_more_can_be_read_ends_and_the_next_one_goes_on(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    await one.takes(*[RemoteAuthor(f"p{number}").says("x") for number in range(20)])
    monkeypatch.setattr(one.store, "bodies", Once(one.store.bodies))
    endings = await boxes.link(one, other).endings()
    assert [ending.reason for ending in endings] == [CloseReason.FAULT] * 2
    assert [ending.by_peer for ending in endings] == [False, True]
    boxes.link(one, other)
    await boxes.in_sync(one, other)


async def test_an_exchange_that_could_not_be_read_is_opened_again(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    linked = boxes.link(one, other)
    await boxes.in_sync(one, other)
    read = Once(one.store.frontier)
    monkeypatch.setattr(one.store, "frontier", read)
    opened = len(linked.cable.dialler.said(Rows))
    await pass_s(boxes, 900, one, other)
    assert read.failed
    await pass_s(boxes, 900, one, other)
    assert len(linked.cable.dialler.said(Rows)) > opened


async def pass_s(boxes: Boxes, seconds: float, one: Box, other: Box) -> None:
    """Let time pass, and each side be heard before it counts as silent."""
    talks = [one.session(other).talk, other.session(one).talk]

    async def heard() -> bool:
        return all(talk.heard_s >= boxes.clock.now_s for talk in talks)

    for _ in range(round(seconds / 60)):
        boxes.pass_s(60)
        await eventually(heard)
