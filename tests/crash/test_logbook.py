"""Damage in the data file is seen."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from node.protocol.ids import EVERYONE
from node.runtime.messages import Post
from tests.crash import logbook
from tests.crash.opened import opened

OWN_LOG = "(SELECT log_no FROM envelope WHERE shown ORDER BY arrival LIMIT 1)"


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
    ("change", "complaint"),
    [
        (f"DELETE FROM envelope WHERE seq = 2 AND log_no = {OWN_LOG}", "holds"),
        (f"DELETE FROM envelope WHERE seq = 4 AND log_no = {OWN_LOG}", "holds"),
        (f"UPDATE envelope SET branch = 1 WHERE seq = 2 AND log_no = {OWN_LOG}", "holds"),
        (
            "UPDATE envelope SET exact = (SELECT exact FROM envelope AS e WHERE e.seq = 2"
            f" AND e.log_no = envelope.log_no) WHERE seq = 3 AND log_no = {OWN_LOG}",
            "forks",
        ),
        (
            "UPDATE envelope SET exact = (SELECT exact FROM envelope AS e WHERE e.seq = 3"
            f" AND e.log_no = envelope.log_no) WHERE seq = 1 AND log_no = {OWN_LOG}",
            "begin",
        ),
    ],
)
async def test_a_hole_or_a_fork_in_a_log_is_a_fault(
    data_file: Path, change: str, complaint: str
) -> None:
    with closing(sqlite3.connect(data_file, isolation_level=None)) as db:
        assert db.execute(change).rowcount == 1
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
