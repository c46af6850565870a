"""systemd hears when a node is ready, that it lives, and that it stops."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.notify import notify, watchdog_s
from tests.cli.running import WITHIN_S, serving


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(WITHIN_S)
        listening.bind(str(tmp_path / "notify"))
        yield listening


def drain(manager: socket.socket) -> None:
    """Hear what was said before, and then some more.

    Raises:
        TimeoutError: nothing more was said.
    """
    for _ in range(100):
        manager.recv(100)


def test_a_node_is_ready_lives_and_stops(tmp_path: Path, manager: socket.socket) -> None:
    environ = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "300000"}
    with serving(tmp_path / "data", environ=environ) as node:
        heard = {manager.recv(100) for _ in range(4)}
        assert heard == {b"READY=1", b"WATCHDOG=1"}
        assert node.stop() == 0
        said = manager.recv(100)
        while said == b"WATCHDOG=1":
            said = manager.recv(100)
        assert said == b"STOPPING=1"


def test_a_node_that_hangs_says_nothing(tmp_path: Path, manager: socket.socket) -> None:
    environ = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "300000"}
    with serving(tmp_path / "data", environ=environ) as node:
        assert manager.recv(100)
        node.process.send_signal(signal.SIGSTOP)
        manager.settimeout(1.0)
        with pytest.raises(TimeoutError):
            drain(manager)


@pytest.mark.parametrize("address", ["", "relative", "/nowhere/at/all", "@no-such-manager"])
def test_without_a_manager_nothing_is_wrong(address: str) -> None:
    assert notify("READY=1", {"NOTIFY_SOCKET": address}) is False


def test_an_abstract_socket_is_heard() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(WITHIN_S)
        listening.bind(f"\0disasternet-test-{os.getpid()}")
        assert notify("READY=1", {"NOTIFY_SOCKET": f"@disasternet-test-{os.getpid()}"})
        assert listening.recv(100) == b"READY=1"


@pytest.mark.parametrize(
    ("environ", "period_s"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "15000000"}, 15.0),
        ({"WATCHDOG_USEC": "15000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
    ],
)
def test_the_watchdog_is_fed_as_asked(environ: dict[str, str], period_s: float | None) -> None:
    assert watchdog_s(environ) == period_s
