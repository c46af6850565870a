"""Commands that speak with a running node."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from node.cli.exits import ExitCode
from node.protocol.ids import EVERYONE
from tests.cli.conftest import Cli
from tests.cli.running import Serving, over_socket


def texts(node: Serving, room: str = "everyone") -> list[str]:
    with over_socket(node) as http:
        items = http.get(f"/rooms/{room}/messages", params={"limit": 200}).json()["items"]
    return [item["text"] for item in items]


def new_room(node: Serving, name: str) -> str:
    with over_socket(node) as http:
        token = http.post("/auth/init", json={"name": "Maker"}).json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        answer = http.post("/rooms", json={"name": name}, headers=bearer)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    room_id: str = answer.json()["id"]
    return room_id


@pytest.mark.parametrize(
    ("command", "path"), [("peers", "/peers"), ("sync", "/sync/state"), ("rooms", "/rooms")]
)
def test_json_is_the_answer_of_the_api(ask: Cli, node: Serving, command: str, path: str) -> None:
    said: Any = json.loads(ask(command, "--json").out)
    with over_socket(node) as http:
        answer: Any = http.get(path).json()
    if command == "rooms":  # as the one who types sees them
        said = [{**room, "joined": None, "unread": None} for room in said]
        answer = [{**room, "joined": None, "unread": None} for room in answer]
    if command == "sync":  # a second may have passed between the two
        said["unsent"]["oldest_s"] = answer["unsent"]["oldest_s"] = None
    assert said == answer


def test_status_says_who_the_box_is_and_how(ask: Cli) -> None:
    shown = ask("status").out
    assert shown.startswith("Box: Gym, id ")
    assert "STATE\tCHECK\tWHY\tFIX\nok\tstore\tMessages are being kept.\t\n" in shown
    status = json.loads(ask("status", "--json").out)
    assert set(status) == {"node", "network", "storage", "clock", "phones", "health"}
    assert status["node"]["name"] == "Gym"


def test_a_healthy_box_satisfies_the_doctor(ask: Cli) -> None:
    checks = json.loads(ask("doctor", "--json").out)["health"]
    assert {check["check"] for check in checks} >= {"store", "space", "clock", "peers"}
    assert "fail" not in {check["state"] for check in checks}


def test_a_message_is_sent_signed_and_kept(ask: Cli, node: Serving) -> None:
    options = ("--category", "safe", "--place", "Gym", "--urgent")
    message = json.loads(ask("send", "everyone", "We are safe.", *options, "--json").out)
    assert message["text"] == "We are safe."
    assert (message["category"], message["place"], message["urgent"]) == ("safe", "Gym", True)
    assert message["room_id"] == EVERYONE.hex()
    assert message["state"]["stored"] is True
    with over_socket(node) as http:
        envelope = http.get(f"/messages/{message['id']}/envelope")
    assert envelope.status_code == httpx.codes.OK


@pytest.mark.parametrize(
    ("piped", "text"), [(b"two\nlines\n", "two\nlines"), ("سلام".encode(), "سلام")]
)
def test_a_dash_reads_standard_input(ask: Cli, node: Serving, piped: bytes, text: str) -> None:
    ask("send", "everyone", "-", stdin=piped)
    assert text in texts(node)


@pytest.mark.parametrize(
    ("piped", "why"),
    [(b"\xff", "is not UTF-8 text."), (b"x" * 70_000, "is too long")],
    ids=["no text", "endless"],
)
def test_standard_input_that_is_no_message_is_refused(
    cli: Cli, node: Serving, piped: bytes, why: str
) -> None:
    before = texts(node)
    ended = cli("send", "everyone", "-", "--data-dir", node.data_dir, stdin=piped)
    assert ended.code == ExitCode.USAGE
    assert why in ended.err
    assert texts(node) == before


def test_an_argument_that_is_no_text_is_refused(cli: Cli, node: Serving) -> None:
    ended = cli("send", "everyone", "\udcff", "--data-dir", node.data_dir)
    assert (ended.code, ended.err) == (
        ExitCode.USAGE,
        "disasternet: An argument is not UTF-8 text.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("send", "everyone", "x" * 2_001), "2000"),
        (("send", "0" * 64, "hello"), "does not know that room"),
        (("send", "everyone", "hello", "--as", "\u200b"), "at least one letter"),
        (("tail", "--since", "x"), "This place in the list is not known here."),
        (("tail", "--since", "0" * 16 + ".1"), "The box started a new list."),
    ],
    ids=["too long", "unknown room", "no name", "no cursor", "other store"],
)
def test_the_reason_of_a_refusal_is_printed(
    cli: Cli, node: Serving, arguments: tuple[str, ...], why: str
) -> None:
    before = texts(node)
    ended = cli(*arguments, "--data-dir", node.data_dir)
    assert ended.code == ExitCode.REFUSED
    assert why in ended.err
    assert ended.err.count("\n") == 1
    assert texts(node) == before


def test_a_room_goes_by_its_name_or_id(ask: Cli, node: Serving) -> None:
    room = new_room(node, "Water point")
    ask("send", "Water point", "by name")
    ask("send", room, "by id")
    assert texts(node, room) == ["by name", "by id"]


def test_a_name_of_two_rooms_must_be_said_by_id(cli: Cli, node: Serving) -> None:
    ids = {new_room(node, "Twice"), new_room(node, "Twice")}
    ended = cli("send", "Twice", "hello", "--data-dir", node.data_dir)
    assert ended.code == ExitCode.USAGE
    assert ids == {word for word in ended.err.split() if len(word) == 64}


def test_everyone_is_never_a_room_that_somebody_called_so(ask: Cli, node: Serving) -> None:
    forged = new_room(node, "everyone")
    ask("send", "everyone", "for all")
    assert texts(node, forged) == []
    assert "for all" in texts(node)


def test_a_name_of_no_room_is_nothing_found(cli: Cli, node: Serving) -> None:
    ended = cli("send", "Nowhere", "hello", "--data-dir", node.data_dir)
    assert ended.code == ExitCode.NEGATIVE
    assert ended.err == "disasternet: No room here is called Nowhere. See disasternet rooms.\n"


def token_file(home: Path, node: Serving) -> Path:
    with over_socket(node) as http:
        node_id: str = http.get("/auth/me").json()["node"]["id"]
    return home / "state" / "disasternet" / node_id[:8]


def author_of(ended: str) -> tuple[str, str]:
    author = json.loads(ended)["author"]
    return author["id"], author["name"]


def test_whoever_types_keeps_one_identity(ask: Cli, node: Serving, home: Path) -> None:
    token_file(home, node).unlink(missing_ok=True)
    first, name = author_of(ask("send", "everyone", "1", "--json").out)
    assert name == "ann"  # the login name
    assert author_of(ask("send", "everyone", "2", "--json").out) == (first, "ann")
    assert author_of(ask("send", "everyone", "3", "--as", "Anna", "--json").out) == (first, "Anna")
    assert author_of(ask("send", "everyone", "4", "--json").out) == (first, "Anna")


def test_the_token_is_for_its_owner_alone(ask: Cli, node: Serving, home: Path) -> None:
    path = token_file(home, node)
    path.unlink(missing_ok=True)
    before = os.umask(0)
    try:
        ask("send", "everyone", "hello")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kept", [b"0" * 64, b"\xff\xfe", b"short", b"a" * 63 + b"\r\nX: y"])
def test_a_token_that_does_not_count_is_replaced(
    ask: Cli, node: Serving, home: Path, kept: bytes
) -> None:
    path = token_file(home, node)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(kept)
    ask("send", "everyone", "hello")
    assert path.read_bytes() != kept
    assert len(path.read_text().strip()) == 64


def test_an_admin_token_opens_the_admins_part_and_voids_the_one_before(
    ask: Cli, node: Serving
) -> None:
    tokens = [ask("admin", "token").out.strip()]
    tokens.append(json.loads(ask("admin", "token", "--json").out)["token"])
    answers = [
        httpx.get(f"{node.address}auth/me", headers={"Authorization": f"Bearer {token}"})
        for token in tokens
    ]
    assert answers[0].status_code == httpx.codes.UNAUTHORIZED
    assert answers[1].json()["admin"] is True


def test_names_of_strangers_do_not_break_the_table(ask: Cli, node: Serving) -> None:
    new_room(node, "[bold red]x[/] :boom:")
    assert "[bold red]x[/] :boom:\t" in ask("rooms").out
