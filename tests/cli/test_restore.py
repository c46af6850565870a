"""``disasternet restore``: what it takes, and what it does not."""

from pathlib import Path

import httpx
import pytest

from node.cli.exits import ExitCode
from tests.cli.archives import ATTACKS, repacked, unpacked
from tests.cli.conftest import Cli
from tests.cli.running import Serving, contents, run


@pytest.fixture(scope="module")
def archive(node: Serving, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a good backup."""
    file = tmp_path_factory.mktemp("archive") / "good"
    ended = run("backup", str(file), "--data-dir", str(node.data_dir))
    assert ended.code == ExitCode.DONE
    return file.read_bytes()


def test_what_was_there_is_kept(cli: Cli, archive: bytes, used: Path) -> None:
    file = used.parent / "good"
    file.write_bytes(archive)
    old = (used / "node.db").read_bytes()
    ended = cli("restore", file, "--data-dir", used)
    kept = used / "node.db.before-restore-1"
    assert ended.out.splitlines()[-1] == f"What was there before is kept as {kept}."
    assert kept.read_bytes() == old
    assert (used / "node.db").read_bytes() != old


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_no_backup_is_refused_and_the_store_untouched(
    cli: Cli, archive: bytes, used: Path, tmp_path: Path, attack: str
) -> None:
    make, code = ATTACKS[attack]
    file = tmp_path / "attack"
    file.write_bytes(make(archive, tmp_path))
    before = contents(used)
    ended = cli("restore", file, "--data-dir", used)
    assert (ended.code, ended.out) == (code, ""), ended
    assert ended.err.count("\n") == 1
    assert contents(used) == before


def test_the_same_archive_packed_by_hand_is_taken(
    cli: Cli, archive: bytes, used: Path, tmp_path: Path
) -> None:
    file = tmp_path / "packed"
    file.write_bytes(repacked(archive, unpacked(archive)[1]))
    assert cli("restore", file, "--data-dir", used).code == ExitCode.DONE


def test_nothing_is_restored_under_a_running_node(
    cli: Cli, archive: bytes, node: Serving, tmp_path: Path
) -> None:
    file = tmp_path / "good"
    file.write_bytes(archive)
    ended = cli("restore", file, "--data-dir", node.data_dir)
    assert ended.code == ExitCode.IN_USE
    assert httpx.get(f"{node.address}status").status_code == httpx.codes.OK
