"""Sets of positions: their algebra, and one encoding each."""

import pytest

from node.protocol import limits
from node.protocol.errors import DecodeError
from node.protocol.ranges import MAX_RUNS, Ranges, Run

_TOP = limits.MAX_SEQ


def test_runs_are_joined_where_they_meet_and_empty_ones_left_out() -> None:
    assert Ranges.of([(5, 6), (1, 2), (3, 4), (9, 8), (2, 5)]) == Ranges((Run(1, 6),))
    assert Ranges.at([3, 1, 2, 7, 3]) == Ranges((Run(1, 3), Run(7, 7)))
    assert Ranges.of([]) == Ranges() == Ranges.at([])


def test_what_is_in_a_set() -> None:
    some = Ranges.of([(2, 3), (7, 7)])
    assert [position for position in range(9) if position in some] == [2, 3, 7] == list(some)
    assert (some.count, some.last, bool(some)) == (3, 7, True)
    assert (Ranges().count, Ranges().last, bool(Ranges())) == (0, 0, False)


@pytest.mark.parametrize(
    ("count", "kept"),
    [(-1, []), (0, []), (1, [2]), (2, [2, 3]), (3, [2, 3, 7]), (9, [2, 3, 7])],
)
def test_the_lowest_of_a_set(count: int, kept: list[int]) -> None:
    assert list(Ranges.of([(2, 3), (7, 7)]).head(count)) == kept


@pytest.mark.parametrize(
    ("runs", "data"),
    [
        ([(1, 1)], "01 01 00"),
        ([(1, 300)], "01 822c 00"),
        ([(2, 3), (5, 5)], "02 02 01 01 00"),
        ([(_TOP, _TOP)], "8fffffff7f 01 00"),
        ([(1, _TOP)], "01 8fffffff7f 00"),
        ([(1, 1), (_TOP, _TOP)], "01 01 8fffffff7d 01 00"),
    ],
)
def test_a_set_has_exactly_these_bytes(runs: list[tuple[int, int]], data: str) -> None:
    given, encoded = Ranges.of(runs), bytes.fromhex(data)
    assert given.encode() == encoded
    assert Ranges.read(b"x" + encoded + b"y", 1) == (given, 1 + len(encoded))


@pytest.mark.parametrize(
    ("runs", "head", "data"),
    [
        ([(1, 9)], 9, "01 00"),
        ([(9, 9)], 9, "09 00"),
        ([(1, 2), (4, 9)], 9, "01 02 01 00"),
        ([(1, _TOP)], _TOP, "01 00"),
    ],
)
def test_an_open_end_reaches_to_the_head(runs: list[tuple[int, int]], head: int, data: str) -> None:
    given, encoded = Ranges.of(runs), bytes.fromhex(data)
    assert given.encode(open_end=True) == encoded
    assert Ranges.read(encoded, 0, head=head) == (given, len(encoded))


@pytest.mark.parametrize(
    ("data", "head", "reason"),
    [
        ("", None, "truncated"),
        ("01", None, "truncated"),
        ("01 01", None, "truncated"),
        ("01 01 01", None, "truncated"),
        ("00 01 00", None, "ranges"),
        ("01 00", None, "ranges"),
        ("01 01 01 00", None, "ranges"),
        ("8fffffff7f 02 00", None, "ranges"),
        ("8fffffff7f 01 01 01 00", None, "ranges"),
        ("9080808000 01 00", None, "varint"),
        ("01 9080808000 00", None, "varint"),
        ("01 01 9080808000 01 00", None, "varint"),
        ("80 01 01 00", None, "varint"),
        ("09 02 00", 9, "ranges"),
        ("0a 00", 9, "varint"),
        ("01 08 01 00", 9, "ranges"),
    ],
)
def test_what_is_no_set_is_refused(data: str, head: int | None, reason: str) -> None:
    with pytest.raises(DecodeError) as refused:
        Ranges.read(bytes.fromhex(data), 0, head=head)
    assert refused.value.reason == reason


def test_as_many_runs_as_allowed_are_taken_and_one_more_refused() -> None:
    most = Ranges.at(range(1, 2 * MAX_RUNS, 2))
    assert Ranges.read(most.encode(), 0)[0] == most
    with pytest.raises(DecodeError, match="ranges"):
        Ranges.read((most | Ranges.at([_TOP])).encode(), 0)


def test_reading_stops_at_the_bound_however_much_follows() -> None:
    with pytest.raises(DecodeError, match="ranges"):
        Ranges.read(b"\x01" * 1_000_000, 0)


def test_an_empty_set_has_no_bytes() -> None:
    with pytest.raises(ValueError, match="empty"):
        Ranges().encode()
