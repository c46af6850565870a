"""A machine as a newcomer has it: no cache, no Node.js, no setting, one Python."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from locks.environment import ROOT

ABSENT = re.compile(r"(corepack|uv|uvx|pip|pipx|python|pypy)[\d.]*(-config)?")
"""Programs of this machine that a newcomer's may lack; the one Python is put back."""
NODEJS = re.compile(r"node|npm|npx")
"""Programs that some newcomers have and others do not."""
ADDRESS = re.compile(r"https?://[\w.:\[\]-]+")
STOP_S = 15.0
"""A node ends within 5 s of SIGTERM; make and its shell after it."""
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Machine:
    """An empty home and the programs of a bare system."""

    home: Path
    programs: Path

    @property
    def checkout(self) -> Path:
        """Where the newcomer clones to."""
        return self.home / "disasternet"

    @property
    def variables(self) -> dict[str, str]:
        """The whole process environment."""
        return {"HOME": str(self.home), "PATH": str(self.programs)}

    def call(self, *command: str, directory: Path | None = None) -> str:
        """Run a command to its end and return what it said."""
        done = subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            cwd=directory or self.home,
            env=self.variables,
        )
        return done.stdout


def bare_machine(root: Path, *, nodejs: bool) -> Machine:
    """Return a machine below `root` with this system's programs, but for what `ABSENT` names.

    Args:
        root: an empty directory.
        nodejs: whether it has this system's Node.js.
    """
    home, programs = root / "home", root / "programs"
    home.mkdir()
    programs.mkdir()
    for program in (*Path("/usr/bin").iterdir(), *Path("/bin").iterdir()):
        link = programs / program.name
        absent = ABSENT.fullmatch(program.name) is not None
        absent = absent or (not nodejs and NODEJS.fullmatch(program.name) is not None)
        if not absent and not link.is_symlink():
            link.symlink_to(program)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (programs / "python3").symlink_to(Path(sys.base_prefix) / "bin" / version)
    return Machine(home, programs)


def clone(machine: Machine) -> None:
    """Clone the commit this checkout stands on."""
    machine.call("git", "clone", "--quiet", str(ROOT), str(machine.checkout))


@contextmanager
def make_run(machine: Machine, port: int, limit_s: float) -> Generator[str]:
    """Run `make run` until the block ends; gives the address it printed.

    Raises:
        AssertionError: it printed none in time, or a process outlived the end.
    """
    log = machine.home / "make-run.log"
    arguments = f"RUN_ARGS=--public-name disasternet.test --port {port} --no-discovery"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ("make", "run", arguments),
            cwd=machine.checkout,
            env=machine.variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _address(process, log, port, limit_s)
    finally:
        _stop(process)


def _address(process: "subprocess.Popen[bytes]", log: Path, port: int, limit_s: float) -> str:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        for address in ADDRESS.findall(log.read_text()):
            if f":{port}" in address:
                return str(address)
        assert not ended, f"make run ended:\n{log.read_text()}"
        time.sleep(POLL_S)
    raise AssertionError(f"no address after {limit_s} s:\n{log.read_text()}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group; that SIGTERM was not enough is a failure."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if _group_lives(process):
            os.killpg(process.pid, number)
        deadline = time.monotonic() + STOP_S
        while _group_lives(process) and time.monotonic() < deadline:
            time.sleep(POLL_S)
        if not _group_lives(process):
            break
    assert number == signal.SIGTERM, "make run did not end on SIGTERM"


def _group_lives(process: "subprocess.Popen[bytes]") -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True
