"""A step ends in time and leaves nothing behind."""

import os
import time
from pathlib import Path
from threading import Event, Timer

import pytest

from tests.suites import process
from tests.suites.process import Ended, Guard, run

SHELL = ("sh", "-c")
SLEEP_S = "60"
"""Longer than any limit here: ends only by being ended."""


def ended(
    command: str, tmp_path: Path, limit_s: float = 10, cancelled: Event | None = None
) -> Ended:
    guard = Guard(time.monotonic() + limit_s, cancelled or Event())
    with (tmp_path / "output").open("wb") as output:
        return run(
            (*SHELL, command),
            variables=os.environ,
            directory=tmp_path,
            guard=guard,
            output=output,
        )


@pytest.mark.parametrize("status", [0, 7])
def test_the_exit_status_is_the_commands(tmp_path: Path, status: int) -> None:
    assert ended(f"exit {status}", tmp_path) == Ended(status, stopped=False, left_behind=())


def test_a_command_that_hangs_is_stopped_with_its_children(tmp_path: Path) -> None:
    command = f"sleep {SLEEP_S} & echo $! > child; wait"
    result = ended(command, tmp_path, limit_s=0.3)
    assert result.stopped
    assert result.exit_status != 0
    assert not alive(int((tmp_path / "child").read_text()))


def test_an_interrupted_run_stops_its_command_at_once(tmp_path: Path) -> None:
    cancelled = Event()
    Timer(0.2, cancelled.set).start()
    began_s = time.monotonic()
    assert ended(f"sleep {SLEEP_S}", tmp_path, cancelled=cancelled).stopped
    assert time.monotonic() - began_s < 10


def test_a_process_that_left_its_group_is_found_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "TERM_GRACE_S", 0.3)
    command = f"setsid sleep {SLEEP_S} > /dev/null 2>&1 & echo started"
    result = ended(command, tmp_path)
    assert result.exit_status == 0
    assert [line.split()[-1] for line in result.left_behind] == [SLEEP_S]


def alive(pid: int) -> bool:
    """Return whether a process runs; one that nobody waited for yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
