"""Reads change nothing, wait for nobody, and never last."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.contract.problems import UNAVAILABLE, RefusedError
from node.store.connection import open_writer
from node.store.reader import READERS, Reader

pytestmark = pytest.mark.anyio

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    db = open_writer(tmp_path / "x.db")
    db.execute("CREATE TABLE t (n)")
    made = Reader(tmp_path / "x.db", limit_s=0.2)
    yield made
    await made.close()
    db.close()


async def test_a_read_that_takes_too_long_is_stopped_and_the_next_one_served(
    reader: Reader,
) -> None:
    for _ in range(READERS + 1):
        with pytest.raises(RefusedError) as refused:
            await reader.read(lambda db: db.execute(ENDLESS).fetchall())
        assert refused.value.problem is UNAVAILABLE
    assert await reader.read(lambda db: db.execute("SELECT 1").fetchone()) == (1,)


async def test_a_cancelled_read_gives_its_connection_back(reader: Reader) -> None:
    for _ in range(READERS + 1):
        task = asyncio.create_task(reader.read(lambda db: db.execute(ENDLESS).fetchall()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    answer = reader.read(lambda db: db.execute("SELECT 1").fetchone())
    assert await asyncio.wait_for(answer, 10) == (1,)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t VALUES (1)",
        "CREATE TABLE u (n)",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA user_version = 9",
    ],
)
async def test_a_reader_can_change_nothing(reader: Reader, tmp_path: Path, statement: str) -> None:
    before = (tmp_path / "x.db").read_bytes(), (tmp_path / "x.db-wal").read_bytes()

    def attempt(db: sqlite3.Connection) -> None:
        db.execute("ROLLBACK")
        db.execute(statement).fetchall()

    with pytest.raises(sqlite3.OperationalError):
        await reader.read(attempt)
    assert ((tmp_path / "x.db").read_bytes(), (tmp_path / "x.db-wal").read_bytes()) == before


async def test_a_read_sees_one_moment(reader: Reader, tmp_path: Path) -> None:
    other = open_writer(tmp_path / "x.db")

    def twice(db: sqlite3.Connection) -> tuple[int, int]:
        first = db.execute("SELECT count(*) FROM t").fetchone()[0]
        other_count = sqlite3.connect(tmp_path / "x.db")
        other_count.execute("INSERT INTO t VALUES (1)")
        other_count.commit()
        other_count.close()
        return first, db.execute("SELECT count(*) FROM t").fetchone()[0]

    assert await reader.read(twice) == (0, 0)
    other.close()
    assert await reader.read(lambda db: db.execute("SELECT count(*) FROM t").fetchone()) == (1,)
