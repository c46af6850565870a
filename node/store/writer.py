"""The writer: one thread, one connection, and a commit for whatever is queued."""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from node.contract.problems import UNAVAILABLE, RefusedError
from node.store.connection import WAL_LIMIT_BYTES, open_writer

IDLE_S: Final = 0.25
"""Nothing queued for so long counts as idle: time for checkpoints and chores."""

MAX_BATCH: Final = 512
"""Jobs that share one commit; bounds how long the first of them waits."""

WAL_CHECK_COMMITS: Final = 32
"""The WAL's size is looked at once in so many commits."""

_log = logging.getLogger(__name__)

T = TypeVar("T")

Job = Callable[[sqlite3.Connection], Any]
"""Runs in the writer's thread, inside a transaction shared with whatever else is queued."""

Chore = Callable[[sqlite3.Connection], bool]
"""Work for idle time, one bounded slice per call, in a transaction; True when more is left."""


@dataclass(frozen=True, slots=True)
class _Entry:
    job: Job
    done: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class _Answer:
    done: "asyncio.Future[Any]"
    value: Any = None
    error: BaseException | None = None


class Writer:
    """Runs jobs in order and answers each after the COMMIT that holds it."""

    _closed = False

    def __init__(
        self,
        path: Path,
        prepare: Callable[[sqlite3.Connection], None],
        chores: tuple[Chore, ...] = (),
    ) -> None:
        """Open the database and start the thread; call within a running event loop.

        Args:
            path: the database file.
            prepare: called once with the new connection, before any job.
            chores: done in idle time, in this order, until each says that nothing is left.
        """
        self._path = path
        self._prepare = prepare
        self._chores = chores
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._commits = 0
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="store-writer")
        self._thread.start()

    async def opened(self) -> None:
        """Wait until the database is open and prepared.

        Raises:
            sqlite3.Error: it cannot be opened; the thread has ended.
            Exception: whatever ``prepare`` raised; likewise.
        """
        await self._opened

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``job`` and return its answer once it is on the disk.

        A job that fails is rolled back alone; the others of its batch commit.

        Raises:
            sqlite3.Error: from the job or the commit; nothing of this job was stored.
            Exception: whatever ``job`` raised; likewise.
        """
        return await asyncio.shield(self.submit(job))

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Queue ``job`` and return its answer to be; as ``write``, for who must not miss it.

        The callbacks of the futures run in the order of the commits. Do not cancel it.
        After ``close`` the answer is the refusal ``UNAVAILABLE``: nobody may wait for ever.
        """
        done: asyncio.Future[T] = self._loop.create_future()
        done.add_done_callback(_looked_at)
        if self._closed:
            done.set_exception(RefusedError(UNAVAILABLE))
            return done
        self._queue.put(_Entry(job, done))
        return done

    async def close(self) -> None:
        """Commit what is queued, fold the WAL into the database and end the thread."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        with contextlib.ExitStack() as stack:
            try:
                db = stack.enter_context(contextlib.closing(open_writer(self._path)))
                self._prepare(db)
            except Exception as error:  # noqa: BLE001 - handed on; nobody may wait for ever
                self._loop.call_soon_threadsafe(self._opened.set_exception, error)
                return
            self._loop.call_soon_threadsafe(self._opened.set_result, None)
            self._serve(db)

    def _serve(self, db: sqlite3.Connection) -> None:
        rest = True  # something may be left to do in idle time
        while True:
            try:
                entry = self._queue.get(timeout=IDLE_S if rest else None)
            except queue.Empty:
                rest = self._rest(db)
                continue
            batch, stop = self._batch(entry)
            if batch:
                self._commit(db, batch)
                rest = True
            if stop:
                _checkpoint(db, "TRUNCATE")
                return
            self._bound_wal(db)

    def _batch(self, first: _Entry | None) -> tuple[list[_Entry], bool]:
        batch: list[_Entry] = []
        entry = first
        while entry is not None:
            batch.append(entry)
            if len(batch) == MAX_BATCH:
                return batch, False
            try:
                entry = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, db: sqlite3.Connection, batch: list[_Entry]) -> None:
        try:
            db.execute("BEGIN IMMEDIATE")
            answers = [_attempt(db, entry) for entry in batch]
            db.execute("COMMIT")
            self._commits += 1
        except sqlite3.Error as error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            # Nothing of this batch is on the disk, so nobody is told otherwise.
            answers = [_Answer(entry.done, error=error) for entry in batch]
        self._loop.call_soon_threadsafe(_tell, answers)

    def _rest(self, db: sqlite3.Connection) -> bool:
        """Do one slice of idle work; return whether more is left."""
        more = False
        for chore in self._chores:
            try:
                db.execute("BEGIN IMMEDIATE")
                more |= chore(db)
                db.execute("COMMIT")
            except Exception:  # noqa: BLE001 - logged; the thread goes on
                # A full disk or a damaged row stops a chore, never the thread on which every
                # acknowledgement depends. It comes again after the next write.
                _log.exception("a chore of the store failed")
                if db.in_transaction:
                    db.execute("ROLLBACK")
        return more | _checkpoint(db, "PASSIVE")

    def _bound_wal(self, db: sqlite3.Connection) -> None:
        if self._commits % WAL_CHECK_COMMITS == 0:
            wal = Path(f"{self._path}-wal")
            size_bytes = wal.stat().st_size if wal.exists() else 0
            if size_bytes > WAL_LIMIT_BYTES:
                # PASSIVE is enough unless readers never pause: nobody commits between it and our
                # next BEGIN, so that one starts the WAL again. RESTART waits for readers.
                _checkpoint(db, "PASSIVE" if size_bytes < 2 * WAL_LIMIT_BYTES else "RESTART")


def _checkpoint(db: sqlite3.Connection, mode: str) -> bool:
    """Copy what can be copied from the WAL; return whether to try again soon.

    On a full disk nothing is copied and nothing is lost: it is all in the WAL.
    """
    try:
        _, frames, copied = db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    except sqlite3.Error:
        _log.warning("the WAL could not be folded in", exc_info=True)
        return False
    return bool(frames != copied)


def _attempt(db: sqlite3.Connection, entry: _Entry) -> _Answer:
    """Run one job in a savepoint and return its answer, not yet told.

    Raises:
        sqlite3.Error: SQLite gave the whole transaction up (a full disk does that).
    """
    db.execute("SAVEPOINT job")
    try:
        value = entry.job(db)
    except Exception as error:
        if not db.in_transaction:
            raise
        db.execute("ROLLBACK TO job")
        db.execute("RELEASE job")
        return _Answer(entry.done, error=error)
    db.execute("RELEASE job")
    return _Answer(entry.done, value)


def _looked_at(done: "asyncio.Future[Any]") -> None:
    """Keep asyncio from reporting an error whose caller has gone."""
    done.exception()


def _tell(answers: list[_Answer]) -> None:
    for answer in answers:
        if answer.done.done():
            continue
        if answer.error is None:
            answer.done.set_result(answer.value)
        else:
            answer.done.set_exception(answer.error)
