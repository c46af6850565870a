"""Kills a node again and again while phones are at it."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from locks.environment import ROOT
from tests.crash import told
from tests.crash.mortal import MortalNode
from tests.crash.witness import Witness

ALIVE_S: Final = (0.02, 0.4)
"""How long a node lives after it was asked for everything."""
STARTING_S: Final = (0.0, 0.8)
"""How long a node lives that is killed while it starts."""
STARTING_EVERY: Final = 10
END_WITHIN_S: Final = 60.0


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    lost: list[str]
    facts: list[told.Fact]
    killed_s: list[float] = field(default_factory=list[float])

    @property
    def refused(self) -> list[told.Refused]:
        """Return what the node refused without reason."""
        return [fact for fact in self.facts if isinstance(fact, told.Refused)]

    def acknowledged(self) -> int:
        """Return how many answers were successes."""
        broken = (told.Broken, told.Refused)
        return sum(not isinstance(fact, broken) for fact in self.facts)

    def in_flight(self) -> list[int]:
        """Return for each kill how many requests had been sent and got no answer."""
        asked_s = [fact.asked_s for fact in self.facts if isinstance(fact, told.Broken)]
        spans = zip([0.0, *self.killed_s], self.killed_s, strict=False)
        return [sum(start < at <= end for at in asked_s) for start, end in spans]


def kill_again_and_again(node: MortalNode, folder: Path, kills: int, seed: int) -> Outcome:
    """Kill a node ``kills`` times with requests in flight, and now and then while it starts.

    The node runs again at the end, and has been asked for everything that anybody was told.
    """
    rnd = random.Random(seed)  # noqa: S311 - replays
    lines = folder / "told"
    witness = Witness(lines)
    outcome = Outcome([], witness.facts)
    with _client(node.socket, lines, seed) as client:
        for number in range(kills):
            node.launch()
            if number % STARTING_EVERY == STARTING_EVERY - 1:
                time.sleep(rnd.uniform(*STARTING_S))
                node.kill()
                node.launch()
            node.wait()
            with node.asked() as api:
                outcome.lost += witness.lost(api)
            time.sleep(rnd.uniform(*ALIVE_S))
            outcome.killed_s.append(node.kill())
        node.launch()
        node.wait()
        client.send_signal(signal.SIGTERM)
        client.wait(END_WITHIN_S)
    with node.asked() as api:
        outcome.lost += witness.all_lost(api)
    return outcome


@contextmanager
def _client(socket: Path, lines: Path, seed: int) -> Generator["subprocess.Popen[bytes]"]:
    command = (sys.executable, "-m", "tests.crash.client", socket, lines, str(seed))
    client = subprocess.Popen(command, cwd=ROOT)
    try:
        yield client
    finally:
        client.kill()
        client.wait()
