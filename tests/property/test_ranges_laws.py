"""Laws of sets of positions: they are sets, with one encoding."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.protocol import limits
from node.protocol.errors import DecodeError
from node.protocol.ranges import Ranges
from tests.property.strategies import counterexample, mangled

_TOP = limits.MAX_SEQ
_positions = st.sets(st.integers(1, 40))
_pairs = st.tuples(_positions, _positions)
Algebra = Callable[[Ranges, Ranges], tuple[Ranges, Ranges, Ranges]]


def algebra(one: Ranges, other: Ranges) -> tuple[Ranges, Ranges, Ranges]:
    return one | other, one & other, one - other


def are_sets(operate: Algebra, case: tuple[set[int], set[int]]) -> bool:
    one, other = case
    either, both, first = operate(Ranges.at(one), Ranges.at(other))
    return (
        either == Ranges.at(one | other)
        and both == Ranges.at(one & other)
        and first == Ranges.at(one - other)
    )


@given(_pairs)
def test_sets_of_positions_are_sets(case: tuple[set[int], set[int]]) -> None:
    assert are_sets(algebra, case)


def _runs_not_joined(one: Ranges, other: Ranges) -> tuple[Ranges, Ranges, Ranges]:
    return Ranges(tuple(sorted({*one.runs, *other.runs}))), one & other, one - other


def _both_is_either(one: Ranges, other: Ranges) -> tuple[Ranges, Ranges, Ranges]:
    return one | other, one | other, one - other


def _first_hole_only(one: Ranges, other: Ranges) -> tuple[Ranges, Ranges, Ranges]:
    return one | other, one & other, one - Ranges(other.runs[:1])


@pytest.mark.parametrize("wrong", [_runs_not_joined, _both_is_either, _first_hole_only])
def test_that_law_notices_an_algebra_with(wrong: Algebra) -> None:
    counterexample(_pairs, lambda case: not are_sets(wrong, case))


@given(_positions, st.integers(-2, 45))
def test_count_last_members_and_lowest_are_those_of_the_set(some: set[int], count: int) -> None:
    ranges = Ranges.at(some)
    assert list(ranges) == sorted(some)
    assert ranges.count == len(some)
    assert ranges.last == max(some, default=0)
    assert list(ranges.head(count)) == sorted(some)[: max(0, count)]
    assert {position for position in range(45) if position in ranges} == some


@st.composite
def sets(draw: st.DrawFn) -> Ranges:
    """Return sets that are not empty, low, high or wide."""
    ends = st.integers(1, 300) | st.integers(_TOP - 300, _TOP) | st.integers(1, _TOP)
    runs = draw(st.lists(st.tuples(ends, st.integers(0, 300)), min_size=1, max_size=12))
    return Ranges.of((first, min(_TOP, first + more)) for first, more in runs)


_bytes = st.one_of(
    sets().map(Ranges.encode),
    sets().map(Ranges.encode).flatmap(mangled),
    st.lists(st.sampled_from([b"\0", b"\1", b"\2", b"\x81\0", b"\x8f\xff\xff\xff\x7f"])).map(
        b"".join
    ),
    st.binary(max_size=12),
)
Reader = Callable[[bytes], tuple[Ranges, int]]


def read(data: bytes) -> tuple[Ranges, int]:
    return Ranges.read(data, 0)


def one_form(reader: Reader, data: bytes) -> bool:
    try:
        ranges, end = reader(data)
        return ranges.encode() == data[:end] and min(ranges) >= 1 and ranges.last <= _TOP
    except DecodeError:
        return True
    except Exception:  # noqa: BLE001 - any other exception is the fault looked for
        return False


@given(sets())
def test_a_set_survives_its_encoding(ranges: Ranges) -> None:
    data = ranges.encode()
    assert Ranges.read(b"x" + data + b"y", 1) == (ranges, 1 + len(data))
    open_end = ranges.encode(open_end=True)
    assert Ranges.read(open_end, 0, head=ranges.last) == (ranges, len(open_end))


@given(_bytes)
def test_only_the_one_form_of_a_set_is_taken(data: bytes) -> None:
    assert one_form(lambda data: (read(data)[0], read(data)[1]), data)


def _lax(reason: str) -> Reader:
    def reader(data: bytes) -> tuple[Ranges, int]:
        try:
            return read(data)
        except DecodeError as refused:
            if refused.reason == reason:
                return Ranges.at([1]), len(data)
            raise

    return reader


@pytest.mark.parametrize("reason", ["truncated", "varint", "ranges"])
def test_that_law_notices_a_reader_that_takes(reason: str) -> None:
    counterexample(_bytes, lambda data: not one_form(_lax(reason), data))
