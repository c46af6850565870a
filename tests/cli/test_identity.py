"""``disasternet identity``."""

import json
from pathlib import Path

import pytest

from node.cli.exits import ExitCode
from tests.cli.conftest import Cli
from tests.cli.running import Serving, contents


def identity(cli: Cli, data_dir: Path, *command: str) -> dict[str, str]:
    ended = cli("identity", *command, "--json", "--data-dir", data_dir)
    assert ended.code == ExitCode.DONE, ended
    found: dict[str, str] = json.loads(ended.out)
    return found


def test_a_key_is_made_once(cli: Cli, tmp_path: Path) -> None:
    first = identity(cli, tmp_path / "data", "init", "--name", "Gym")
    assert first["name"] == "Gym"
    before = contents(tmp_path)
    assert identity(cli, tmp_path / "data", "init") == first
    assert identity(cli, tmp_path / "data", "show") == first
    assert contents(tmp_path) == before


def test_rotation_makes_another_box_of_the_same_name_and_keeps_the_old_key(
    cli: Cli, tmp_path: Path
) -> None:
    first = identity(cli, tmp_path, "init", "--name", "Gym")
    old = (tmp_path / "identity" / "node.key").read_bytes()
    second = identity(cli, tmp_path, "rotate")
    assert (second["name"], second["id"] != first["id"]) == ("Gym", True)
    kept = [path for path in (tmp_path / "identity").iterdir() if path.suffix == ".old"]
    assert [path.read_bytes() for path in kept] == [old]


def test_people_can_read_it(cli: Cli, tmp_path: Path) -> None:
    shown = cli("identity", "init", "--name", "Gym", "--data-dir", tmp_path).out
    found = identity(cli, tmp_path, "show")
    assert shown == f"Box: Gym\nFingerprint: {found['fingerprint']}\nId: {found['id']}\n"
    assert cli("identity", "show", "--data-dir", tmp_path).out == shown


def test_where_there_is_none_it_says_so_and_makes_nothing(cli: Cli, tmp_path: Path) -> None:
    ended = cli("identity", "show", "--data-dir", tmp_path / "none")
    assert ended.code == ExitCode.NEGATIVE
    assert "disasternet identity init" in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"node_id": "x", "name": "y"}'],
    ids=["empty", "no fields", "list", "no key"],
)
def test_a_torn_file_is_said_and_init_mends_it(cli: Cli, tmp_path: Path, content: str) -> None:
    first = identity(cli, tmp_path, "init")
    (tmp_path / "identity" / "public.json").write_text(content)
    ended = cli("identity", "show", "--data-dir", tmp_path)
    assert (ended.code, ended.err.count("\n")) == (ExitCode.DAMAGED, 1)
    assert identity(cli, tmp_path, "init")["id"] == first["id"]


@pytest.mark.parametrize("command", ["init", "rotate"])
def test_a_running_node_keeps_its_key(cli: Cli, node: Serving, command: str) -> None:
    before = identity(cli, node.data_dir, "show")
    ended = cli("identity", command, "--data-dir", node.data_dir)
    assert (ended.code, ended.out) == (ExitCode.IN_USE, "")
    assert identity(cli, node.data_dir, "show") == before
