"""Damage in the data file is seen."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from node.protocol.ids import EVERYONE
from node.runtime.messages import Post
from tests.crash import logbook
from tests.crash.opened import opened

CHAT = "(SELECT log_no FROM envelope WHERE shown LIMIT 1)"
COPY_THIRD = (
    "UPDATE envelope SET exact ="  # noqa: S608 - no outside text
    f" (SELECT exact FROM envelope WHERE seq = 3 AND log_no = {CHAT})"
)


@pytest.fixture
async def data_file(tmp_path: Path) -> Path:
    async with opened(tmp_path / "data") as box:
        introduced, _ = await box.node.people.introduce("Ana", None, None)
        for number in range(4):
            await box.node.messages.post(introduced.user, EVERYONE, Post(f"message {number}"))
        return box.data_file


@pytest.mark.anyio
async def test_a_sound_file_has_no_faults(data_file: Path) -> None:
    assert logbook.faults(data_file) == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("change", "seq", "complaint"),
    [
        ("DELETE FROM envelope", 2, "holds"),
        ("DELETE FROM envelope", 4, "holds"),
        ("UPDATE envelope SET branch = 1", 2, "holds"),
        (COPY_THIRD, 4, "forks"),
        (COPY_THIRD, 2, "back in time"),
        (COPY_THIRD, 1, "begin"),
    ],
)
async def test_a_hole_or_a_fork_in_a_log_is_a_fault(
    data_file: Path, change: str, seq: int, complaint: str
) -> None:
    with closing(sqlite3.connect(data_file, isolation_level=None)) as db:
        changed = db.execute(f"{change} WHERE seq = ? AND log_no = {CHAT}", (seq,))
        assert changed.rowcount == 1
    assert any(complaint in fault for fault in logbook.faults(data_file))


@pytest.mark.anyio
async def test_an_index_that_contradicts_its_table_is_a_fault(data_file: Path) -> None:
    with closing(sqlite3.connect(data_file, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema=ON")
        db.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, 'arrival', 'sort_ms')"
            " WHERE name = 'idx_envelope_arrived'"
        )
    assert logbook.faults(data_file)
