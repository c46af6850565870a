"""A real node in a process of its own."""

import http.client
import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from locks.environment import ROOT

PUBLIC_NAME = "disasternet.test"
"""Not localhost: browsers grant localhost what a box on plain HTTP never gets."""

START_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0
PATIENCE_S = 10.0
POLL_S = 0.05
LISTENING_PORTS = range(20_000, 32_000)
"""Below those that Linux gives to outgoing connections: one of them, of another test, would
take the port before the node does."""
PORT_TRIES = 100


class RunningNode:
    """One data directory and port, and the process that serves them when it runs."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Take ports; ``options`` are given to the node at each start."""
        self.folder = folder
        self.port, self.peer_port = _free_ports(2)
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        # Everybody in these tests has one address; the limits are tested in tests/hostile.
        self._config = folder / "node.toml"
        self._config.write_text(
            "write_rate_per_s = 100.0\nwrite_burst = 1000\n"
            "lasting_rate_per_s = 100.0\nlasting_burst = 1000\n"
        )

    @property
    def origin(self) -> str:
        """Return the address of its pages."""
        return f"http://{PUBLIC_NAME}:{self.port}"

    def start(self) -> None:
        """Start the process and return when it answers."""
        command = [
            *(sys.executable, "-m", "node", "serve", "--data-dir", str(self.folder / "data")),
            *("--port", str(self.port), "--peer-port", str(self.peer_port)),
            *("--config", str(self._config)),
            *("--name", "Gym", "--public-name", PUBLIC_NAME, "--no-discovery"),
            *self._options,
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        deadline_s = time.monotonic() + START_WITHIN_S
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline_s, self._log.read_text()
            time.sleep(POLL_S)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal and return when the process has ended."""
        if self._process is None or self._process.poll() is not None:
            return
        self.send(number)
        try:
            self._process.wait(STOP_WITHIN_S)
        finally:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        """Remove every message and key, as a new card does; the process must not run."""
        shutil.rmtree(self.folder / "data")

    def ask(
        self, method: str, path: str, body: object = None, token: str | None = None
    ) -> dict[str, Any]:
        """Return the JSON object that answers a request, sent again while the box says 429."""
        deadline_s = time.monotonic() + PATIENCE_S
        status, said = self._exchange(method, path, body, token)
        while status == HTTPStatus.TOO_MANY_REQUESTS and time.monotonic() < deadline_s:
            time.sleep(POLL_S)
            status, said = self._exchange(method, path, body, token)
        assert status < HTTPStatus.BAD_REQUEST, f"{method} {path}: {status} {said}"
        read: dict[str, Any] = json.loads(said)
        return read

    def texts(self, room: str = "everyone") -> list[str]:
        """Return the newest texts of a room, oldest first."""
        items: list[dict[str, Any]] = self.ask("GET", f"/rooms/{room}/messages?limit=100")["items"]
        return [text for _, _, text in sorted((m["sort_ms"], m["id"], m["text"]) for m in items)]

    def digests(self) -> list[str]:
        """Return what tells whether two boxes have seen the same."""
        said: list[str] = self.ask("GET", "/sync/state")["digests"]
        return said

    def introduce(self, name: str) -> str:
        """Return the token of a new person."""
        token: str = self.ask("POST", "/auth/init", {"name": name})["token"]
        return token

    def post(self, token: str, text: str, room: str = "everyone", **more: str) -> None:
        """Post a message as the person of a token, with ``more`` as the API names it."""
        self.ask("POST", f"/rooms/{room}/messages", {"text": text, **more}, token)

    @property
    def _log(self) -> Path:
        return self.folder / "node.log"

    def _exchange(self, method: str, path: str, body: object, token: str | None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def _answers(self) -> bool:
        try:
            self.ask("GET", "/status")
        except (OSError, http.client.HTTPException):
            return False
        return True


@contextmanager
def running_node(folder: Path, *options: str) -> Generator[RunningNode]:
    """Run a node for as long as the block lasts."""
    node = RunningNode(folder, *options)
    try:
        node.start()
        yield node
    finally:
        node.stop(signal.SIGKILL)


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    for port in secrets.SystemRandom().sample(LISTENING_PORTS, PORT_TRIES):
        with suppress(OSError), socket.create_server(("", port)):
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no free ports")
