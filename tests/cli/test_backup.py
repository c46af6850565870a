"""Backup and restore, end to end and under attack."""

import hashlib
import io
import json
import os
import resource
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx

from node.cli.exits import ExitCode
from tests.cli.conftest import Cli
from tests.cli.running import ROOT, Ended, Serving, contents, over_socket, run, serving


class Writer:
    """Somebody who goes on posting, and the ids of what was confirmed."""

    def __init__(self, node: Serving) -> None:
        self._http = over_socket(node)
        token = self._http.post("/auth/init", json={"name": "Writer"}).json()["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self.confirmed: list[str] = []
        self._enough = threading.Event()
        self._many = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def start(self) -> None:
        """Begin, and return when some messages are confirmed."""
        self._thread.start()
        assert self._many.wait(20)

    def stop(self) -> None:
        """End, after the message under way."""
        self._enough.set()
        self._thread.join()
        self._http.close()

    def _write(self) -> None:
        while not self._enough.is_set():
            body = {"text": f"message {len(self.confirmed)}"}
            answer = self._http.post("/rooms/everyone/messages", json=body)
            assert answer.status_code == httpx.codes.CREATED, answer.text
            self.confirmed.append(answer.json()["id"])
            if len(self.confirmed) >= 20:
                self._many.set()


def facts(data_dir: Path) -> tuple[bytes, int]:
    """Return incarnation and epoch of a store."""
    uri = f"file:{data_dir}/node.db?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as db:
        incarnation, epoch = db.execute("SELECT incarnation, epoch FROM store").fetchone()
    return incarnation, epoch


def missing(node: Serving, ids: list[str]) -> list[str]:
    with httpx.Client(base_url=node.address) as http:
        return [i for i in ids if http.get(f"/messages/{i}/envelope").status_code != 200]


def test_all_confirmed_before_a_backup_is_in_it_and_restored_elsewhere(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "gym.backup"
    with serving(tmp_path / "old", "--name", "Old") as old:
        writer = Writer(old)
        writer.start()
        before = list(writer.confirmed)
        assert cli("backup", file, "--data-dir", old.data_dir).code == ExitCode.DONE
        seen = len(writer.confirmed)
        while len(writer.confirmed) < seen + 5:
            assert old.process.poll() is None
        writer.stop()
        after = writer.confirmed[-1]
        assert old.stop() == ExitCode.DONE
    new_dir = tmp_path / "new"
    identity = json.loads(
        cli("identity", "init", "--name", "New", "--json", "--data-dir", new_dir).out
    )
    ended = cli("restore", file, "--json", "--data-dir", new_dir)
    assert ended.code == ExitCode.DONE
    assert json.loads(ended.out) == {"restored": str(new_dir / "node.db"), "kept": None}
    with serving(new_dir) as new:
        assert missing(new, before) == []
        assert missing(new, [after]) == [after]
        node = httpx.get(f"{new.address}auth/me").json()["node"]
    assert (node["id"], node["name"]) == (identity["id"], "New")
    assert facts(new_dir)[0] != facts(tmp_path / "old")[0]
    assert facts(new_dir)[1] != facts(tmp_path / "old")[1]


def test_a_backup_is_for_its_owner_alone_and_says_so(
    cli: Cli, node: Serving, tmp_path: Path
) -> None:
    file = tmp_path / "gym.backup"
    ended = cli("backup", file, "--json", "--data-dir", node.data_dir)
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(ended.out) == {"file": str(file), "bytes": file.stat().st_size}
    assert "It holds the keys of everyone who writes on this box" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["gym.backup"]


def test_a_file_that_is_there_is_replaced_only_by_force(
    cli: Cli, node: Serving, tmp_path: Path
) -> None:
    file = tmp_path / "gym.backup"
    file.write_text("precious")
    ended = cli("backup", file, "--data-dir", node.data_dir)
    assert (ended.code, file.read_text()) == (ExitCode.USAGE, "precious")
    assert "--force" in ended.err
    assert cli("backup", file, "--force", "--data-dir", node.data_dir).code == ExitCode.DONE
    assert tarfile.is_tarfile(file)


def backup_with_room_for(bytes_: int, file: Path, node: Serving) -> Ended:
    """Return how a backup ended where a file cannot grow beyond ``bytes_``."""
    code = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes_}, {bytes_}))\n"
        "from node.cli import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "backup", str(file), "--force", "--data-dir"]
    ended = subprocess.run(
        [*command, str(node.data_dir)], cwd=ROOT, capture_output=True, check=False, timeout=20
    )
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def test_a_backup_that_does_not_fit_leaves_what_was_there(node: Serving, tmp_path: Path) -> None:
    file = tmp_path / "gym.backup"
    file.write_text("precious")
    ended = backup_with_room_for(20_000, file, node)
    assert ended.code == ExitCode.UNUSABLE
    assert ended.err.count("\n") == 1
    assert contents(tmp_path) == {"gym.backup": hashlib.sha256(b"precious").hexdigest()}
    assert backup_with_room_for(2**30, file, node).code == ExitCode.DONE


