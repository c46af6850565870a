"""Long lists in as many frames as they take: nothing lost, none beyond its bound."""

import random
from collections.abc import Callable, Sequence

import pytest

from node.protocol import limits as protocol_limits
from node.protocol.frontier import Hole, Row
from node.protocol.ids import LogHandle
from node.protocol.ranges import MAX_RUNS, Ranges
from node.sync import limits
from node.sync.frames import (
    Asked,
    Frame,
    Rows,
    RowsMode,
    StoredEntry,
    Want,
    decode_frame,
    pack_delta,
    pack_gone,
    pack_rows,
    pack_stored,
    pack_want,
)

_TOP = protocol_limits.MAX_SEQ
_SCATTERED = Ranges.at(range(1, 100, 2))


def handle(number: int) -> LogHandle:
    return LogHandle(number.to_bytes(8))


def row(number: int, *, large: bool) -> Row:
    if not large:
        return Row(handle(number), number % 100 + 1, b"tipp")
    holes = tuple(Hole(_TOP - 40 + 2 * hole, _TOP - 40 + 2 * hole) for hole in range(8))
    return Row(handle(number), _TOP, b"tipp", holes)


def sent(turn: Rows, rows: Sequence[tuple[Row, int]]) -> list[Rows]:
    """Return the frames of a turn as the peer reads them."""
    packed = pack_rows(turn, [(each.encode(), lowest) for each, lowest in rows])
    frames = [decode_frame(data) for data in packed]
    assert all(isinstance(frame, Rows) for frame in frames)
    return [frame for frame in frames if isinstance(frame, Rows)]


_TURN = Rows(
    RowsMode.NEWEST, turn_ends=True, final=True, changed_n=7, rest_count=9, rest_sum=2**64 - 1
)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("served", [False, True])
@pytest.mark.parametrize("count", [0, 1, 128, 4_097])
def test_a_turn_arrives_whole_in_order_and_ends_with_its_last_frame(
    *, count: int, served: bool, large: bool
) -> None:
    rows = [
        (each, each.head if served and each.head > 1 else 1)
        for each in (row(number, large=large) for number in range(count))
    ]
    frames = sent(_TURN, rows)
    arrived = [
        (each, dict(frame.lowest_served).get(index, 1))
        for frame in frames
        for index, each in enumerate(frame.rows)
    ]
    assert arrived == rows
    assert [frame.turn_ends for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert [frame.final for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert {(f.mode, f.changed_n, f.rest_count, f.rest_sum) for f in frames} == {
        (RowsMode.NEWEST, 7, 9, 2**64 - 1)
    }


def test_as_few_frames_as_the_bounds_allow() -> None:
    small = [(row(number, large=False), 1) for number in range(8_192)]
    assert len(small[0][0].encode()) * limits.MAX_ROWS < limits.MAX_ROWS_BYTES
    assert [len(frame.rows) for frame in sent(_TURN, small)] == [4_096, 4_096]
    middle = [(Row(handle(number), 128, b"tipp"), 1) for number in range(8_000)]
    assert [len(frame.rows) for frame in sent(_TURN, middle)] == [4_000, 4_000]


def _want_bytes(wants: Sequence[Want]) -> None:
    for want in wants:
        assert decode_frame(want.encode()) == want


def test_questions_that_fit_are_one_answer() -> None:
    shown = [row(number, large=False) for number in range(20)]
    wanted = {3: Ranges.at([1]), 19: Ranges.of([(1, 20)])}
    assert pack_want(shown, wanted) == [
        Want(20, (Asked(3, Ranges.at([1])), Asked(19, Ranges(), 1)))
    ]
    assert pack_want(shown, {}) == [Want(20)]
    assert pack_want((), {}) == []
    assert pack_want(shown, {3: Ranges()}) == [Want(20)]


def test_questions_that_do_not_fit_are_asked_by_handle_and_none_is_lost() -> None:
    shown = [Row(handle(number), 1_000, b"tipp") for number in range(2_000)]
    wanted = dict.fromkeys(range(2_000), _SCATTERED)
    listed = [(handle(10_000 + number), _SCATTERED) for number in range(300)]
    wants = pack_want(shown, wanted, listed)
    _want_bytes(wants)
    assert [want.answers for want in wants] == [2_000] + [0] * (len(wants) - 1)
    asked = [shown[each.index].handle for each in wants[0].rows]
    asked += [name for want in wants for name, ranges in want.listed if ranges == _SCATTERED]
    assert asked == [handle(number) for number in (*range(2_000), *range(10_000, 10_300))]
    assert 0 < len(wants[0].rows) < 2_000


def test_no_more_is_asked_of_a_log_than_one_question_may() -> None:
    whole = Ranges.of([(1, 5_000)])
    wants = pack_want([Row(handle(0), 5_000, b"tipp")], {0: whole}, [(handle(1), whole)])
    _want_bytes(wants)
    few = Ranges.of([(1, limits.MAX_WANTED_POSITIONS)])
    assert wants[0].rows == (Asked(0, few),)
    assert wants[1].listed == ((handle(1), few),)
    assert pack_want((), {}, [(handle(1), Ranges())]) == []


def test_the_largest_answer_fits_its_frame() -> None:
    shown = [Row(handle(number), _TOP, b"tipp") for number in range(limits.MAX_ROWS)]
    far = Ranges.at(range(_TOP - 60, _TOP - 3, 2))
    _want_bytes(pack_want(shown, dict.fromkeys(range(limits.MAX_ROWS), far)))


_SETS = [Ranges.at([1]), _SCATTERED, Ranges.of([(1, _TOP)])]
_COUNTS = [0, 1, 4_096, 4_097, 6_000]


@pytest.mark.parametrize("count", _COUNTS)
def test_what_was_stored_gone_or_new_arrives_whole_and_in_order(count: int) -> None:
    chosen = random.Random(count)  # noqa: S311 - any mixture will do
    sets = [chosen.choice(_SETS) for _ in range(count)]
    gone = [(handle(number), each) for number, each in enumerate(sets)]
    stored = [StoredEntry(name, each, b"tipp") for name, each in gone]
    rows = [row(number, large=number % 7 == 0) for number in range(count)]
    packed: list[tuple[Sequence[object], Callable[[], Sequence[object]]]] = [
        (gone, lambda: [entry for frame in pack_gone(gone) for entry in frame.entries]),
        (stored, lambda: [entry for frame in pack_stored(stored) for entry in frame.entries]),
        (
            [Row(each.handle, each.head, each.tip) for each in rows],
            lambda: [each for frame in pack_delta(rows) for each in frame.rows],
        ),
    ]
    for given, arrived in packed:
        assert list(arrived()) == list(given)
    frames: list[Frame] = [*pack_gone(gone), *pack_stored(stored), *pack_delta(rows)]
    for frame in frames:
        assert decode_frame(frame.encode()) == frame


def test_of_a_set_with_too_many_runs_all_is_gone_and_the_highest_is_stored() -> None:
    many = Ranges.at(range(1, 4 * MAX_RUNS, 2))
    gone = [entry for frame in pack_gone([(handle(1), many)]) for entry in frame.entries]
    assert [len(each.runs) for _, each in gone] == [MAX_RUNS, MAX_RUNS]
    assert gone[0][1] | gone[1][1] == many
    (stored,) = pack_stored([StoredEntry(handle(1), many, b"tipp")])
    (entry,) = stored.entries
    assert entry.positions.last == many.last
    assert len(entry.positions.runs) == MAX_RUNS
    assert not entry.positions - many
