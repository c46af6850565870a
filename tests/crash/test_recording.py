"""A log of strace becomes the operations it tells of, or is refused."""

from pathlib import Path
from typing import Final

import pytest

from tests.crash.operations import Acknowledge, Operation, Rename, Sync, Truncate, Write
from tests.crash.recording import Recording, UnknownCallError

FLAGS: Final = "O_RDWR|O_CREAT|O_CLOEXEC, 0644"


def hexed(text: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in text.encode()) + '"'


def recorded(tmp_path: Path, *lines: str) -> list[Operation]:
    """Return what a log says in which /a stands for a file in the folder, /told beside it."""
    disk = tmp_path / "disk"
    recording = Recording(disk, tmp_path / "told")
    text = "".join(f"{line}\n" for line in lines)
    for name, path in (("/a", disk / "a"), ("/b", disk / "b"), ("/told", tmp_path / "told")):
        text = text.replace(f'"{name}"', hexed(str(path)))
    log = tmp_path / "strace"
    log.write_text(text)
    recording.add(log)
    return recording.operations


def test_writes_and_syncs_go_to_the_file_behind_the_descriptor(tmp_path: Path) -> None:
    done = recorded(
        tmp_path,
        f'7 openat(AT_FDCWD, "/a", {FLAGS}) = 5',
        f"7 pwrite64(5, {hexed('page')}, 4, 4096) = 4",
        "7 fdatasync(5)                            = 0",
        "7 close(5) = 0",
        f"7 pwrite64(5, {hexed('else')}, 4, 0) = 4",
    )
    assert done == [Rename(0, None, "a", 1), Write(1, 4096, b"page"), Sync(1, 2)]


def test_plain_writes_follow_each_other(tmp_path: Path) -> None:
    done = recorded(
        tmp_path,
        f'7 openat(AT_FDCWD, "/a", {FLAGS}) = 5',
        f"7 write(5, {hexed('ab')}, 2) = 2",
        f"7 write(5, {hexed('cd')}, 2) = 1",
        "7 ftruncate(5, 1) = 0",
    )
    assert done[1:] == [Write(1, 0, b"ab"), Write(1, 2, b"c"), Truncate(1, 1)]


def test_a_sync_covers_only_what_came_before_it_was_entered(tmp_path: Path) -> None:
    done = recorded(
        tmp_path,
        f'7 openat(AT_FDCWD, "/a", {FLAGS}) = 5',
        "7 fsync(5 <unfinished ...>",
        f"8 pwrite64(5, {hexed('late')}, 4, 0) = 4",
        "7 <... fsync resumed>)       = 0",
    )
    assert done[1:] == [Write(1, 0, b"late"), Sync(1, 1)]


def test_an_acknowledgement_counts_from_the_moment_it_is_begun(tmp_path: Path) -> None:
    done = recorded(
        tmp_path,
        f'7 openat(AT_FDCWD, "/a", {FLAGS}) = 5',
        f'7 openat(AT_FDCWD, "/told", {FLAGS}) = 6',
        f"7 write(6, {hexed('said')}, 4 <unfinished ...>",
        "8 fsync(5) = 0",
        "7 <... write resumed>) = 4",
    )
    assert done[1:] == [Acknowledge("said"), Sync(1, 2)]


def test_a_call_that_failed_changed_nothing(tmp_path: Path) -> None:
    done = recorded(tmp_path, f'7 openat(AT_FDCWD, "/a", {FLAGS}) = -1 ENOENT (No such file)')
    assert done == []


def test_names_come_and_go(tmp_path: Path) -> None:
    done = recorded(
        tmp_path,
        f'7 openat(AT_FDCWD, "/a", {FLAGS}) = 5',
        '7 rename("/a", "/b") = 0',
        '7 unlink("/b") = 0',
    )
    assert done[1:] == [Rename(0, "a", "b", 1), Rename(0, "b", None, 1)]


@pytest.mark.parametrize(
    "call",
    [
        "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 5, 0) = 0x7f0000000000",
        "fallocate(5, 0, 0, 4096) = 0",
        "copy_file_range(4, NULL, 5, NULL, 10, 0) = 10",
        "dup(5) = 6",
        'link("/a", "/b") = 0',
        'truncate("/a", 0) = 0',
    ],
)
def test_what_the_model_does_not_know_is_refused_not_overlooked(tmp_path: Path, call: str) -> None:
    opened = f'7 openat(AT_FDCWD, "/a", {FLAGS}) = 5'
    with pytest.raises(UnknownCallError):
        recorded(tmp_path, opened, f"7 {call}")


def test_a_private_mapping_is_no_write(tmp_path: Path) -> None:
    opened = f'7 openat(AT_FDCWD, "/a", {FLAGS}) = 5'
    mapped = "7 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 5, 0) = 0x7f0000000000"
    assert len(recorded(tmp_path, opened, mapped)) == 1
