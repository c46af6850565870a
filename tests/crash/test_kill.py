"""kill -9 at any moment: what was answered is there, in order, once."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.crash import logbook
from tests.crash.killing import kill_again_and_again
from tests.crash.mortal import MortalNode

SEED: Final = 9
KILLS: Final = 50
CONTROL_KILLS: Final = 5
LEAST_IN_FLIGHT: Final = 0.8
"""Share of kills that must have met requests in flight: between requests nothing is proven."""
LEAST_ACKNOWLEDGED: Final = 1_000
WITHIN_S: Final = 90.0

Quality = Callable[[str, float, str, float | None], None]


def test_kill_9_loses_nothing_that_was_acknowledged(
    tmp_path: Path, quality: Quality, repeated: int
) -> None:
    began_s = time.monotonic()
    kills = KILLS * repeated
    with MortalNode(tmp_path) as node:
        outcome = kill_again_and_again(node, tmp_path, kills, SEED)
        node.kill()
    in_flight = outcome.in_flight()
    quality("kill -9", kills, "kills", None)
    quality("kill -9, with requests in flight", sum(map(bool, in_flight)), "kills", None)
    quality("kill -9, acknowledged", outcome.acknowledged(), "answers", None)
    quality("kill -9, lost", len(outcome.lost), "answers", None)
    quality("kill -9, duration", time.monotonic() - began_s, "s", WITHIN_S * repeated)
    assert not outcome.lost, f"seed {SEED}: {outcome.lost[:20]}"
    assert not outcome.refused, f"seed {SEED}: {outcome.refused[:20]}"
    assert logbook.faults(node.data / "node.db") == [], f"seed {SEED}"
    assert sum(map(bool, in_flight)) >= LEAST_IN_FLIGHT * kills, f"seed {SEED}: {in_flight}"
    assert outcome.acknowledged() >= LEAST_ACKNOWLEDGED


def test_the_harness_reports_a_node_that_answers_before_commit(tmp_path: Path) -> None:
    with MortalNode(tmp_path, variant="answer-early") as node:
        outcome = kill_again_and_again(node, tmp_path, CONTROL_KILLS, SEED)
    assert any(line.startswith("Message(") for line in outcome.lost), outcome.lost
