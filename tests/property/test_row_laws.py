"""Laws of rows: the same row in any order of arrival, one form, additive sums."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.protocol import limits
from node.protocol.errors import DecodeError
from node.protocol.frontier import Row, Sum, TooManyHolesError, digest
from node.protocol.ids import LogHandle
from tests.property.strategies import counterexample, mangled

Arrive = Callable[[Row, int, bytes], Row]

_EMPTY = Row(LogHandle(bytes(8)))
_randoms = st.integers(0, 2**32).map(random.Random)


def id8(seq: int, branch: int = 0) -> bytes:
    return random.Random(seq << 8 | branch).randbytes(8)  # noqa: S311 - ids need only differ


def after(arrive: Arrive, seqs: list[int]) -> Row:
    """Return the row when all have come, those refused for a ninth hole again and again."""
    row, waiting = _EMPTY, seqs
    while waiting:
        refused: list[int] = []
        for seq in waiting:
            try:
                row = arrive(row, seq, id8(seq))
            except TooManyHolesError:
                refused.append(seq)
        if refused == waiting:
            break
        waiting = refused
    return row


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Return the same positions in two orders, some of them twice."""
    base = draw(st.integers(0, 2**31))
    seqs = draw(st.lists(st.integers(1, 30), min_size=1, max_size=30))
    shift = base if draw(st.booleans()) else 0
    seqs = [*range(1, 31)] if draw(st.booleans()) else [seq + shift for seq in seqs]
    other = seqs + draw(st.lists(st.sampled_from(seqs), max_size=5))
    draw(_randoms).shuffle(other)
    return seqs, other


def order_does_not_matter(arrive: Arrive, case: tuple[list[int], list[int]]) -> bool:
    one, other = (after(arrive, seqs) for seqs in case)
    if len(set(case[0])) < max(case[0]) and len(one.holes) == limits.MAX_HOLES:
        return True
    return one == other and all(one.seen(seq) for seq in case[0])


@given(arrivals())
def test_any_order_of_arrival_gives_the_same_row(case: tuple[list[int], list[int]]) -> None:
    assert order_does_not_matter(Row.with_seen, case)


def _newest_tip(row: Row, seq: int, first_bytes: bytes) -> Row:
    seen = row.with_seen(seq, first_bytes)
    return Row(seen.handle, seen.head, first_bytes[:4], seen.holes)


def _head_only(row: Row, seq: int, first_bytes: bytes) -> Row:
    return row.with_seen(seq, first_bytes) if seq > row.head else row


def _no_holes(row: Row, seq: int, first_bytes: bytes) -> Row:
    seen = row.with_seen(seq, first_bytes)
    return Row(seen.handle, seen.head, seen.tip, seen.holes[:1])


@pytest.mark.parametrize("wrong", [_newest_tip, _head_only, _no_holes])
def test_that_law_notices_a_row_with(wrong: Arrive) -> None:
    counterexample(arrivals(), lambda case: not order_does_not_matter(wrong, case))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=40))
def test_a_row_has_seen_what_came_and_nothing_else(seqs: list[int]) -> None:
    row, came = _EMPTY, set[int]()
    for seq in seqs:
        try:
            row = row.with_seen(seq, id8(seq))
            came.add(seq)
        except TooManyHolesError:
            assert seq not in came
    assert {seq for seq in range(43) if row.seen(seq)} == came
    assert len(row.holes) <= limits.MAX_HOLES
    assert row.tip == id8(max(came))[:4]


