"""Twenty worlds of twelve boxes each end in agreement, with nothing lost, and in silence."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.simulation.replay import replay

WORLDS: Final = range(20)

Quality = Callable[[str, float, str, float | None], None]


@pytest.mark.parametrize("seed", WORLDS)
def test_a_world_agrees_loses_nothing_and_falls_silent(seed: int, quality: Quality) -> None:
    outcome = replay(seed)
    assert outcome.faults == [], "\n".join((*outcome.faults, *outcome.newest[-20:]))
    assert outcome.damaged
    assert outcome.custody > outcome.promises
    assert outcome.envelopes >= outcome.committed - outcome.promises
    quality(
        f"simulation: crossings per commit, seed {seed}", outcome.crossings_per_commit, "", None
    )
