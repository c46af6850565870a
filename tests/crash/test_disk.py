"""The disk that is cut keeps what was synced, and promises nothing else."""

import random
from collections.abc import Sequence
from typing import Final

import pytest

from tests.crash.disk import ROOT, SECTOR_BYTES, Disk, Survival
from tests.crash.operations import MakeDirectory, Operation, Rename, Sync, Truncate, Write

FILE: Final = 1
FOLDER: Final = 2
CREATE: Final = Rename(ROOT, None, "a", FILE)
TRIES: Final = 300

Tree = dict[str, bytes | None]


def outcomes(operations: Sequence[Operation], survivals: Sequence[Survival]) -> list[Tree]:
    """Return all that many cuts left."""
    disk, found = Disk(), list[Tree]()
    rnd = random.Random(1)  # noqa: S311 - replays
    for operation in operations:
        disk.apply(operation)
    for survival in survivals:
        for _ in range(TRIES):
            if (tree := disk.cut(survival, rnd)) not in found:
                found.append(tree)
    return found


def test_what_was_synced_with_its_name_survives_every_cut() -> None:
    done: list[Operation] = [CREATE, Write(FILE, 0, b"kept"), Sync(FILE, 2), Sync(ROOT, 3)]
    assert outcomes(done, tuple(Survival)) == [{"a": b"kept"}]


def test_a_synced_file_whose_directory_was_not_synced_may_have_no_name() -> None:
    done: list[Operation] = [CREATE, Write(FILE, 0, b"kept"), Sync(FILE, 2)]
    assert outcomes(done, (Survival.NOTHING,)) == [{}]
    assert {} in outcomes(done, (Survival.MIXED,))


def test_a_sync_keeps_nothing_that_came_after_it_began() -> None:
    done: list[Operation] = [CREATE, Sync(ROOT, 1), Write(FILE, 0, b"late"), Sync(FILE, 2)]
    assert outcomes(done, (Survival.NOTHING,)) == [{"a": b""}]


def test_an_unsynced_write_is_torn_between_sectors_and_only_there() -> None:
    new = b"n" * (2 * SECTOR_BYTES)
    old = b"o" * (2 * SECTOR_BYTES)
    done: list[Operation] = [
        CREATE,
        Sync(ROOT, 1),
        Write(FILE, 0, old),
        Sync(FILE, 3),
        Write(FILE, 0, new),
    ]
    found = outcomes(done, (Survival.MIXED,))
    halves = {b"n" * SECTOR_BYTES, b"o" * SECTOR_BYTES}
    expected = [{"a": first + second} for first in halves for second in halves]
    assert sorted(map(str, found)) == sorted(map(str, expected))


def test_a_sector_that_survives_beyond_a_lost_one_has_zeros_before_it() -> None:
    done: list[Operation] = [CREATE, Sync(ROOT, 1), Write(FILE, 0, b"n" * (2 * SECTOR_BYTES))]
    beyond = {"a": bytes(SECTOR_BYTES) + b"n" * SECTOR_BYTES}
    assert beyond in outcomes(done, (Survival.MIXED,))


def test_a_rename_leaves_the_old_name_or_the_new_one_never_none_or_both() -> None:
    done: list[Operation] = [
        *(CREATE, Write(FILE, 0, b"key"), Sync(FILE, 2), Sync(ROOT, 3)),
        Rename(ROOT, "a", "b", FILE),
    ]
    found = outcomes(done, tuple(Survival))
    assert sorted(map(str, found)) == sorted(map(str, [{"a": b"key"}, {"b": b"key"}]))


def test_an_unsynced_truncation_may_be_undone() -> None:
    done: list[Operation] = [
        CREATE,
        Sync(ROOT, 1),
        Write(FILE, 0, b"wal"),
        Sync(FILE, 3),
        Truncate(FILE, 0),
    ]
    assert {"a": b"wal"} in outcomes(done, (Survival.MIXED,))
    assert {"a": b""} in outcomes(done, (Survival.MIXED,))


def test_a_directory_takes_its_files_along_when_its_name_is_lost() -> None:
    done: list[Operation] = [
        *(MakeDirectory(FOLDER), Rename(ROOT, None, "d", FOLDER)),
        *(Rename(FOLDER, None, "a", FILE), Write(FILE, 0, b"x"), Sync(FILE, 4), Sync(FOLDER, 5)),
    ]
    assert outcomes(done, (Survival.NOTHING,)) == [{}]
    assert outcomes(done, (Survival.EVERYTHING,)) == [{"d": None, "d/a": b"x"}]


@pytest.mark.parametrize("survival", Survival)
def test_a_file_written_through_memory_survives_as_anything(survival: Survival) -> None:
    done: list[Operation] = [Rename(ROOT, None, "a-shm", FILE), Sync(ROOT, 1), Sync(FILE, 2)]
    assert len(outcomes(done, (survival,))) > 2
