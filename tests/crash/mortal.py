"""A real node in a process of its own, to be killed and started again on the same directory."""

import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from locks.environment import ROOT

START_WITHIN_S: Final = 60.0
ANSWER_WITHIN_S: Final = 30.0
POLL_S: Final = 0.02
PORTS: Final = range(20_000, 32_000)
PAGE: Final = 200
"""Messages asked for at once."""


class MortalNode:
    """One data directory, and the process that serves it when it runs."""

    def __init__(
        self, folder: Path, variant: str | None = None, options: Sequence[str] = ()
    ) -> None:
        """Run nothing yet.

        Args:
            folder: where the data directory and the log go.
            variant: how the node is broken (``tests.crash.variants``); None for the real one.
            options: more of ``serve``.
        """
        self.data = folder / "data"
        self._options = options
        self.socket = self.data / "node.sock"
        self._log = folder / "node.log"
        self._variant = () if variant is None else ("tests.crash.variants", variant)
        self._process: subprocess.Popen[bytes] | None = None
        self._ports = _free_port(), _free_port()

    @property
    def ports(self) -> tuple[int, int]:
        """Return where it answers people, and where other boxes."""
        return self._ports

    def __enter__(self) -> Self:
        """Do nothing; the node is started by ``start``."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Kill the process if it runs."""
        self.kill()

    def launch(self) -> None:
        """Start the process; it does not answer yet."""
        port, peer_port = self._ports
        command = [
            *(sys.executable, "-m", *self._variant, "node", "serve"),
            *("--data-dir", str(self.data), "--port", str(port)),
            *("--peer-port", str(peer_port), "--no-discovery"),
            *self._options,
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def wait(self) -> None:
        """Return when the process answers; what a killed one left of its socket refuses."""
        deadline_s = time.monotonic() + START_WITHIN_S
        while not self._listens():
            assert self._process is not None
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline_s, self._log.read_text()
            time.sleep(POLL_S)
        with self.asked() as api:
            api.get("/status")

    def kill(self) -> float:
        """Send SIGKILL, wait for the end, and return when it was sent, on the monotonic clock."""
        killed_s = time.monotonic()
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
        return killed_s

    @contextmanager
    def asked(self) -> Generator["Api"]:
        """Ask the node by its Unix socket for as long as the block lasts."""
        transport = httpx.HTTPTransport(uds=str(self.socket), verify=False)
        with httpx.Client(
            transport=transport, base_url="http://localhost", timeout=ANSWER_WITHIN_S
        ) as http:
            yield Api(http)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as attempt:
            try:
                attempt.connect(str(self.socket))
            except OSError:
                return False
        return True


class Api:
    """The node's answers."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def find(self, path: str, token: str | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON at ``path``; None when it is refused."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        response = self._http.get(path, headers=headers)
        return response.json() if response.is_success else None

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON at ``path``, which must be there."""
        found = self.find(path)
        assert found is not None, path
        return found

    def messages_after(self, room: str, cursor: str) -> list[dict[str, Any]]:
        """Return the messages of a room that arrived after a cursor, in order of arrival."""
        found: list[dict[str, Any]] = []
        place: str | None = cursor
        while place is not None:
            page = self.get(f"/rooms/{room}/messages?limit={PAGE}&after={place}")
            found += page["items"]
            place = page["next"]
        return found


def _free_port() -> int:
    """Return a port below those that connections of clients are given meanwhile."""
    for port in random.sample(PORTS, len(PORTS)):
        try:
            with socket.create_server(("0.0.0.0", port)):  # noqa: S104 - as the node listens
                return port
        except OSError:
            continue
    raise AssertionError("no port is free")
