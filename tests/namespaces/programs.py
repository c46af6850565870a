"""Programs that run inside namespaces and print JSON lines."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import node
from tests.namespaces.wires import Place

ROOT: Final = Path(node.__file__).parent.parent
START_LIMIT_S: Final = 30.0
POLL_S: Final = 0.02

Event = dict[str, Any]


class Program:
    """A running program and what it has printed."""

    def __init__(self, process: "subprocess.Popen[bytes]", said: Path) -> None:
        """Read what ``process`` prints to the file ``said``."""
        self.process = process
        self._said = said

    @property
    def text(self) -> str:
        """Return everything it has printed, faults too."""
        return self._said.read_text()

    def events(self, kind: str | None = None) -> list[Event]:
        """Return the complete lines so far, or those of one kind."""
        lines = [line for line in self.text.splitlines(keepends=True) if line.endswith("\n")]
        said: list[Event] = [json.loads(line) for line in lines if line.startswith("{")]
        return [event for event in said if kind is None or event.get("event") == kind]

    def wait(self, holds: Callable[["Program"], bool], limit_s: float) -> float:
        """Return after how many seconds ``holds`` was true; fail after ``limit_s``."""
        began_s = time.monotonic()
        while not holds(self):
            assert self.process.poll() is None, self.text
            assert time.monotonic() - began_s < limit_s, self.text
            time.sleep(POLL_S)
        return time.monotonic() - began_s

    def stop(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running(place: Place, command: Sequence[str], said: Path) -> Generator[Program]:
    """Run a command in ``place`` for as long as the block lasts; its output goes to ``said``."""
    with said.open("wb") as file:
        process = subprocess.Popen(place.command(*command), cwd=ROOT, stdout=file, stderr=file)
    program = Program(process, said)
    try:
        yield program
    finally:
        program.stop()


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module of this project."""
    return (sys.executable, "-m", name, *arguments)
