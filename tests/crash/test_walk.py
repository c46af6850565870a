"""kill -9 between any two steps of the pages without script: what was shown holds."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from locks.environment import ROOT
from tests.crash import logbook, walk_witness
from tests.crash.mortal import MortalNode
from tests.crash.walked import Broken, Fact, Refused, Step, Thing

SEED: Final = 4
KILLS: Final = 20
CONTROL_KILLS: Final = 6
ALIVE_S: Final = (0.05, 0.7)
"""How long a node lives once it answers."""
LEAST_IN_FLIGHT: Final = 0.6
"""Share of kills that must have met forms in flight: between them nothing is proven."""
END_WITHIN_S: Final = 60.0
WITHIN_S: Final = 60.0

Quality = Callable[[str, float, str, float | None], None]


def told_while_killed(
    node: MortalNode, folder: Path, kills: int
) -> tuple[list[Fact], list[str], int]:
    """Kill a node while people walk; return what they were told, what is lost, and good kills."""
    rnd = random.Random(SEED)  # noqa: S311 - replays
    lines, in_flight = folder / "told", 0
    url = f"http://127.0.0.1:{node.ports[0]}"
    ports = map(str, node.ports)
    command = (sys.executable, "-m", "tests.crash.walk", *ports, str(lines), str(SEED))
    with subprocess.Popen(command, cwd=ROOT) as walkers:
        try:
            for _ in range(kills):
                node.launch()
                node.wait()
                before = len(broken(walk_witness.read(lines)))
                time.sleep(rnd.uniform(*ALIVE_S))
                node.kill()
                in_flight += len(broken(walk_witness.read(lines))) > before
            node.launch()
            node.wait()
            walkers.send_signal(signal.SIGTERM)
            walkers.wait(END_WITHIN_S)
        finally:
            walkers.kill()
    facts = walk_witness.read(lines)
    return facts, walk_witness.lost(facts, url), in_flight


def broken(facts: list[Fact]) -> list[Broken]:
    """Return the forms that got no answer."""
    return [fact for fact in facts if isinstance(fact, Broken)]


def rates_lifted(folder: Path) -> tuple[str, str]:
    """Return options under which nobody is told to slow down."""
    config = folder / "node.toml"
    lifted = ("write_rate_per_s", "write_burst", "lasting_rate_per_s", "lasting_burst")
    config.write_text("".join(f"{name} = 10000\n" for name in lifted))
    return "--config", str(config)


def test_kill_9_between_any_two_steps_loses_nothing_that_was_shown(
    tmp_path: Path, quality: Quality, repeated: int
) -> None:
    began_s, kills = time.monotonic(), KILLS * repeated
    with MortalNode(tmp_path, options=rates_lifted(tmp_path)) as node:
        facts, lost, in_flight = told_while_killed(node, tmp_path, kills)
        node.kill()
    steps = [fact for fact in facts if isinstance(fact, Step)]
    quality("walk, kill -9", kills, "kills", None)
    quality("walk, kill -9, with forms in flight", in_flight, "kills", None)
    quality("walk, kill -9, shown", len(steps), "answers", None)
    quality("walk, kill -9, duration", time.monotonic() - began_s, "s", WITHIN_S * repeated)
    assert not lost, lost[:10]
    assert not [fact for fact in facts if isinstance(fact, Refused)]
    assert {step.thing for step in steps} == set(Thing), "control: every step was walked"
    assert logbook.faults(node.data / "node.db") == []
    assert in_flight >= LEAST_IN_FLIGHT * kills


def test_the_walk_reports_a_node_that_answers_before_commit(tmp_path: Path) -> None:
    """Control: the witness sees what is lost."""
    options = rates_lifted(tmp_path)
    with MortalNode(tmp_path, variant="answer-early", options=options) as node:
        facts, lost, _ = told_while_killed(node, tmp_path, CONTROL_KILLS)
    assert [fact for fact in facts if isinstance(fact, Refused)], "forgotten people were refused"
    assert lost
