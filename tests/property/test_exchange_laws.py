"""Laws of the exchange: each side learns all that it lacks, in a bounded number of turns."""

from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.protocol.frontier import Row
from node.protocol.ids import LogHandle
from node.sync import exchange as module
from node.sync.compare import is_ahead
from node.sync.exchange import Exchange, Rest, Turn
from tests.fakes.exchanging import Frontier, IsAhead, Side, exchange, gains, row_of
from tests.property.strategies import counterexample


def _different(row: Row, drawn: Random) -> Row:
    """Return what another side may have seen of the same log."""
    change = drawn.randrange(5)
    if change == 0:
        return replace(row, head=row.head + drawn.randint(1, 30), tip=drawn.randbytes(4))
    if change == 1 and row.head > 1:
        return replace(row, head=drawn.randint(1, row.head - 1), tip=drawn.randbytes(4))
    if change == 2:
        return replace(row, tip=drawn.randbytes(4), forked=drawn.random() < 0.5)
    low = drawn.randint(1, 9)
    holes = row_of(0, 99, (low, low + drawn.randint(0, 5))).holes
    if change == 3:
        return replace(row, head=max(row.head, 20), holes=holes)
    return replace(row, head=row.head + 20, tip=drawn.randbytes(4), holes=holes)


def _order(rows: list[Row], drawn: Random, newest: set[LogHandle]) -> Frontier:
    """Return rows newest change first: what differs mostly first, or in no order at all."""
    mixed = drawn.random() < 0.3
    keyed = [(row.handle not in newest and not mixed, drawn.random(), row) for row in rows]
    return {row.handle: row for _, _, row in sorted(keyed, key=lambda each: each[:2])}


@dataclass(frozen=True)
class Meeting:
    """Two sides in a few numbers, which print short."""

    equal: int
    differing: int
    one_only: int
    other_only: int
    seed: int

    def frontiers(self) -> tuple[Frontier, Frontier]:
        """Return rows in common, rows that differ, and rows of each side alone."""
        drawn = Random(self.seed)  # noqa: S311
        count = self.equal + self.differing
        common = [row_of(number, drawn.randint(1, 60)) for number in range(count)]
        changed = [_different(row, drawn) for row in common[self.equal :]]
        mine = [row_of(10**6 + number, drawn.randint(1, 60)) for number in range(self.one_only)]
        theirs = [row_of(10**7 + number, drawn.randint(1, 60)) for number in range(self.other_only)]
        newest = {row.handle for row in (*changed, *mine, *theirs)}
        one = _order([*common, *mine], drawn, newest)
        return one, _order([*common[: self.equal], *changed, *theirs], drawn, newest)


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    """Return meetings of small and of larger sides."""
    scale = draw(st.sampled_from([1, 1, 1, 4, 20]))
    counts = st.integers(0, 60).map(lambda count: scale * count)
    return Meeting(
        draw(counts), draw(counts), draw(counts), draw(counts), draw(st.integers(0, 2**32))
    )


def both_learn_all(meeting: Meeting, ahead: IsAhead = is_ahead) -> bool:
    """Return whether each side was shown all rows in which the other has what it lacks."""
    one, other = (Side(rows, ahead) for rows in meeting.frontiers())
    exchange(one, other)
    return (
        gains(one.rows, other.rows) <= one.shown.keys()
        and gains(other.rows, one.rows) <= other.shown.keys()
    )


@settings(max_examples=120)
@given(meetings())
def test_after_an_exchange_each_side_was_shown_all_it_lacks(meeting: Meeting) -> None:
    assert both_learn_all(meeting)


@settings(max_examples=120)
@given(meetings())
def test_so_it_is_when_buckets_come_early(meeting: Meeting) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BUCKETS_AFTER_BYTES", 2_000)
        assert both_learn_all(meeting)


def _never(_mine: Row, _theirs: Row) -> bool:
    return False


def _by_head(mine: Row, theirs: Row) -> bool:
    return mine.head > theirs.head


def _without_tips(mine: Row, theirs: Row) -> bool:
    return is_ahead(mine, replace(theirs, tip=mine.tip, forked=mine.forked))


@pytest.mark.parametrize("wrong", [_never, _by_head, _without_tips])
def test_that_law_notices_a_comparison_that_says(wrong: IsAhead) -> None:
    counterexample(meetings(), lambda meeting: not both_learn_all(meeting, wrong))


def _answer_at_once(side: Exchange, _theirs: Rest) -> Turn:
    turn: Turn = vars(Exchange)["_answer"](side, ())
    return turn


def _show_no_rest(side: Exchange, _bitmap: bytes) -> list[LogHandle]:
    assert side.over is not None
    return []


@pytest.mark.parametrize(
    ("method", "wrong"), [("_after_newest", _answer_at_once), ("_within", _show_no_rest)]
)
def test_that_law_notices_a_side_that_ends_too_early(
    method: str, wrong: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Exchange, method, wrong)
    monkeypatch.setattr(module, "BUCKETS_AFTER_BYTES", 2_000)
    counterexample(meetings(), lambda meeting: not both_learn_all(meeting))


@settings(max_examples=120)
@given(meeting=meetings(), quick=st.booleans())
def test_an_exchange_ends_in_turns_bounded_by_what_was_shown(
    *, meeting: Meeting, quick: bool
) -> None:
    pair = meeting.frontiers()
    one, other = (Side(rows) for rows in pair)
    course = exchange(one, other, quick=quick)
    total = len(pair[0].keys() | pair[1].keys())
    assert len(course.modes) <= 6 + total // 64
    assert sum(course.rows) <= len(pair[0]) + len(pair[1])


@settings(max_examples=60)
@given(meetings())
def test_equal_sides_show_at_most_one_batch_in_two_turns(meeting: Meeting) -> None:
    pair = meeting.frontiers()
    one, other = Side(pair[0]), Side(dict(reversed(pair[0].items())))
    course = exchange(one, other)
    assert len(course.modes) == 2
    assert course.rows[1] == 0


@settings(max_examples=60)
@given(meetings())
def test_rows_changed_since_valid_checkpoints_are_all_it_takes(meeting: Meeting) -> None:
    one_rows, other_rows = meeting.frontiers()
    differing = gains(one_rows, other_rows) | gains(other_rows, one_rows)
    one = Side(one_rows, fresh=frozenset(differing & one_rows.keys()))
    other = Side(other_rows, fresh=frozenset(differing & other_rows.keys()))
    exchange(one, other, since=True)
    assert gains(one_rows, other_rows) <= one.shown.keys()
    assert gains(other_rows, one_rows) <= other.shown.keys()
