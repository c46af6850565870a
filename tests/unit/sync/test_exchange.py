"""Which rows are shown, in which order, at what cost, and what may not come."""

from dataclasses import replace
from random import Random

import pytest

from node.sync import exchange as module
from node.sync.exchange import (
    BUCKETS,
    BUCKETS_AFTER_SHARE,
    FIRST_BATCHES,
    LATER_BATCH,
    MAX_ALL_ROWS,
    MAX_TURNS,
    Exchange,
    OrderError,
    Rest,
    salted_hash,
)
from node.sync.frames import RowsMode
from tests.fakes.exchanging import (
    Frontier,
    Side,
    exchange,
    gains,
    handle_of,
    islands,
    row_of,
)

_ANSWER, _NEWEST = RowsMode.ANSWER, RowsMode.NEWEST


def frontier(*numbers: int, head: int = 5) -> Frontier:
    return {row.handle: row for row in (row_of(number, head) for number in numbers)}


def many(count: int, head: int = 5) -> Frontier:
    return frontier(*range(count), head=head)


def shuffled(rows: Frontier, seed: int = 5) -> Frontier:
    return dict(Random(seed).sample(list(rows.items()), len(rows)))  # noqa: S311


@pytest.mark.parametrize("count", [0, 1, MAX_ALL_ROWS])
def test_few_rows_are_all_shown_at_once_and_answered_once(count: int) -> None:
    one, other = Side(many(count)), Side(many(3, head=7))
    course = exchange(one, other)
    assert course.modes == [RowsMode.ALL, _ANSWER]
    assert course.rows == [count, 3]
    assert one.shown == other.rows


def test_the_answer_to_all_has_every_row_not_named_and_where_it_is_ahead() -> None:
    one = Side(frontier(1, 2, 3))
    other = Side({**frontier(1), **frontier(2, head=4), **frontier(3, head=6), **frontier(9)})
    course = exchange(one, other)
    assert course.rows == [3, 2]
    assert set(one.shown) == {handle_of(3), handle_of(9)}


def test_equal_sides_with_many_rows_need_one_batch_and_one_empty_answer() -> None:
    rows = many(3_000)
    course = exchange(Side(rows), Side(shuffled(rows)))
    assert course.modes == [_NEWEST, _ANSWER]
    assert course.rows == [FIRST_BATCHES[0], 0]


def test_equal_sides_that_believe_so_need_20_bytes_each_way() -> None:
    rows = many(3_000)
    course = exchange(Side(rows), Side(shuffled(rows)), quick=True)
    assert course.modes == [_NEWEST, _ANSWER]
    assert course.rows == [0, 0]
    assert course.bytes <= 40


def test_batches_grow_and_stop_growing() -> None:
    rows, changed = many(2_000), {handle: replace(r, head=9) for handle, r in many(700).items()}
    course = exchange(Side(rows), Side(rows | changed))
    assert course.rows[0:6:2] == [*FIRST_BATCHES]
    assert LATER_BATCH in course.rows
    assert max(course.rows) <= LATER_BATCH + max(FIRST_BATCHES)


def test_rows_that_changed_since_the_checkpoints_and_no_others_are_shown_by_since() -> None:
    base = many(2_000)
    one = Side({**frontier(1, 2, head=8), **base, **frontier(1, 2, head=8)})
    one = Side(one.rows, fresh=frozenset({handle_of(1), handle_of(2)}))
    other_rows = {**base, **frontier(2, 3, head=9)}
    other = Side(other_rows, fresh=frozenset({handle_of(2), handle_of(3)}))
    course = exchange(one, other, since=True)
    assert course.modes == [RowsMode.SINCE, _ANSWER]
    assert course.rows == [2, 2]
    assert set(one.shown) == {handle_of(2), handle_of(3)}
    assert set(other.shown) == {handle_of(1), handle_of(2)}


@pytest.mark.parametrize(
    ("logs", "differing", "model_bytes", "model_trips"),
    [
        (100, 78, 2_600, 2),
        (300, 178, 5_600, 3),
        (986, 332, 9_900, 4),
        (997, 292, 9_800, 4),
        (2_726, 436, 10_000, 4),
        (6_970, 577, 14_900, 5),
        (13_450, 678, 15_100, 5),
        (31_652, 797, 15_300, 5),
    ],
)
def test_an_exchange_costs_two_islands_no_more_than_the_model_promised(
    logs: int, differing: int, model_bytes: int, model_trips: int
) -> None:
    one, other = islands(logs, differing, 1_000, Random(1))  # noqa: S311
    sides = Side(one), Side(other)
    course = exchange(*sides)
    assert gains(one, other) <= sides[0].shown.keys()
    assert gains(other, one) <= sides[1].shown.keys()
    assert course.bytes <= 1.02 * model_bytes
    assert (len(course.modes) + 1) // 2 <= model_trips


def test_when_the_order_of_change_says_nothing_the_rest_is_compared_by_buckets() -> None:
    one, other = islands(4_000, 300, 1_000, Random(1))  # noqa: S311
    sides = Side(shuffled(one)), Side(shuffled(other, 6))
    course = exchange(*sides)
    assert course.modes[-3:] == [None, RowsMode.BUCKETED, _ANSWER]
    assert set(course.modes[:-3]) == {_NEWEST}
    named = sum(course.rows[:-2])
    assert BUCKETS_AFTER_SHARE * 4_000 < named < BUCKETS_AFTER_SHARE * 4_000 + 2 * LATER_BATCH + 300
    assert gains(one, other) <= sides[0].shown.keys()
    assert gains(other, one) <= sides[1].shown.keys()