def test_a_folder_that_is_not_there_is_said(cli: Cli, node: Serving, tmp_path: Path) -> None:
    ended = cli("backup", tmp_path / "none" / "file", "--data-dir", node.data_dir)
    assert ended.code == ExitCode.UNUSABLE
    assert ended.err.startswith(f"disasternet: {tmp_path}/none/file.part: No such file")


def test_backups_at_once_are_each_whole_and_leave_nothing(node: Serving) -> None:
    with over_socket(node) as http:
        token = http.post("/auth/init", json={"name": "Ana"}).json()["token"]
        for number in range(300):
            body = {"text": f"{number} ".ljust(1_900, "x")}
            headers = {"Authorization": f"Bearer {token}"}
            http.post("/rooms/everyone/messages", json=body, headers=headers)

    def take(_: int) -> bytes:
        with over_socket(node) as http:
            return http.get("/admin/backup").content

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, range(4)))
    for archive in taken:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            manifest, store = (member_bytes(tar, name) for name in ("manifest.json", "node.db"))
        assert hashlib.sha256(store).hexdigest() == json.loads(manifest)["sha256"]
    assert list(node.data_dir.glob("backup.part*")) == []


def member_bytes(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None
    return file.read()


def test_the_copy_of_a_backup_that_was_killed_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "data" / "backup.part-0123456789abcdef"
    left.parent.mkdir()
    left.write_bytes(b"half")
    with serving(tmp_path / "data"):
        assert not left.exists()


def test_the_keys_of_people_are_for_the_nodes_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "prepared"
    folder.mkdir()
    folder.chmod(0o755)
    before = os.umask(0)
    try:
        with serving(folder) as node:
            with over_socket(node) as http:
                http.post("/auth/init", json={"name": "Ana"}).raise_for_status()
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
            assert run("backup", str(tmp_path / "x"), "--data-dir", str(folder)).code == 0
        assert run("restore", str(tmp_path / "x"), "--data-dir", str(folder)).code == 0
        modes["restored"] = stat.S_IMODE((folder / "node.db").stat().st_mode)
    finally:
        os.umask(before)
    assert {name for name, mode in modes.items() if mode & 0o007} == set()
    assert {"node.db", "node.db-wal", "restored"} <= set(modes)


def test_a_backup_that_finds_no_space_is_refused_and_leaves_nothing(
    node: Serving,
) -> None:
    with over_socket(node) as http:
        token = http.post("/auth/init", json={"name": "Ana"}).json()["token"]
        for number in range(200):
            body = {"text": f"{number} ".ljust(1_900, "x")}
            headers = {"Authorization": f"Bearer {token}"}
            http.post("/rooms/everyone/messages", json=body, headers=headers)
        pid = node.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (200_000, before[1]))
        answer = http.get("/admin/backup")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    assert (answer.status_code, answer.json()["type"]) == (507, "/problems/full")
    assert list(node.data_dir.glob("backup.part*")) == []
