"""A box's data file in memory, and the store's writer and reader over it without threads.

The code of the real ones is used wherever no thread is involved: how a batch commits, what a
savepoint undoes, who is told what.
"""

import asyncio
import queue
import random
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar
from unittest import mock

from node.store import store
from node.store.connection import STATEMENTS
from node.store.reader import Reader
from node.store.writer import IDLE_S, Chore, Writer

COMMIT_S: Final = 0.004
"""Mean time until a job is on the disk."""

READ_S: Final = 0.001

T = TypeVar("T")


class Disk:
    """What stays when a box loses its power: one database, and its own source of chance."""

    def __init__(self, seed: int) -> None:
        self.db = sqlite3.connect(
            ":memory:", isolation_level=None, cached_statements=STATEMENTS, check_same_thread=False
        )
        self.random = random.Random(seed)  # noqa: S311 - it must replay
        self.on_commit: Callable[[list[bytes]], None] | None = None
        """Told the exact bytes of the envelopes that each commit added."""
        self._told_to = 0
        self._prepare()

    def _prepare(self) -> None:
        self.db.execute("PRAGMA foreign_keys=ON")
        # A store draws incarnation and epoch by these; here they must come again with the seed.
        self.db.create_function("randomblob", 1, self.random.randbytes)
        self.db.create_function("random", 0, lambda: self.random.getrandbits(63))

    def opened(self) -> None:
        """Tell only of what is added from now on."""
        if self.on_commit is not None:
            self._told_to = self.db.execute("SELECT arrivals FROM store").fetchone()[0]

    def committed(self) -> None:
        """Tell of what the last commit added."""
        if self.on_commit is None:
            return
        query = "SELECT arrival, exact FROM envelope WHERE arrival > ? ORDER BY arrival"
        if added := self.db.execute(query, (self._told_to,)).fetchall():
            self._told_to = added[-1][0]
            self.on_commit([exact for _, exact in added if exact is not None])

    def copy(self, seed: int) -> "Disk":
        """Return a copy as it is committed now: a cloned card, or the content of a backup."""
        other = Disk(seed)
        self.db.backup(other.db)
        return other

    def close(self) -> None:
        """Forget the database."""
        self.db.close()


class _Queue(queue.SimpleQueue[Any]):
    """Tells when something was put in."""

    def __init__(self, woken: Callable[[], None]) -> None:
        super().__init__()
        self._woken = woken

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ANN401, FBT001, FBT002 - as inherited
        """Queue ``item``."""
        super().put(item, block, timeout)
        self._woken()


class InlineWriter(Writer):
    """The store's writer on the event loop."""

    def __init__(
        self, disk: Disk, prepare: Callable[[sqlite3.Connection], None], chores: tuple[Chore, ...]
    ) -> None:
        self._disk = disk
        self._loop = asyncio.get_running_loop()
        self._queue = _Queue(self._wake)
        self._chores = chores
        self._commits = 0
        self._opened = self._loop.create_future()
        self._due: asyncio.TimerHandle | None = None
        self._resting: asyncio.TimerHandle | None = self._loop.call_later(IDLE_S, self._rest_once)
        self._idle_since_s = self._loop.time()
        self._stopped = False
        try:
            prepare(disk.db)
            disk.opened()
        except Exception as error:  # noqa: BLE001 - handed on, as the thread does
            self._opened.set_exception(error)
        else:
            self._opened.set_result(None)

    async def close(self) -> None:
        """Commit what is queued; nothing may be written afterwards."""
        while not self._queue.empty():
            self._serve_once()
        self.stop()

    def stop(self) -> None:
        """Lose what is queued and what is written from now on, as a power cut does."""
        self._stopped = True
        for timer in (self._due, self._resting):
            if timer is not None:
                timer.cancel()
        while not self._queue.empty():
            self._queue.get_nowait()

    def rest(self) -> None:
        """Do all that is left to do in idle time, now."""
        while self._rest(self._disk.db):
            pass

    def _wake(self) -> None:
        if self._due is None and not self._stopped:
            delay_s = self._disk.random.uniform(0.5, 1.5) * COMMIT_S
            self._due = self._loop.call_later(delay_s, self._serve_once)

    def _serve_once(self) -> None:
        self._due = None
        batch, _ = self._batch(self._queue.get_nowait())
        self._commit(self._disk.db, batch)
        self._disk.committed()
        if not self._queue.empty():
            self._wake()
        self._idle_since_s = self._loop.time()
        if self._resting is None:
            self._resting = self._loop.call_later(IDLE_S, self._rest_once)

    def _rest_once(self) -> None:
        self._resting = None
        due_s = self._idle_since_s + IDLE_S
        if self._loop.time() < due_s:
            self._resting = self._loop.call_at(due_s, self._rest_once)
        elif self._rest(self._disk.db):
            self._resting = self._loop.call_later(IDLE_S, self._rest_once)


class InlineReader(Reader):
    """The store's readers on the event loop: no read is slow, and none can write."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``query`` a moment later, between two commits, and return its answer."""
        await asyncio.sleep(self._disk.random.uniform(0.5, 1.5) * READ_S)
        db = self._disk.db
        db.execute("PRAGMA query_only=ON")
        try:
            return query(db)
        finally:
            db.execute("PRAGMA query_only=OFF")

    async def close(self) -> None:
        """Do nothing: the connection is the disk's."""


class Disks:
    """Which data file is on which disk."""

    def __init__(self) -> None:
        self._disks: dict[Path, Disk] = {}
        self.writers: dict[Path, InlineWriter] = {}

    def put(self, path: Path, disk: Disk) -> None:
        """Have the data file at ``path``, in a folder that exists, on ``disk``."""
        self._disks[path] = disk

    @contextmanager
    def mounted(self) -> Generator[None, None, None]:
        """Let ``open_store`` find its data files here instead of in the file system."""
        with mock.patch.multiple(store, Writer=self._writer, Reader=self._reader):
            yield

    def _writer(
        self,
        path: Path,
        prepare: Callable[[sqlite3.Connection], None],
        chores: tuple[Chore, ...] = (),
    ) -> InlineWriter:
        self.writers[path] = InlineWriter(self._disks[path], prepare, chores)
        return self.writers[path]

    def _reader(self, path: Path) -> InlineReader:
        return InlineReader(self._disks[path])
