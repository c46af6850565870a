"""Runs the steps of a suite and says what became of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from locks import nodejs
from locks.environment import ROOT, environment, say, variables
from tests.suites.count import ONE_FAILED, Count, of_step
from tests.suites.process import HANG_FACTOR, Guard, run
from tests.suites.table import REPORT, Step, Suite

CORES = 2
"""Steps at once: the machine the budgets are planned for."""
TAIL_LINES = 120
"""What is shown of a failed step's output; the whole stays in its log."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a suite."""

    suite: Suite
    count: Count
    used_s: float
    left_out: str | None = None
    """Why it did not run."""

    @property
    def over_budget(self) -> bool:
        """Whether it took longer than planned."""
        return self.used_s > self.suite.planned_min * 60


def run_suite(suite: Suite, logs: Path, cancelled: Event, *, live: bool) -> Result:
    """Run every step, also after one failed.

    Args:
        suite: its environment is made already.
        logs: directory for reports and output.
        cancelled: stops every step once set; set here when this thread is interrupted.
        live: show output as it comes instead of keeping it in a log.
    """
    began_s = time.monotonic()
    guard = Guard(began_s + HANG_FACTOR * suite.planned_min * 60, cancelled)
    say(f"{suite.name} ...")

    def count_step(numbered: tuple[int, Step]) -> Count:
        number, step = numbered
        return _run_step(suite, step, logs / f"{suite.name}-{number}", guard, live=live)

    with ThreadPoolExecutor(CORES if suite.side_by_side else 1) as pool:
        try:
            count = sum(pool.map(count_step, enumerate(suite.steps)), Count())
        except BaseException:
            cancelled.set()
            raise
    return Result(suite, count, time.monotonic() - began_s)


def _run_step(suite: Suite, step: Step, log: Path, guard: Guard, *, live: bool) -> Count:
    report = log.with_suffix(".xml") if any(REPORT in word for word in step.command) else None
    if report:
        report.unlink(missing_ok=True)
    command = [word.replace(REPORT, str(report)) for word in step.command]
    directory = ROOT / "webui" if suite.nodejs else ROOT
    inside = variables(_programs(suite))
    with log.with_suffix(".log").open("w+b") as output:
        ended = run(
            command,
            variables=inside,
            directory=directory,
            guard=guard,
            output=None if live else output,
        )
        count = of_step(exit_status=ended.exit_status, report=report)
        output.seek(0)
        text = output.read().decode(errors="replace").splitlines()
    if ended.stopped:
        count += ONE_FAILED
        text.append(f"STOPPED at {HANG_FACTOR} x its planned minutes.")
    if ended.left_behind:
        count += ONE_FAILED
        text.extend(f"LEFT BEHIND and ended: {line}" for line in ended.left_behind)
    if count.failed:
        say("\n".join((f"--- {suite.name}: {step.name} failed:", *text[-TAIL_LINES:], "---")))
    return count


def _programs(suite: Suite) -> Path:
    if suite.nodejs:
        return nodejs.directory().parent
    return environment(suite.environment)
