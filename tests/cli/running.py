"""Real processes of the program, and the directories they work on."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

import node

ROOT = Path(node.__file__).parent.parent
PROGRAM = (sys.executable, "-m", "node")
WITHIN_S = 20.0
POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Serving:
    """A node that answers."""

    data_dir: Path
    address: str
    process: subprocess.Popen[bytes]

    def stop(self) -> int:
        """Return its exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WITHIN_S)


def run(*arguments: str) -> Ended:
    """Return how the program ended in a process of its own."""
    ended = subprocess.run(
        [*PROGRAM, *arguments], cwd=ROOT, capture_output=True, check=False, timeout=WITHIN_S
    )
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@contextmanager
def serving(
    data_dir: Path, *options: str, environ: Mapping[str, str] | None = None
) -> Generator[Serving]:
    """Run a node on a free port for as long as the block lasts, with more in its environment."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    said = data_dir.with_name(f"{data_dir.name}.said")
    command = [*PROGRAM, "serve", "--data-dir", str(data_dir), "--port", "0"]
    command += ["--peer-port", "0", "--no-discovery"]
    with said.open("wb") as file:
        process = subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            stdout=file,
            stderr=file,
            env={**os.environ, **(environ or {})},
        )
    try:
        yield Serving(data_dir, _address(process, said), process)
    finally:
        process.kill()
        process.wait()


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    deadline_s = time.monotonic() + WITHIN_S
    while True:
        lines = said.read_text().splitlines(keepends=True)
        if lines and lines[0].startswith("DisasterNet is at ") and lines[0].endswith("/\n"):
            return lines[0].removeprefix("DisasterNet is at ").strip()
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < deadline_s, said.read_text()
        time.sleep(POLL_S)


class Watching:
    """A command that goes on, and what it has printed."""

    def __init__(self, process: subprocess.Popen[bytes], said: Path) -> None:
        self.process = process
        self._said = said

    @property
    def out(self) -> str:
        """Return all it has printed."""
        return self._said.read_text()

    def wait_for(self, holds: Callable[[str], bool]) -> None:
        """Return when what was printed satisfies ``holds``."""
        deadline_s = time.monotonic() + WITHIN_S
        while not holds(self.out):
            assert self.process.poll() is None, self.out
            assert time.monotonic() < deadline_s, self.out
            time.sleep(POLL_S)

    def end(self, number: signal.Signals) -> int:
        """Return the exit code after a signal."""
        self.process.send_signal(number)
        return self.process.wait(WITHIN_S)


@contextmanager
def watching(folder: Path, *arguments: object) -> Generator[Watching]:
    """Run a command for as long as the block lasts; what it says is kept in ``folder``."""
    said = folder / "said"
    with said.open("wb") as file:
        command = [*PROGRAM, *map(str, arguments)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)
    try:
        yield Watching(process, said)
    finally:
        process.kill()
        process.wait()


def over_socket(node: Serving) -> httpx.Client:
    """Return a client of the node's Unix socket."""
    transport = httpx.HTTPTransport(uds=str(node.data_dir / "node.sock"))
    return httpx.Client(transport=transport, base_url="http://localhost", trust_env=False)


def contents(folder: Path) -> dict[str, str]:
    """Return every file below ``folder`` with the SHA-256 of its content."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def listening_on(port_of: str) -> int:
    """Return the port in a node's address."""
    return int(port_of.rstrip("/").rpartition(":")[2])
