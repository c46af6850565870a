"""Who gets a new envelope itself: the best links, and always one at random."""

from collections import Counter
from random import Random

import pytest

from node.protocol import kinds
from node.sync.fanout import Candidate, choose

_SEEDED = Random(7).randrange  # noqa: S311 - nothing here is secret


def candidates(count: int) -> list[Candidate]:
    """Return links of which number 0 is the best one and the last one the worst."""
    return [Candidate(link, 1 - link / 100, 50.0) for link in range(count)]


@pytest.mark.parametrize(
    ("count", "urgent", "bulk"),
    [(0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 2), (4, 3, 2), (5, 4, 2), (8, 4, 2), (9, 5, 2)],
)
def test_urgent_and_safety_go_to_the_logarithm_of_links_and_the_rest_to_two(
    count: int, urgent: int, bulk: int
) -> None:
    for class_, pushes in zip(kinds.CLASSES, (urgent, urgent, bulk, bulk), strict=True):
        assert len(choose(candidates(count), class_, _SEEDED)) == pushes


def test_all_but_one_are_the_best_and_each_other_one_has_its_turn() -> None:
    turns = Counter[int]()
    for _ in range(600):
        chosen = choose(candidates(8), kinds.URGENT, _SEEDED)
        assert {0, 1, 2} < chosen
        turns.update(chosen - {0, 1, 2})
    assert set(turns) == {3, 4, 5, 6, 7}
    assert min(turns.values()) > 60


def test_of_links_of_one_quality_the_oldest_is_the_best() -> None:
    young, old = Candidate(1, 0.5, 90.0), Candidate(2, 0.5, 10.0)
    others = [Candidate(link, 0.1, 0.0) for link in (3, 4, 5)]
    for _ in range(50):
        assert old.link in choose([young, old, *others], kinds.CHAT, _SEEDED)
