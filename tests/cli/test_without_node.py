"""Commands that speak with a node, where none is."""

import contextlib
import errno
import socket
import threading
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from node.cli.client import refusal, silence
from node.cli.exits import CommandError, ExitCode
from tests.cli.conftest import Cli
from tests.cli.running import contents

COMMANDS = [
    ("status",),
    ("status", "--watch"),
    ("peers",),
    ("rooms",),
    ("send", "everyone", "hello"),
    ("tail",),
    ("sync",),
    ("admin", "token"),
    ("backup", "{folder}/file"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_where_no_node_runs_it_says_so_and_makes_nothing(
    cli: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    arguments = [part.format(folder=tmp_path) for part in command]
    ended = cli(*arguments, "--data-dir", tmp_path / "none")
    assert ended.code == ExitCode.NOT_RUNNING
    assert ended.out == ""
    assert ended.err.startswith(f"disasternet: No node is running at {tmp_path / 'none'}. Start it")
    assert ended.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_socket_that_a_killed_node_left_is_no_node(cli: Cli, used: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(used / "node.sock"))
    before = contents(used)
    assert cli("status", "--data-dir", used).code == ExitCode.NOT_RUNNING
    assert contents(used) == before


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_path_too_long_for_a_socket_is_said(
    cli: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    arguments = [part.format(folder=tmp_path) for part in command]
    ended = cli(*arguments, "--data-dir", tmp_path / ("x" * 100))
    assert ended.code == ExitCode.UNUSABLE
    assert "too long for a Unix socket. Choose a shorter --data-dir." in ended.err


NOT_JSON = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n{\x1b:]"
HALF = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"


@contextlib.contextmanager
def answering(tmp_path: Path, said: bytes) -> Generator[Path]:
    """Yield a data directory whose socket belongs to a program that says one thing."""
    with socket.socket(socket.AF_UNIX) as door:
        tmp_path.mkdir(exist_ok=True)
        door.bind(str(tmp_path / "node.sock"))
        door.listen()

        def answer() -> None:
            while True:
                try:
                    connection, _ = door.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    connection.recv(65_536)
                    connection.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        yield tmp_path
        door.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("command", [("status",), ("rooms",), ("tail",)], ids=" ".join)
def test_an_answer_that_is_no_nodes_is_one_line(
    cli: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    with answering(tmp_path, NOT_JSON):
        ended = cli(*command, "--data-dir", tmp_path)
    assert ended.code == ExitCode.REFUSED
    assert "The answer is not what this release understands" in ended.err
    assert ended.err.count("\n") == 1
    assert "\x1b" not in ended.err


def test_a_backup_that_breaks_off_is_no_backup(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "gym.backup"
    with answering(tmp_path, HALF):
        ended = cli("backup", file, "--data-dir", tmp_path)
    assert ended.code == ExitCode.NOT_RUNNING
    assert "went away before it had answered" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["node.sock"]
    with answering(tmp_path / "whole", HALF + b"0\r\n\r\n") as whole:
        assert cli("backup", file, "--data-dir", whole).code == ExitCode.DONE
    assert file.read_bytes() == b"half"


def test_a_socket_of_another_user_is_no_missing_node(
    cli: Cli, used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_socket: socket.socket, _address: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")  # root is never told so

    monkeypatch.setattr(socket.socket, "connect", refuse)
    ended = cli("status", "--data-dir", used)
    assert ended.code == ExitCode.REFUSED
    assert ended.err.endswith("Be root, or the user it runs as.\n")


@pytest.mark.parametrize("error", [httpx.ReadTimeout("slow"), httpx.ReadError("gone")])
def test_a_node_that_does_not_answer_is_not_running(error: Exception) -> None:
    with pytest.raises(CommandError) as caught, silence(Path("/srv/box")):
        raise error
    assert caught.value.code is ExitCode.NOT_RUNNING
    assert "See its log" in caught.value.message


def test_a_refusal_without_a_problem_still_has_its_status() -> None:
    assert refusal(502, b"<html>").message == "The node answered 502."
    assert refusal(403, b'{"detail": "Not you."}').message == "Not you."
