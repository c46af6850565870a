"""Runs one command within a time limit and leaves no process behind."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import IO

HANG_FACTOR = 4
"""What hangs is stopped at this many times its planned minutes."""
MARK = "DISASTERNET_SUITE_STEP"
"""Environment variable by which a step's processes are known, whatever group they moved to."""
TERM_GRACE_S = 5.0
"""How long a stopped step may clean up; Chromium and a node need about one second."""
POLL_S = 0.1
EMPTY_LOOKS = 2
"""A process that is just being replaced by exec shows no environment for a moment."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    exit_status: int
    stopped: bool
    """Whether the time limit ended it."""
    left_behind: tuple[str, ...]
    """Command lines of processes it started and did not end; they are ended now."""


@dataclass(frozen=True, slots=True)
class Guard:
    """When the steps of a suite end, whether they are done or not."""

    deadline_s: float
    """On the monotonic clock."""
    cancelled: Event
    """Set when the whole run is interrupted."""

    @property
    def open(self) -> bool:
        """Whether a step may go on."""
        return time.monotonic() < self.deadline_s and not self.cancelled.is_set()


def run(
    command: Sequence[str],
    *,
    variables: Mapping[str, str],
    directory: Path,
    guard: Guard,
    output: IO[bytes] | None,
) -> Ended:
    """Run a command and return how it ended.

    Args:
        command: its program is found by the PATH of `variables`.
        variables: its whole environment.
        directory: where it runs.
        guard: when it closes, the command is stopped with all it started.
        output: takes what it writes; None lets that through.
    """
    mark = secrets.token_hex(8)
    process = subprocess.Popen(
        ["env", *command],
        env={**variables, MARK: mark},
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
    )
    stopped = True
    try:
        while process.poll() is None and guard.open:
            with suppress(subprocess.TimeoutExpired):
                process.wait(POLL_S)
        stopped = process.poll() is None
    finally:
        if stopped:
            _end(process)
    return Ended(process.returncode, stopped, _sweep(mark))


def _end(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(TERM_GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _sweep(mark: str) -> tuple[str, ...]:
    """Wait for a step's processes to go, then end those that stay and return them."""
    deadline = time.monotonic() + TERM_GRACE_S
    looks_empty = 0
    while looks_empty < EMPTY_LOOKS and time.monotonic() < deadline:
        looks_empty = 0 if _marked(mark) else looks_empty + 1
        time.sleep(POLL_S)
    alive = _marked(mark)
    for pid in alive:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return tuple(alive.values())


def _marked(mark: str) -> dict[int, str]:
    wanted = f"{MARK}={mark}".encode()
    found: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):  # empty where there is no /proc
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(entry.name)] = line.decode(errors="replace").strip()
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return found
