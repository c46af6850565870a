"""A real node in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

START_LIMIT_S = 30.0
STOP_LIMIT_S = 30.0
LISTENING = "0A"
"""State of a socket in /proc/net/tcp."""


@dataclass
class NodeProcess:
    """A running node, its data and what it wrote to stderr."""

    process: "subprocess.Popen[str]"
    port: int
    data: Path
    log: Path

    @property
    def url(self) -> str:
        """Return its address without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_file(self) -> Path:
        """Return its Unix socket."""
        return self.data / "node.sock"

    def rss_bytes(self) -> int:
        """Return the memory it holds now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    @property
    def peer_port(self) -> int:
        """Return where it waits for other boxes, as the kernel's tables have it."""
        folder = Path(f"/proc/{self.process.pid}")
        links = {str(each.readlink()) for each in (folder / "fd").iterdir()}
        lines = [line.split() for line in (folder / "net" / "tcp").read_text().splitlines()]
        ports = {
            int(line[1].rpartition(":")[2], 16)
            for line in lines
            if line[3] == LISTENING and f"socket:[{line[9]}]" in links
        }
        (port,) = ports - {self.port}
        return port

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """Return a new connection that comes from ``source``."""
        sock = socket.socket()
        sock.settimeout(10)
        sock.bind((source, 0))
        sock.connect(("127.0.0.1", self.port))
        return sock

    def stop(self) -> float:
        """Send SIGTERM and return the seconds until the process has ended, in order."""
        began_s = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(STOP_LIMIT_S) == 0, self.log.read_text()
        return time.monotonic() - began_s


@contextmanager
def running_node(
    *, write_rate_per_s: float = 10_000, write_burst: int = 10_000, options: Sequence[str] = ()
) -> Generator[NodeProcess]:
    """Yield a node on free ports; by default it never says "slow down".

    Args:
        write_rate_per_s: of one address.
        write_burst: at once.
        options: more of ``serve``.
    """
    data = Path(tempfile.mkdtemp(prefix="disasternet-hostile-"))
    config = data / "node.toml"
    config.write_text(
        f"write_rate_per_s = {write_rate_per_s}\nwrite_burst = {write_burst}\n"
        f"lasting_rate_per_s = {write_rate_per_s}\nlasting_burst = {write_burst}\n"
    )
    log = data / "stderr"
    command = [sys.executable, "-m", "node", "serve", "--json", "--port", "0"]
    command += ["--peer-port", "0", "--no-discovery"]
    command += ["--data-dir", str(data / "data"), "--config", str(config), *options]
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=os.environ | {"TERM": "dumb"},
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the node did not start: {log.read_text()}"
        port = int(json.loads(line)["address"].rstrip("/").rsplit(":", 1)[1])
        yield NodeProcess(process, port, data / "data", log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
        rmtree(data, ignore_errors=True)
