"""``disasternet doctor`` where no node answers."""

import fcntl
import json
from pathlib import Path

import pytest

from node.cli.diagnosis import failed
from node.cli.exits import ExitCode
from tests.cli.conftest import Cli
from tests.cli.damage import DAMAGES
from tests.cli.running import contents

Checks = dict[str, dict[str, str]]


def doctor(cli: Cli, data_dir: Path) -> Checks:
    """Return the checks by name; one of them has failed."""
    ended = cli("doctor", "--json", "--data-dir", data_dir)
    assert ended.code == ExitCode.NEGATIVE, ended
    checks = json.loads(ended.out)["health"]
    assert all(set(check) == {"check", "state", "why", "fix"} for check in checks)
    assert all(check["fix"] for check in checks if check["state"] != "ok")
    return {check["check"]: check for check in checks}


def test_in_a_sound_directory_only_the_node_is_missing(cli: Cli, used: Path) -> None:
    before = contents(used)
    checks = doctor(cli, used)
    assert [name for name, check in checks.items() if check["state"] == "fail"] == ["node"]
    assert checks["node"]["fix"].startswith(f"Start it (disasternet serve --data-dir {used})")
    assert checks["store"]["why"] == "The store is sound."
    assert contents(used) == before


@pytest.mark.parametrize("kind", [kind for kind in DAMAGES if kind != "key"])
def test_a_damaged_store_is_said_and_left_as_it_is(cli: Cli, used: Path, kind: str) -> None:
    damage, _, fix = DAMAGES[kind]
    damage(used)
    before = contents(used)
    store = doctor(cli, used)["store"]
    assert store["state"] == "fail"
    assert fix in f"{store['why']} {store['fix']}"
    assert contents(used) == before


def test_a_directory_that_is_not_there_is_not_made(cli: Cli, tmp_path: Path) -> None:
    assert doctor(cli, tmp_path / "none")["directory"]["state"] == "warn"
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_has_the_directory_and_is_silent_is_said(cli: Cli, used: Path) -> None:
    with (used / "lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        checks = doctor(cli, used)
    assert "does not answer" in checks["directory"]["why"]
    assert "store" not in checks  # it is that process's to write
    assert doctor(cli, used)["directory"]["state"] == "ok"


def test_a_path_too_long_for_a_socket_is_said(cli: Cli, tmp_path: Path) -> None:
    checks = doctor(cli, tmp_path / ("x" * 100))
    assert checks["directory"]["state"] == "fail"
    assert checks["directory"]["fix"] == "Choose a shorter --data-dir."


def test_people_can_read_it(cli: Cli, used: Path) -> None:
    lines = cli("doctor", "--data-dir", used).out.splitlines()
    assert lines[0] == "STATE\tCHECK\tWHY\tFIX"
    assert lines[1].startswith("fail\tnode\tNo node is running at ")


def test_a_line_is_split_into_why_and_fix() -> None:
    check = failed("store", "/a/b.c is damaged (x). Keep it. Restore.")
    assert (check.why, check.fix) == ("/a/b.c is damaged (x).", "Keep it. Restore.")
    assert failed("store", "Broken.").why == "Broken."
