"""Records a node at work, and cuts its power at many moments."""

import asyncio
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from locks.environment import ROOT
from tests.crash import recovery, told
from tests.crash.disk import Disk, Survival
from tests.crash.operations import Acknowledge
from tests.crash.recording import Recording
from tests.crash.recovery import Fault, Kind
from tests.crash.strace import COMMAND

WITHIN_S: Final = 120.0
"""How long one recorded process may take; five seconds are usual."""

DATA: Final = "data"


@dataclass(frozen=True, slots=True)
class Life:
    """One process of the recorded node."""

    end: str
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class CrashState:
    """What one power cut left."""

    moment: int
    """Operations before it."""
    survival: Survival
    files: dict[str, bytes | None]
    facts: Sequence[told.Fact]
    """What had been told by then."""


def record(folder: Path, lives: Iterable[Life]) -> Recording:
    """Run a node's lives on one data directory, one after the other; return what they did."""
    disk, lines = folder / "disk", folder / "told"
    disk.mkdir()
    recording = Recording(disk, lines)
    for seed, life in enumerate(lives, start=1):
        log = folder / f"strace-{seed}"
        variant = () if life.variant is None else ("tests.crash.variants", life.variant)
        program = (*variant, "tests.crash.writer", disk / DATA, lines, str(seed), life.end)
        subprocess.run(
            (*COMMAND, "-o", log, sys.executable, "-m", *program),
            check=True,
            cwd=ROOT,
            timeout=WITHIN_S,
        )
        recording.add(log)
        log.unlink()
    return recording


def states(recording: Recording, moments: Iterable[int], seed: int) -> Iterator[CrashState]:
    """Yield one crash state for each of ``moments``, which may repeat, in their order."""
    disk, facts, done = Disk(), list[told.Fact](), 0
    rnd = random.Random(seed)  # noqa: S311 - replays
    for moment in sorted(moments):
        for operation in recording.operations[done:moment]:
            disk.apply(operation)
            if isinstance(operation, Acknowledge):
                facts += told.read_lines([operation.line])
        done = moment
        survival = rnd.choice(tuple(Survival))
        yield CrashState(moment, survival, disk.cut(survival, rnd), tuple(facts))


def recover(state: CrashState, folder: Path) -> list[Fault]:
    """Start a node on a crash state, in ``folder``, and return what is wrong with it."""
    try:
        for path, content in state.files.items():
            if content is None:
                (folder / path).mkdir(parents=True)
            else:
                (folder / path).write_bytes(content)
        if state.facts and DATA not in state.files:
            return [Fault(Kind.LOST, "the data directory itself")]
        return asyncio.run(recovery.faults(folder / DATA, state.facts))
    finally:
        shutil.rmtree(folder / DATA, ignore_errors=True)
