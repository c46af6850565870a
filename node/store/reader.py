"""Readers: a few read-only connections off the event loop; a slow read is stopped."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from node.contract.problems import UNAVAILABLE, RefusedError
from node.store.connection import open_reader

READ_LIMIT_S: Final = 1.0
"""A read keeps the WAL from being folded in; reads of 4 s let it grow to 650 MB."""

READERS: Final = 3
"""Connections; each costs a thread and up to 1 MiB of cache. One may search and one list people
(``store.SEARCHES``, ``store.LISTS``): one is always left for the rest."""

T = TypeVar("T")


class Reader:
    """Answers queries, each in one snapshot of what is committed."""

    def __init__(self, path: Path, limit_s: float = READ_LIMIT_S) -> None:
        self._limit_s = limit_s
        self._pool = ThreadPoolExecutor(READERS, "store-reader")
        self._all = [open_reader(path, check_same_thread=False) for _ in range(READERS)]
        self._free: asyncio.Queue[sqlite3.Connection] = asyncio.Queue()
        for db in self._all:
            self._free.put_nowait(db)

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``query``, which must fetch all it needs, and return its answer.

        Raises:
            RefusedError: ``UNAVAILABLE``: it took longer than ``READ_LIMIT_S``.
            sqlite3.Error: the file cannot be read.
        """
        db = await self._free.get()
        loop = asyncio.get_running_loop()
        stop = loop.call_later(self._limit_s, db.interrupt)
        answer = loop.run_in_executor(self._pool, _snapshot, db, query)

        def give_back(ended: asyncio.Future[T]) -> None:
            stop.cancel()
            self._free.put_nowait(db)
            ended.exception()  # looked at, in case the caller has gone

        # Shielded: a caller that is cancelled leaves the thread at work on this connection.
        answer.add_done_callback(give_back)
        return await asyncio.shield(answer)

    async def close(self) -> None:
        """Let running reads finish and close the connections; nothing may be read afterwards."""
        for _ in self._all:
            (await self._free.get()).close()
        self._pool.shutdown()


def _snapshot(db: sqlite3.Connection, query: Callable[[sqlite3.Connection], T]) -> T:
    db.execute("BEGIN")
    try:
        return query(db)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise RefusedError(UNAVAILABLE, "That took too long. Ask for less.") from None
        raise
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
