"""What two rows of one log say about each other, case by case."""

import pytest

from node.protocol.frontier import Hole, Row
from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges
from node.sync.compare import is_ahead, lacking, needs_repair, seen

_HANDLE = LogHandle(bytes(8))
_NOTHING = Ranges()


def row(head: int, *holes: tuple[int, int], tip: bytes = b"tip1", forked: bool = False) -> Row:
    return Row(_HANDLE, head, tip, tuple(Hole(*hole) for hole in holes), forked)


def test_a_row_has_seen_all_up_to_its_head_but_the_holes() -> None:
    assert seen(row(9, (2, 3), (7, 7))) == Ranges.of([(1, 1), (4, 6), (8, 9)])


@pytest.mark.parametrize(
    ("mine", "theirs", "lack"),
    [
        (None, row(3), [(1, 3)]),
        (None, row(5, (2, 2)), [(1, 1), (3, 5)]),
        (row(5), row(5), []),
        (row(5), row(3), []),
        (row(3), row(5), [(4, 5)]),
        (row(5, (2, 3)), row(5), [(2, 3)]),
        (row(5, (2, 3)), row(9, (3, 6)), [(2, 2), (7, 9)]),
        (row(9), row(5, (2, 3)), []),
    ],
)
def test_what_is_lacking_is_what_the_other_has_seen_and_this_side_has_not(
    mine: Row | None, theirs: Row, lack: list[tuple[int, int]]
) -> None:
    assert lacking(mine, theirs) == Ranges.of(lack)


@pytest.mark.parametrize(
    ("mine", "theirs", "ahead"),
    [
        (row(5), row(3), True),
        (row(3), row(5), False),
        (row(5), row(5), False),
        (row(5), row(5, tip=b"tip2"), True),
        (row(5, forked=True), row(5), True),
        (row(3, forked=True), row(5), False),
        (row(5), row(5, (2, 2)), True),
        (row(5, (2, 2)), row(5), False),
        (row(5, (2, 2)), row(5, (2, 2)), False),
        (row(3), row(5, (2, 2)), True),
        (row(3, (2, 2)), row(5, (2, 2)), False),
    ],
)
def test_a_side_is_ahead_where_the_other_gains_by_seeing_its_row(
    mine: Row, theirs: Row, *, ahead: bool
) -> None:
    assert is_ahead(mine, theirs) is ahead


@pytest.mark.parametrize(
    ("mine", "theirs", "gone", "repair"),
    [
        (row(5), row(5), _NOTHING, False),
        (row(5), row(5, tip=b"tip2"), _NOTHING, True),
        (row(5), row(6, tip=b"tip2"), _NOTHING, False),
        (row(6), row(5, tip=b"tip2"), _NOTHING, False),
        (row(5), row(6, tip=b"tip2", forked=True), _NOTHING, False),
        (row(5), row(6, tip=b"tip2", forked=True), Ranges.at([6]), True),
        (row(5, (2, 2)), row(5, tip=b"tip2"), _NOTHING, False),
        (row(5, (2, 2)), row(5, (2, 2), tip=b"tip2"), _NOTHING, False),
        (row(5, (2, 2), forked=True), row(5, (2, 2), tip=b"tip2"), _NOTHING, True),
        (row(5, forked=True), row(5, forked=True), _NOTHING, False),
        (row(5, forked=True), row(5), _NOTHING, True),
    ],
)
def test_ids_are_compared_when_tips_differ_and_there_is_nothing_left_to_ask_for(
    mine: Row, theirs: Row, gone: Ranges, *, repair: bool
) -> None:
    assert needs_repair(mine, theirs, gone) is repair
