"""The hybrid clock rises, whatever the wall clock and the neighbours say."""

from typing import Any

import pytest

from node.protocol import hlc
from tests.vectors.notation import load

_VECTORS = load("hlc")
_NOW_MS = 1_790_000_000_000


@pytest.mark.parametrize("vector", _VECTORS["packs"], ids=lambda v: v["hlc"])
def test_milliseconds_and_counter_share_one_integer(vector: dict[str, Any]) -> None:
    reading = hlc.pack(vector["ms"], vector["counter"])
    assert reading == int(vector["hlc"])
    assert (hlc.ms_of(reading), hlc.counter_of(reading)) == (vector["ms"], vector["counter"])


@pytest.mark.parametrize("vector", _VECTORS["ticks"], ids=lambda v: v["name"])
def test_a_tick_is_that_of_its_vector(vector: dict[str, Any]) -> None:
    assert hlc.tick(int(vector["last"]), vector["now_ms"]) == int(vector["next"])


@pytest.mark.parametrize("vector", _VECTORS["merges"], ids=lambda v: v["name"])
def test_a_merge_is_that_of_its_vector(vector: dict[str, Any]) -> None:
    merged = hlc.merge(
        int(vector["last"]),
        int(vector["received"]),
        quality=vector["quality"],
        now_ms=vector["now_ms"],
    )
    assert merged == int(vector["merged"])


@pytest.mark.parametrize(("ms", "counter"), [(-1, 0), (2**48, 0), (0, -1), (0, 2**16)])
def test_what_does_not_fit_is_not_packed(ms: int, counter: int) -> None:
    with pytest.raises(ValueError, match="fit"):
        hlc.pack(ms, counter)


def test_the_end_of_the_clock_is_said_and_not_passed() -> None:
    assert hlc.tick(hlc.MAX_HLC - 1, 0) == hlc.MAX_HLC
    with pytest.raises(OverflowError, match="new epoch"):
        hlc.tick(hlc.MAX_HLC, 0)


@pytest.mark.parametrize(
    ("ahead_ms", "expected"), [(300_000, False), (300_001, True), (-(10**12), False)]
)
def test_a_reading_runs_ahead_beyond_five_minutes(ahead_ms: int, *, expected: bool) -> None:
    assert hlc.runs_ahead(hlc.pack(_NOW_MS + ahead_ms, 9), now_ms=_NOW_MS) is expected


def test_a_wall_clock_before_1970_counts_as_1970() -> None:
    assert hlc.runs_ahead(hlc.pack(300_000, 0), now_ms=-(10**15)) is False
    assert hlc.runs_ahead(hlc.pack(300_001, 0), now_ms=-(10**15)) is True