def test_buckets_that_agree_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("BUCKETS_AFTER_BYTES", "BUCKETS_AFTER_SHARE"):
        monkeypatch.setattr(module, limit, -1)
    one = Exchange.of([(handle_of(number), number) for number in range(1_000)])
    other = Exchange.of([(handle_of(number), number + (number == 7)) for number in range(1_000)])
    other.open(since=False, quick=True)
    said = one.reply(_NEWEST, Rest(1_000, 1))
    assert said is not None
    turn = other.reply(None, said.sums)
    assert turn is not None
    assert {handle[0] for handle in turn.handles} == {handle_of(7)[0]}
    assert sum(byte.bit_count() for byte in turn.bitmap) == 1


def test_a_row_is_shown_once_by_each_side_however_long_the_exchange_is() -> None:
    one = many(1_000)
    forks = {h: replace(row, tip=b"fork", forked=True) for h, row in list(one.items())[:400]}
    other = forks | {handle: row for handle, row in one.items() if handle not in forks}
    sides = Side(one), Side(other)
    course = exchange(*sides)
    assert gains(one, other) <= sides[0].shown.keys()
    assert gains(other, one) <= sides[1].shown.keys()
    assert sum(course.rows) <= len(sides[0].shown) + len(sides[1].shown)


def test_a_peer_that_names_the_same_rows_for_ever_takes_no_memory_for_it() -> None:
    side = Side(many(10))
    behind = dict.fromkeys(side.rows, 14)
    for _ in range(100):
        side.exchange.name(behind, behind)
    turn = side.exchange.reply(RowsMode.ALL, Rest(0, 0))
    assert turn is not None
    assert turn.handles == tuple(side.rows)


def test_who_is_behind_names_what_it_was_shown_and_adds_nothing() -> None:
    one, other = Side(many(100, head=9)), Side(many(100, head=5))
    assert exchange(one, other).rows == [100, 0]
    one, other = Side(many(100, head=5)), Side(many(100, head=9))
    assert exchange(one, other).rows == [100, 100]


_WRONG_FIRST: list[tuple[RowsMode | None, Rest | bytes | tuple[int, ...]]] = [
    (_ANSWER, Rest(0, 0)),
    (RowsMode.BUCKETED, bytes(BUCKETS // 8)),
    (None, (0,) * BUCKETS),
    (_NEWEST, b""),
]


@pytest.mark.parametrize(("mode", "detail"), _WRONG_FIRST)
def test_an_exchange_does_not_begin_with(
    mode: RowsMode | None, detail: Rest | bytes | tuple[int, ...]
) -> None:
    with pytest.raises(OrderError):
        Side(many(5)).exchange.reply(mode, detail)


@pytest.mark.parametrize("mode", [m for m in RowsMode if m is not _ANSWER])
@pytest.mark.parametrize("since", [True, False])
def test_only_an_answer_may_follow_since_and_all(mode: RowsMode, *, since: bool) -> None:
    opener = Side(many(5)).exchange
    opener.open(since=since, quick=False)
    with pytest.raises(OrderError):
        opener.reply(mode, Rest(0, 0))


@pytest.mark.parametrize("mode", [RowsMode.SINCE, RowsMode.ALL, RowsMode.BUCKETED])
def test_newest_is_not_followed_by(mode: RowsMode) -> None:
    opener = Side(many(500)).exchange
    opener.open(since=False, quick=False)
    with pytest.raises(OrderError):
        opener.reply(mode, bytes(BUCKETS // 8))


def test_buckets_may_not_follow_all() -> None:
    opener = Side(many(5)).exchange
    opener.open(since=False, quick=False)
    with pytest.raises(OrderError):
        opener.reply(None, (0,) * BUCKETS)


def test_nothing_follows_the_end() -> None:
    one, other = Side(many(5)), Side(many(5))
    exchange(one, other)
    for side in (one, other):
        with pytest.raises(OrderError):
            side.exchange.reply(_ANSWER, Rest(0, 0))


def test_an_exchange_that_never_ends_is_ended() -> None:
    side = Side(many(500)).exchange
    for number in range(MAX_TURNS):
        side.reply(_NEWEST, Rest(number + 10**6, 1))
    with pytest.raises(OrderError):
        side.reply(_NEWEST, Rest(10**6, 1))


def test_the_salt_decides_what_a_row_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    row = row_of(1, 5).encode()
    assert salted_hash(b"0" * 16, row) != salted_hash(b"1" * 16, row)
    assert 0 <= salted_hash(b"0" * 16, row) < 2**64
    monkeypatch.setattr(module, "MAX_ALL_ROWS", -1)  # by sums, then
    rows = {row.handle: row for row in (row_of(number, 5) for number in range(200))}
    one, other = Side(rows), Side(dict(rows))
    swapped = dict(zip(rows, reversed(rows.values()), strict=True))
    assert sum(salted_hash(b"", each.encode()) for each in swapped.values()) == sum(
        salted_hash(b"", each.encode()) for each in rows.values()
    )
    assert exchange(one, other, quick=True).rows == [0, 0]


def test_one_row_that_differs_ends_no_exchange_early() -> None:
    rows = many(2_000)
    oldest = list(rows)[-1]
    changed = replace(rows[oldest], head=6)
    one, other = Side(rows), Side(rows | {oldest: changed})
    exchange(one, other, quick=True)
    assert one.shown[oldest] == changed
