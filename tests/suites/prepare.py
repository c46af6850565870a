"""Sets up what the chosen suites need."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from locks.environment import ROOT, SetUpError, environment, inherited, say
from tests.suites.preflight import install, missing
from tests.suites.process import HANG_FACTOR, Guard, run
from tests.suites.table import SET_UP_MIN, Suite


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of the set-up."""

    used_s: float
    broken: dict[str, str]
    """By what was to be made: why it could not be. Each is a failure of the run."""
    left_out: dict[str, str]
    """By suite: why it will not run."""


def prepare(suites: Sequence[Suite], logs: Path) -> Prepared:
    """Install programs, make environments, build the page; return what is missing."""
    began = time.monotonic()
    install({need for suite in suites for need in suite.needs})
    broken: dict[str, str] = {}
    left_out: dict[str, str] = {}
    done: set[str] = set()
    for suite in suites:
        if reason := missing(suite.needs):
            left_out[suite.name] = reason
            continue
        for part, make in _parts(suite, logs).items():
            if part not in done | set(broken):
                done.add(part)
                try:
                    make()
                except SetUpError as error:
                    say(f"--- set-up: {part} failed:\n{error}\n---")
                    broken[part] = str(error)
            if part in broken:
                left_out[suite.name] = f"set-up failed: {part}."
    return Prepared(time.monotonic() - began, broken, left_out)


def _parts(suite: Suite, logs: Path) -> dict[str, Callable[[], object]]:
    parts: dict[str, Callable[[], object]] = {}
    if suite.nodejs:
        parts["web-packages"] = lambda: _make("web-packages", logs)
    else:
        parts[f"environment {suite.environment}"] = lambda: environment(suite.environment)
    if suite.page:
        parts["page"] = lambda: _make("page", logs)
    return parts


def _make(target: str, logs: Path) -> None:
    log = logs / f"{target}.log"
    guard = Guard(time.monotonic() + HANG_FACTOR * SET_UP_MIN * 60, Event())
    with log.open("wb") as output:
        ended = run(
            ("make", target), variables=inherited(), directory=ROOT, guard=guard, output=output
        )
    if ended.exit_status or ended.stopped:
        raise SetUpError(log.read_text(errors="replace"))
