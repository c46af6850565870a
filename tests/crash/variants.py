"""Nodes that are broken on purpose, to prove that the harness sees it; and one with a short WAL.

Run as ``python -m tests.crash.variants NAME MODULE ARGUMENTS...``.
"""

import os
import runpy
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from node.store import connection

SHORT_WAL_BYTES: Final = 128 * 1024


def short_wal() -> None:
    """Checkpoint under load every few commits; everything else as shipped."""
    patch("node.store.writer.WAL_LIMIT_BYTES", SHORT_WAL_BYTES).start()
    patch("node.store.writer.WAL_CHECK_COMMITS", 4).start()


def sync_normal() -> None:
    """Sync the WAL at checkpoints only."""
    open_writer = connection.open_writer

    def lazy(path: Path) -> sqlite3.Connection:
        db = open_writer(path)
        db.execute("PRAGMA synchronous=NORMAL")
        return db

    patch("node.store.connection.open_writer", lazy).start()  # for whoever imports it
    patch("node.store.writer.open_writer", lazy).start()


def key_in_place() -> None:
    """Write identity files where they are read, unsynced."""

    def careless(path: Path, content: bytes, mode: int = 0o600) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        os.write(descriptor, content)
        os.close(descriptor)

    patch("node.store.identity._write", careless).start()


class HastyConnection(sqlite3.Connection):
    """Leaves each COMMIT to the next statement; meanwhile the writer tells the answers."""

    _owed = False

    def execute(self, sql: str, /, *parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401
        """Execute ``sql``, or put it off when it is COMMIT."""
        if sql == "COMMIT":
            self._owed = True
            return super().execute("SELECT 0")
        if self._owed:
            self._owed = False
            super().execute("COMMIT")
        return super().execute(sql, *parameters)


def answer_early() -> None:
    """Answer before COMMIT."""
    connect = sqlite3.connect

    def hasty(*arguments: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
        return connect(*arguments, factory=HastyConnection, **options)

    patch("sqlite3.connect", hasty).start()


VARIANTS: Final[dict[str, Callable[[], None]]] = {
    "short-wal": short_wal,
    "sync-normal": sync_normal,
    "key-in-place": key_in_place,
    "answer-early": answer_early,
}

if __name__ == "__main__":
    VARIANTS[sys.argv[1]]()
    module = sys.argv[2]
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
