"""Messages and states as they come."""

import json
import signal
import subprocess
from pathlib import Path

from node.cli.exits import ExitCode
from node.cli.tail import line_of
from node.contract.messages import Message, MessageState
from node.contract.people import Author
from tests.cli.conftest import Cli
from tests.cli.running import PROGRAM, ROOT, WITHIN_S, Serving, serving, watching
from tests.cli.test_with_node import new_room


def cursor_now(ask: Cli) -> str:
    cursor: str = json.loads(ask("send", "everyone", "mark", "--json").out)["cursor"]
    return cursor


def test_messages_come_once_in_order_and_ctrl_c_ends_it(
    ask: Cli, node: Serving, tmp_path: Path
) -> None:
    since = cursor_now(ask)
    ask("send", "everyone", "before")
    command = ("tail", "--since", since, "--data-dir", node.data_dir)
    with watching(tmp_path, *command) as tail:
        tail.wait_for(lambda out: out.endswith("before\n"))
        ask("send", "everyone", "after\n\x1b[2Jforged")
        tail.wait_for(lambda out: out.count("\n") == 2)
        assert tail.end(signal.SIGINT) == ExitCode.DONE
    lines = tail.out.splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["before", r"after ⏎ [2Jforged"]


def test_json_is_one_frame_a_line_of_the_room_alone(
    ask: Cli, node: Serving, tmp_path: Path
) -> None:
    since = cursor_now(ask)
    command = ("tail", "everyone", "--json", "--since", since, "--data-dir", node.data_dir)
    ask("send", new_room(node, "Elsewhere"), "not here")
    ask("send", "everyone", "one", "--category", "help")
    with watching(tmp_path, *command) as tail:
        tail.wait_for(lambda out: out.endswith("\n"))
        frame = json.loads(tail.out)
    assert frame["type"] == "message"
    assert frame["message"]["text"] == "one"
    assert frame["cursor"] == frame["message"]["cursor"]


def test_without_since_it_begins_with_now(ask: Cli, node: Serving, tmp_path: Path) -> None:
    ask("send", "everyone", "old")
    sent = 0

    def has_news(out: str) -> bool:
        nonlocal sent
        sent += 1
        ask("send", "everyone", f"new {sent}")
        return "new" in out

    with watching(tmp_path, "tail", "--data-dir", node.data_dir) as tail:
        tail.wait_for(has_news)
        assert "old" not in tail.out


def test_status_is_watched(node: Serving, tmp_path: Path) -> None:
    command = ("status", "--watch", "--json", "--data-dir", node.data_dir)
    with watching(tmp_path, *command) as status:
        status.wait_for(lambda out: out.endswith("\n"))
        assert status.end(signal.SIGINT) == ExitCode.DONE
    assert json.loads(status.out.splitlines()[0])["node"]["name"] == "Gym"


def test_a_node_that_stops_is_said(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data") as node,
        watching(tmp_path, "status", "--watch", "--data-dir", node.data_dir) as status,
    ):
        status.wait_for(lambda out: "Box: " in out)
        node.stop()
        assert status.process.wait(WITHIN_S) == ExitCode.NOT_RUNNING
    assert status.out.endswith("disasternet: The node stopped.\n")


def test_a_reader_that_has_enough_ends_it_without_a_word(node: Serving) -> None:
    command = [*PROGRAM, "rooms", "--data-dir", str(node.data_dir)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as rooms:
        assert rooms.stdout is not None
        assert rooms.stderr is not None
        rooms.stdout.close()
        assert rooms.wait(WITHIN_S) == ExitCode.DONE
        assert rooms.stderr.read() == b""


def test_a_line_has_when_where_who_and_what() -> None:
    author = Author("0" * 64, "0" * 64, "Ann\nBob", "WXYZ", None)
    message = Message(
        *("1" * 64, "c", "2" * 64, author, "hi\x1b[0m", "help", "Gym\r"),
        urgent=True,
        reply_to=None,
        sort_ms=2**48,
        time_certain=False,
        hlc="1",
        state=MessageState(stored=True, boxes=1),
    )
    assert line_of(message, "room") == (
        r"~-  room  Ann ⏎ Bob #WXYZ: [urgent] [help] [at Gym] hi\x1b[0m"
    )