@given(st.sets(st.tuples(st.integers(1, 9), st.integers(0, 2)), min_size=1), _randoms, st.data())
def test_a_log_is_the_same_forked_row_whenever_the_fork_was_noticed(
    ids: set[tuple[int, int]], shuffler: random.Random, data: st.DataObject
) -> None:
    order = sorted(ids)
    shuffler.shuffle(order)
    noticed = data.draw(st.integers(0, len(order)))
    row = _EMPTY
    for seq, branch in order[:noticed]:
        row = row.with_seen(seq, id8(seq, branch))
    row = row.as_forked(id8(*each) for each in order[:noticed])
    for seq, branch in order[noticed:]:
        row = row.with_seen(seq, id8(seq, branch))
    whole = _EMPTY
    for seq, branch in sorted(ids):
        whole = whole.with_seen(seq, id8(seq, branch))
    assert row == whole.as_forked(id8(*each) for each in ids)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Return rows with up to eight holes, forked or not."""
    row = Row(LogHandle(draw(st.binary(min_size=8, max_size=8))))
    for seq in draw(st.lists(st.integers(1, 2**32 - 1) | st.integers(1, 300), min_size=1)):
        if len(row.holes) < limits.MAX_HOLES:
            row = row.with_seen(seq, id8(seq))
    return row.as_forked([id8(1)]) if draw(st.booleans()) else row


_row_bytes = st.one_of(
    rows().map(Row.encode),
    rows().map(Row.encode).flatmap(mangled),
    st.tuples(
        st.binary(min_size=8, max_size=8), st.just(b"\x05abcd"), st.binary(max_size=6)
    ).map(b"".join),
    st.binary(max_size=30),
)  # fmt: skip


def one_form(decode: Callable[[bytes], Row], data: bytes) -> bool:
    try:
        return decode(data).encode() == data
    except DecodeError:
        return True
    except Exception:  # noqa: BLE001 - any other exception is the fault looked for
        return False


@given(rows())
def test_a_row_survives_its_encoding(row: Row) -> None:
    assert Row.decode(row.encode()) == row
    assert Row.read(b"x" + row.encode() + b"y", 1) == (row, 1 + len(row.encode()))


@given(_row_bytes)
def test_only_the_one_form_of_a_row_is_taken_and_only_one_error_raised(data: bytes) -> None:
    assert one_form(Row.decode, data)


@pytest.mark.parametrize("reason", ["truncated", "trailing", "varint", "row"])
def test_that_law_notices_a_decoder_that_takes(reason: str) -> None:
    def lax(data: bytes) -> Row:
        try:
            return Row.decode(data)
        except DecodeError as refused:
            if refused.reason == reason:
                return Row(LogHandle(bytes(8)), 1)
            raise

    counterexample(_row_bytes, lambda data: not one_form(lax, data))


Adder = Callable[[Sum, Row], Sum]
_two_orders = st.tuples(st.lists(rows(), min_size=2, max_size=8), _randoms)


def sums_are_additive(add: Adder, case: tuple[list[Row], random.Random]) -> bool:
    """Return whether order and grouping leave the digest alone, and each row counts."""
    given_rows, shuffler = case
    other = list(given_rows)
    shuffler.shuffle(other)

    def total(some: list[Row]) -> Sum:
        start = Sum()
        for row in some:
            start = add(start, row)
        return start

    half = len(other) // 2
    parts = [total(other[:half]), total(other[half:])]
    return (
        digest(parts) == digest([total(given_rows)])
        and digest([total(given_rows[1:])]) != digest([total(given_rows)])
        and total(given_rows).subtract(given_rows[0]) == total(given_rows[1:])
    )


@given(_two_orders)
def test_sums_are_additive(case: tuple[list[Row], random.Random]) -> None:
    assert sums_are_additive(Sum.add, case)


_WRONG_SUMS: dict[str, Adder] = {
    "order counts": lambda total, row: Sum(total.total * 3 + total.add(row).total, total.rows + 1),
    "rows are not counted": lambda total, row: Sum(total.add(row).total, total.rows),
    "hashes are xored": lambda total, row: Sum(total.total ^ Sum().add(row).total, total.rows + 1),
    "nothing counts": lambda total, _row: total,
}


@pytest.mark.parametrize("wrong", _WRONG_SUMS.values(), ids=_WRONG_SUMS.keys())
def test_that_law_notices_a_sum_in_which(wrong: Adder) -> None:
    counterexample(_two_orders, lambda case: not sums_are_additive(wrong, case))
