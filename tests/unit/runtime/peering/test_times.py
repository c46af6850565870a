"""Whose time it is: a box without a clock takes the median of the best that linked boxes say."""

from dataclasses import replace

import pytest

from node.contract.clock import ClockQuality
from node.protocol.ids import VerifyKey
from node.runtime.peering import times
from node.runtime.peering.times import EARLIEST_MS, LATEST_MS, SharedClock
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import START_MS, FakeClock
from tests.fakes.deadlines import eventually
from tests.unit.runtime.peering.boxes import HELLO, Box, Boxes, id_of

NONE, PHONES, BOX, REFERENCE = ClockQuality
HOUR_MS = 3_600_000


def peer(number: int) -> VerifyKey:
    return VerifyKey(bytes([number]) * 32)


@pytest.fixture
def own() -> FakeClock:
    clock = FakeClock(NONE)
    clock.now_ms = 12_345
    return clock


@pytest.mark.parametrize(
    ("own_quality", "offered", "quality", "taken"),
    [
        (NONE, REFERENCE, BOX, True),
        (NONE, BOX, PHONES, True),
        (NONE, PHONES, PHONES, True),
        (NONE, NONE, NONE, False),
        (PHONES, REFERENCE, BOX, True),
        (PHONES, BOX, PHONES, False),
        (BOX, REFERENCE, BOX, False),
        (REFERENCE, REFERENCE, REFERENCE, False),
    ],
)
def test_only_a_better_time_is_taken_and_is_worth_less_here(
    own_quality: ClockQuality, offered: ClockQuality, quality: int, *, taken: bool
) -> None:
    own = FakeClock(own_quality)
    own.now_ms = 12_345
    clock = SharedClock(own)
    clock.offer(peer(1), START_MS, offered)
    assert clock.quality() == quality
    assert clock.wall_ms() == (START_MS if taken else 12_345)
    assert clock.source == ("boxes" if taken else "own")


def test_what_was_taken_runs_on_with_the_monotonic_clock(own: FakeClock) -> None:
    clock = SharedClock(own)
    clock.offer(peer(1), START_MS, REFERENCE)
    own.now_s += 90.5
    own.now_ms -= 7 * HOUR_MS
    assert clock.wall_ms() == START_MS + 90_500


def test_one_liar_among_three_moves_nothing(own: FakeClock) -> None:
    clock = SharedClock(own)
    clock.offer(peer(1), START_MS, REFERENCE)
    clock.offer(peer(2), START_MS + 40, REFERENCE)
    for lie_ms in (EARLIEST_MS, LATEST_MS):
        clock.offer(peer(3), lie_ms, REFERENCE)
        assert START_MS <= clock.wall_ms() <= START_MS + 40


def test_who_says_it_again_is_still_one(own: FakeClock) -> None:
    clock = SharedClock(own)
    clock.offer(peer(1), START_MS, REFERENCE)
    clock.offer(peer(2), START_MS, REFERENCE)
    for _ in range(9):
        clock.offer(peer(3), LATEST_MS, REFERENCE)
    assert clock.wall_ms() == START_MS


def test_worse_ones_do_not_outvote_a_better_one(own: FakeClock) -> None:
    clock = SharedClock(own)
    clock.offer(peer(9), START_MS, REFERENCE)
    for number in range(5):
        clock.offer(peer(number), START_MS + HOUR_MS, PHONES)
    assert (clock.wall_ms(), clock.quality()) == (START_MS, BOX)


@pytest.mark.parametrize(
    ("wall_ms", "quality"),
    [(EARLIEST_MS - 1, 3), (LATEST_MS + 1, 3), (0, 3), (START_MS, 4), (START_MS, -1)],
)
def test_impossible_times_are_ignored(own: FakeClock, wall_ms: int, quality: int) -> None:
    clock = SharedClock(own)
    clock.offer(peer(1), wall_ms, quality)
    assert (clock.wall_ms(), clock.quality()) == (12_345, NONE)


def test_who_no_longer_has_a_time_is_no_longer_believed(own: FakeClock) -> None:
    clock = SharedClock(own)
    clock.offer(peer(1), START_MS, REFERENCE)
    clock.offer(peer(1), START_MS, NONE)
    assert clock.quality() == NONE


def test_only_the_latest_offers_are_remembered(
    own: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(times, "MAX_OFFERS", 3)
    clock = SharedClock(own)
    for number in range(3):
        clock.offer(peer(number), LATEST_MS, REFERENCE)
    for number in range(3, 6):
        clock.offer(peer(number), START_MS, REFERENCE)
    assert clock.wall_ms() == START_MS


def without_clock() -> FakeClock:
    clock = FakeClock(NONE)
    clock.now_ms = 60_000  # a minute after 1970: nobody set it
    return clock


async def _has(box: Box, text: str) -> bool:
    return text in await box.texts()


@pytest.mark.anyio
async def test_a_box_without_a_clock_takes_it_from_the_box_it_links_with(boxes: Boxes) -> None:
    lost = await boxes.open("lost", clock=without_clock())
    good = await boxes.open("good")
    before = await lost.says("before")
    assert not before.time_certain
    await good.takes(RemoteAuthor("ana").says("from there"))
    boxes.link(lost, good)
    await eventually(lambda: _has(lost, "from there"))
    status = await lost.node.status.read()
    assert (status.clock.quality, status.clock.source) == (BOX, "boxes")
    assert abs(status.clock.wall_ms - START_MS) < 5_000
    assert (await lost.messages())["from there"].time_certain
    assert (await lost.says("after")).time_certain
    assert not (await lost.messages())["before"].time_certain


@pytest.mark.anyio
async def test_messages_that_come_while_no_box_has_a_clock_are_of_uncertain_time(
    boxes: Boxes,
) -> None:
    one = await boxes.open("one", clock=without_clock())
    other = await boxes.open("other", clock=without_clock())
    await one.says("when")
    await one.takes(RemoteAuthor("ana").says("later"))
    boxes.link(other, one)
    await eventually(lambda: _has(other, "when"))
    await eventually(lambda: _has(other, "later"))
    for message in (await other.messages()).values():
        assert not message.time_certain
        assert message.sort_ms < HOUR_MS
    assert (await other.node.status.read()).clock.quality == NONE


@pytest.mark.anyio
async def test_two_good_boxes_are_believed_against_one_liar(boxes: Boxes) -> None:
    lost = await boxes.open("lost", clock=without_clock())
    for name in ("good", "better"):
        boxes.link(lost, await boxes.open(name))
    liar = boxes.stranger(lost)
    await liar.hello(replace(HELLO, now_ms=START_MS + 9 * HOUR_MS, quality=3))
    await eventually(lambda: _linked(lost, 3))
    assert abs((await lost.says("now")).sort_ms - START_MS) < 5_000
    assert id_of("stranger") in lost.node.peering.sessions


async def _linked(box: Box, count: int) -> bool:
    return len(box.node.peering.sessions) == count
