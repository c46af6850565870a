"""Runs one world by its seed: ``python -m tests.simulation.replay SEED [BOXES]``."""

import json
import sys
from dataclasses import asdict

from tests.simulation.composing import Compose, shipping
from tests.simulation.disk import Disks
from tests.simulation.loop import run
from tests.simulation.plan import BOXES, WorldPlan
from tests.simulation.story import Outcome, tell


def replay(seed: int, boxes: int = BOXES, compose: Compose = shipping) -> Outcome:
    """Return how the world of ``seed`` ends."""
    disks = Disks()
    with disks.mounted():
        return run(tell(WorldPlan.of(seed, boxes), disks, compose))


def main(arguments: list[str]) -> int:
    """Print how a world ends; return 1 when something must not be."""
    outcome = replay(int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else BOXES)
    sys.stdout.write(json.dumps(asdict(outcome), indent=1) + "\n")
    return bool(outcome.faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
