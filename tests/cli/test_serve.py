"""``disasternet serve``: what keeps it from starting is one line, and nothing is touched."""

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from node.cli.exits import ExitCode
from tests.cli.damage import DAMAGES, make_newer
from tests.cli.running import (
    Ended,
    Serving,
    contents,
    listening_on,
    run,
    serving,
    watching,
)

QUIET = ("--port", "0", "--peer-port", "0", "--no-discovery")


def serve(data_dir: Path, *options: str) -> Ended:
    return run("serve", "--data-dir", str(data_dir), *(options or QUIET))


def must_end(ended: Ended, code: ExitCode, fix: str) -> None:
    assert ended.code == code, ended
    assert ended.out == ""
    assert ended.err.startswith("disasternet: ")
    assert fix in ended.err
    assert ended.err.count("\n") == 1, ended.err


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_directory_is_said_and_left_as_it_is(used: Path, kind: str) -> None:
    damage, code, fix = DAMAGES[kind]
    damage(used)
    before = contents(used)
    must_end(serve(used), code, fix)
    assert contents(used) == before


def test_a_sound_directory_is_served_and_changed(used: Path) -> None:
    before = contents(used)
    with serving(used) as node:
        assert httpx.post(f"{node.address}auth/init", json={"name": "Ann"}).is_success
        items = httpx.get(f"{node.address}rooms/everyone/messages").json()["items"]
        assert node.stop() == ExitCode.DONE
    assert len(items) == 30
    assert contents(used) != before


def test_a_newer_store_that_only_added_is_served(used: Path) -> None:
    make_newer(used / "node.db", min_reader=1)
    with serving(used) as node:
        assert httpx.get(f"{node.address}status").status_code == httpx.codes.OK


def test_a_path_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    data_dir = tmp_path / ("x" * 100)
    must_end(serve(data_dir), ExitCode.UNUSABLE, "Choose a --data-dir with a shorter path.")
    assert not data_dir.exists()


def test_the_longest_path_a_socket_has_is_served(tmp_path: Path) -> None:
    longest = 107 - len("/node.sock") - len(f"{tmp_path}/")
    with serving(tmp_path / ("x" * longest)) as node:
        assert node.address.startswith("http://127.0.0.1:")


def test_a_directory_below_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    must_end(serve(tmp_path / "file" / "data"), ExitCode.UNUSABLE, "Choose another --data-dir.")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_second_node_on_one_directory_is_refused(node: Serving) -> None:
    must_end(serve(node.data_dir), ExitCode.IN_USE, "Stop it, or choose another --data-dir.")
    assert httpx.get(f"{node.address}status").status_code == httpx.codes.OK


def test_a_port_in_use_is_said(used: Path, node: Serving) -> None:
    before = contents(used)
    port = str(listening_on(node.address))
    ended = serve(used, "--port", port, "--peer-port", "0", "--no-discovery")
    must_end(ended, ExitCode.ADDRESS, f"127.0.0.1 port {port} cannot be served on")
    assert "Choose another --port or --host." in ended.err
    assert contents(used) == before


def test_an_address_that_is_not_of_this_machine_is_said(used: Path) -> None:
    before = contents(used)
    ended = serve(used, "--host", "192.0.2.1", *QUIET)
    must_end(ended, ExitCode.ADDRESS, "192.0.2.1 port 0 cannot be served on")
    assert contents(used) == before


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe", "is not TOML"),
        (b"prot = 80", "prot"),
        (b"storage_budget_bytes = 1", "storage_budget_bytes"),
    ],
)
def test_a_configuration_of_no_use_is_said(used: Path, content: bytes, why: str) -> None:
    file = used.parent / "disasternet.toml"
    file.write_bytes(content)
    before = contents(used.parent)
    ended = serve(used, "--config", str(file), *QUIET)
    must_end(ended, ExitCode.USAGE, why)
    assert str(file) in ended.err
    assert contents(used.parent) == before


def test_a_configuration_that_cannot_be_read_is_said(used: Path) -> None:
    must_end(serve(used, "--config", str(used)), ExitCode.USAGE, "cannot be read: Is a directory.")


def test_the_configuration_is_used_and_the_command_line_wins(tmp_path: Path) -> None:
    file = tmp_path / "disasternet.toml"
    file.write_text('name = "From file"\npublic_names = ["box.test"]\nhost = "192.0.2.1"\n')
    with serving(tmp_path / "data", "--config", str(file), "--host", "127.0.0.1") as node:
        answer = httpx.get(f"{node.address}status", headers={"Host": "box.test"})
    assert answer.json()["node"]["name"] == "From file"


def test_json_tells_address_and_directory(tmp_path: Path) -> None:
    with watching(tmp_path, "serve", "--json", "--data-dir", tmp_path / "data", *QUIET) as node:
        node.wait_for(lambda out: out.endswith("\n"))
        said = json.loads(node.out)
        assert httpx.get(f"{said['address']}status").status_code == httpx.codes.OK
        assert node.end(signal.SIGINT) == ExitCode.DONE
    assert said["data_dir"] == str(tmp_path / "data")


def test_an_interrupted_first_start_is_continued(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "node.db").touch()
    with serving(data_dir) as node:
        assert node.stop() == ExitCode.DONE
    with closing(sqlite3.connect(data_dir / "node.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] > 0


def test_what_it_says_when_it_runs(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as node:
        assert node.stop() == ExitCode.DONE
        assert (tmp_path / "data.said").read_text() == (
            f"DisasterNet is at {node.address}\nMessages and keys are in {tmp_path / 'data'}\n"
        )
