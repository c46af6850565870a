"""The same seed gives the same world, event for event, in any process."""

import json
import os
import subprocess
import sys

import pytest

from locks.environment import ROOT
from tests.simulation.replay import replay

BOXES = 5


def digest_in_another_process(seed: int, hash_seed: int) -> str:
    """Return the trace's digest where Python orders its sets in another way."""
    command = (sys.executable, "-m", "tests.simulation.replay", str(seed), str(BOXES))
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return str(json.loads(done.stdout)["digest"])


@pytest.mark.parametrize("seed", [0, 1])
def test_a_world_comes_again_event_for_event(seed: int) -> None:
    here = replay(seed, BOXES)
    assert here.committed > 500
    assert replay(seed, BOXES).digest == here.digest
    assert digest_in_another_process(seed, 1) == here.digest
    assert digest_in_another_process(seed, 2) == here.digest


def test_another_seed_is_another_world() -> None:
    assert replay(4, BOXES).digest != replay(5, BOXES).digest
