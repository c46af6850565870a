"""Laws of the hybrid clock: it rises, it is never dragged away, and order does not matter."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.protocol import hlc, limits, order
from tests.property.strategies import counterexample

_readings = st.one_of(
    st.integers(0, hlc.MAX_HLC - 1),
    st.integers(1_790_000_000_000 - 10**6, 1_790_000_000_000 + 10**6).map(lambda ms: ms << 16),
)
_clocks = st.one_of(
    st.integers(-(2**60), 2**60),
    st.integers(1_790_000_000_000 - 10**6, 1_790_000_000_000 + 10**6),
)
_qualities = st.integers(0, 3)


Tick = Callable[[int, int], int]


def ticks_rise(tick: Tick, case: tuple[int, int]) -> bool:
    last, now_ms = case
    following = tick(last, now_ms)
    return last < following <= hlc.MAX_HLC and hlc.ms_of(following) >= min(now_ms, hlc.MAX_MS)


@given(st.tuples(_readings, _clocks))
def test_every_tick_rises_and_is_not_before_the_wall_clock(case: tuple[int, int]) -> None:
    assert ticks_rise(hlc.tick, case)


_WRONG_TICKS: dict[str, Tick] = {
    "stands still": lambda last, now_ms: max(last, hlc.clamp_ms(now_ms) << 16),
    "has no upper end": lambda last, now_ms: max(last + 1, now_ms << 16),
    "ignores the wall clock": lambda last, _now_ms: last + 1,
    "wraps its counter": lambda last, _now_ms: last & ~0xFFFF | (last + 1) & 0xFFFF,
}


@pytest.mark.parametrize("wrong", _WRONG_TICKS.values(), ids=_WRONG_TICKS.keys())
def test_that_law_notices_a_clock_that(wrong: Tick) -> None:
    counterexample(st.tuples(_readings, _clocks), lambda case: not ticks_rise(wrong, case))


Merge = Callable[[int, int, int, int], int]
_merges = st.tuples(_readings, _readings, _qualities, _clocks)


def merge(last: int, received: int, quality: int, now_ms: int) -> int:
    return hlc.merge(last, received, quality=quality, now_ms=now_ms)


def merging_is_bounded(merging: Merge, case: tuple[int, int, int, int]) -> bool:
    last, received, quality, now_ms = case
    merged = merging(*case)
    bound_ms = max(hlc.ms_of(last), hlc.clamp_ms(now_ms) + limits.MAX_AHEAD_MS)
    believed = quality >= 1 and hlc.ms_of(received) <= bound_ms
    return (
        merged in (last, received)
        and merged >= last
        and hlc.ms_of(merged) <= bound_ms
        and (quality > 0 or merged == last)
        and (not believed or merged >= received)
    )


@given(_merges)
def test_a_merge_never_falls_and_never_runs_far_ahead(case: tuple[int, int, int, int]) -> None:
    assert merging_is_bounded(merge, case)


_WRONG_MERGES: dict[str, Merge] = {
    "believes anyone": lambda last, received, _quality, _now_ms: max(last, received),
    "believes unset clocks": lambda last, got, _quality, now_ms: merge(last, got, 3, now_ms),
    "believes nobody": lambda last, _received, _quality, _now_ms: last,
    "falls": lambda _last, received, _quality, _now_ms: received,
}


@pytest.mark.parametrize("wrong", _WRONG_MERGES.values(), ids=_WRONG_MERGES.keys())
def test_that_law_notices_a_merge_that(wrong: Merge) -> None:
    counterexample(_merges, lambda case: not merging_is_bounded(wrong, case))


@given(_readings, st.lists(st.tuples(_readings, _qualities), max_size=6), _clocks, st.randoms())
def test_merges_come_to_the_same_in_any_order_and_however_often(
    last: int, received: list[tuple[int, int]], now_ms: int, shuffler: Random
) -> None:
    def after(readings: list[tuple[int, int]]) -> int:
        clock = last
        for reading, quality in readings:
            clock = merge(clock, reading, quality, now_ms)
        return clock

    other = received + received
    shuffler.shuffle(other)
    assert after(received) == after(other)


@given(_readings, _qualities, _clocks, _clocks)
def test_a_place_certain_on_two_boxes_is_the_same(
    reading: int, quality: int, here_ms: int, there_ms: int
) -> None:
    here = order.sort_ms(reading, quality=quality, received_ms=here_ms)
    there = order.sort_ms(reading, quality=quality, received_ms=there_ms)
    assert here == there or not (here[1] and there[1])
    assert 0 <= here[0] <= hlc.MAX_MS
