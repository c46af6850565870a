"""A rule of sync that is broken in one place is noticed by a world of five boxes."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from node.protocol.ranges import Ranges
from node.protocol.row import Row
from node.store import custody, gone, upkeep
from node.store.logs import Log
from node.store.scrub import Scrub
from node.sync.outbox import Marks
from tests.simulation.replay import replay

BOXES: Final = 5


@dataclass(frozen=True)
class Mutant:
    """One function of a rule, broken."""

    place: Any
    name: str
    broken: Callable[[Any], Any]
    """From what is there to what is put in its place."""


def _never(_: object) -> Callable[..., bool]:
    return lambda *_: False


def _one_more(count: Callable[[sqlite3.Connection, int, list[int]], list[int]]) -> Any:  # noqa: ANN401
    """Count another box beside the one that said STORED."""

    def broken(db: sqlite3.Connection, peer_no: int, held: list[int]) -> list[int]:
        count(db, peer_no + 1_000, held)
        return count(db, peer_no, held)

    return broken


def _up_to_far_beyond(_: object) -> Callable[[Log], Ranges]:
    """Take positions above the head for holes."""
    return lambda log: Ranges.of([*log.row.holes, (log.row.head + 1, log.row.head + 500)])


def _told_beyond(_: object) -> Callable[[Row, int, int], Row]:
    """Let what is told raise the head."""

    def broken(row: Row, first: int, last: int) -> Row:
        holes = tuple(hole for hole in row.holes if not first <= hole.first <= last)
        return Row(row.handle, max(row.head, last), row.tip, holes, row.forked)

    return broken


MUTANTS: Final = {
    "what crossed a link is not remembered": (
        [Mutant(Marks, "__contains__", _never)], 0, "twice on",
    ),
    "what is gone is never told": ([Mutant(upkeep, "judge_some", _never)], 0, "rows of"),
    "damage is never looked for": ([Mutant(Scrub, "step", _never)], 0, "lacks"),
    "one box more is counted": ([Mutant(custody, "_count", _one_more)], 0, "boxes, of"),
    "gone is believed beyond the head": (
        [Mutant(gone, "_holes", _up_to_far_beyond), Mutant(Row, "with_told", _told_beyond)],
        3, "believes in head",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("mutants", "seed", "complaint"), MUTANTS.values(), ids=MUTANTS)
def test_a_broken_rule_is_noticed(
    mutants: list[Mutant], seed: int, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for mutant in mutants:
        there = getattr(mutant.place, mutant.name)
        monkeypatch.setattr(mutant.place, mutant.name, mutant.broken(there))
    faults = replay(seed, BOXES).faults
    assert any(complaint in fault for fault in faults), faults


@pytest.mark.parametrize("seed", sorted({seed for _, seed, _ in MUTANTS.values()}))
def test_the_same_world_with_no_rule_broken_is_clean(seed: int) -> None:
    assert replay(seed, BOXES).faults == []
