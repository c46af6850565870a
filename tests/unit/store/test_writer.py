"""Nothing is answered before its COMMIT, and a bad job harms nobody but itself."""

import asyncio
import resource
import signal
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from node.contract.problems import UNAVAILABLE, RefusedError
from node.store.connection import open_reader
from node.store.writer import Chore, Writer

pytestmark = pytest.mark.anyio


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, filler BLOB)")


def _insert(number: int, size: int = 0) -> Callable[[sqlite3.Connection], int]:
    def job(db: sqlite3.Connection) -> int:
        db.execute("INSERT INTO t VALUES (?, zeroblob(?))", (number, size))
        return number

    return job


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    made = Writer(tmp_path / "x.db", _prepare)
    await made.opened()
    yield made
    await made.close()


def _numbers(path: Path) -> list[int]:
    with closing(open_reader(path)) as db:
        return [n for (n,) in db.execute("SELECT n FROM t ORDER BY n")]


async def test_an_answer_is_on_the_disk_when_it_comes(writer: Writer, tmp_path: Path) -> None:
    for number in range(5):
        assert await writer.write(_insert(number)) == number
        assert _numbers(tmp_path / "x.db")[-1] == number


async def test_a_failing_job_is_rolled_back_alone(writer: Writer, tmp_path: Path) -> None:
    def half(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO t VALUES (100, NULL)")
        raise LookupError("half way")

    answers = await asyncio.gather(
        *(writer.write(_insert(n)) for n in range(10)),
        writer.write(half),
        writer.write(_insert(3)),
        *(writer.write(_insert(n)) for n in range(10, 20)),
        return_exceptions=True,
    )
    assert isinstance(answers[10], LookupError)
    assert isinstance(answers[11], sqlite3.IntegrityError)
    assert _numbers(tmp_path / "x.db") == list(range(20))


async def test_a_full_disk_acknowledges_nothing_it_cannot_keep(
    writer: Writer, tmp_path: Path
) -> None:
    await writer.write(lambda db: db.execute("PRAGMA max_page_count = 60"))
    jobs = (writer.write(_insert(n, 3000)) for n in range(200))
    answers = await asyncio.gather(*jobs, return_exceptions=True)
    kept = [answer for answer in answers if isinstance(answer, int)]
    assert any(isinstance(answer, sqlite3.OperationalError) for answer in answers)
    assert _numbers(tmp_path / "x.db") == kept
    await writer.write(lambda db: db.execute("PRAGMA max_page_count = 6000"))
    await writer.write(_insert(1000))
    assert _numbers(tmp_path / "x.db")[-1] == 1000


async def test_a_cancelled_caller_leaves_the_job_and_the_writer_alone(
    writer: Writer, tmp_path: Path
) -> None:
    task = asyncio.create_task(writer.write(_insert(1)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await writer.write(_insert(2))
    assert _numbers(tmp_path / "x.db") == [1, 2]


async def test_closing_commits_what_is_queued_and_folds_the_wal_in(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "x.db", _prepare)
    await writer.opened()
    jobs = [asyncio.create_task(writer.write(_insert(n))) for n in range(700)]
    await asyncio.sleep(0)
    await writer.close()
    assert await asyncio.gather(*jobs) == list(range(700))
    assert _numbers(tmp_path / "x.db") == list(range(700))
    wal = tmp_path / "x.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0


async def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "missing" / "x.db", _prepare)
    with pytest.raises(sqlite3.OperationalError):
        await writer.opened()


async def test_chores_run_in_idle_time_until_nothing_is_left(tmp_path: Path) -> None:
    rounds: list[int] = []
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def chore(db: sqlite3.Connection) -> bool:
        assert db.in_transaction
        rounds.append(1)
        if len(rounds) == 3:
            loop.call_soon_threadsafe(done.set)
        return len(rounds) < 3

    chores: tuple[Chore, ...] = (chore,)
    writer = Writer(tmp_path / "x.db", _prepare, chores)
    await asyncio.wait_for(done.wait(), 10)
    await writer.close()
    assert len(rounds) == 3


async def test_a_chore_that_fails_stops_neither_writes_nor_the_thread(tmp_path: Path) -> None:
    failed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def chore(_: sqlite3.Connection) -> bool:
        loop.call_soon_threadsafe(failed.set)
        raise sqlite3.OperationalError("disk full")

    writer = Writer(tmp_path / "x.db", _prepare, (chore,))
    await asyncio.wait_for(failed.wait(), 10)
    assert await writer.write(_insert(1)) == 1
    await writer.close()


async def test_a_checkpoint_that_finds_no_space_stops_nothing(tmp_path: Path) -> None:
    """All is in the WAL; a full disk must cost neither the thread nor an acknowledged row."""
    path = tmp_path / "x.db"
    writer = Writer(path, _prepare)
    await writer.opened()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    acknowledged: list[int] = []
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))
        for number in range(400):
            try:
                acknowledged.append(await writer.write(_insert(number, 2_000)))
            except sqlite3.OperationalError:
                break
        assert len(acknowledged) < 400
        with pytest.raises(sqlite3.OperationalError):
            await writer.write(_insert(1_000, 2_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert await writer.write(_insert(2_000)) == 2_000
    await writer.close()
    assert _numbers(path) == [*acknowledged, 2_000]


async def test_readers_that_never_pause_do_not_let_the_wal_grow_without_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.store.writer.WAL_LIMIT_BYTES", 200_000)
    path = tmp_path / "x.db"
    writer = Writer(path, _prepare)
    await writer.opened()
    await writer.write(_insert(0))
    stop = threading.Event()

    def hold() -> None:
        with closing(open_reader(path)) as db:
            while not stop.is_set():
                db.execute("BEGIN")
                db.execute("SELECT count(*) FROM t").fetchone()
                stop.wait(0.05)
                db.execute("ROLLBACK")

    readers = [threading.Thread(target=hold) for _ in range(2)]
    for reader in readers:
        reader.start()
    largest = 0
    for number in range(1, 800):
        await writer.write(_insert(number, 2_000))
        largest = max(largest, (tmp_path / "x.db-wal").stat().st_size)
    stop.set()
    for reader in readers:
        reader.join()
    await writer.close()
    assert largest < 2_500_000  # 799 commits write more than twice that


async def test_whatever_goes_wrong_at_opening_is_told(tmp_path: Path) -> None:
    def prepare(_: sqlite3.Connection) -> None:
        raise OSError("no such card")

    writer = Writer(tmp_path / "x.db", prepare)
    with pytest.raises(OSError, match="no such card"):
        await asyncio.wait_for(writer.opened(), 10)


async def test_after_close_nobody_waits_for_ever(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "x.db", lambda _: None)
    await writer.opened()
    await writer.close()
    with pytest.raises(RefusedError) as refused:
        await writer.write(lambda db: db.execute("SELECT 1").fetchone())
    assert refused.value.problem is UNAVAILABLE
