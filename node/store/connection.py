"""How the file is opened: once to write, any number of times to read."""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Final

CACHE_KIB: Final = 4096
"""Page cache of the writer; a Pi Zero 2 W has 512 MB for everything."""

READER_CACHE_KIB: Final = 1024

WAL_LIMIT_BYTES: Final = 16 * 1024 * 1024
"""The WAL is checkpointed beyond this even under load; a reader's pages are found in it."""

BUSY_MS: Final = 500
"""How long a checkpoint that must restart the WAL waits for readers, and so does every answer."""

STATEMENTS: Final = 256
"""Prepared statements kept per connection; more than the store has."""


def open_writer(path: Path) -> sqlite3.Connection:
    """Return the one connection that may write, and the only one that checkpoints.

    FULL syncs the WAL at each commit: an acknowledged message survives a power cut. There must
    never be a second one: before SQLite 3.51.3 two can corrupt the WAL, and closing any
    read-write connection checkpoints too.
    """
    make_private(path)
    db = sqlite3.connect(path, isolation_level=None, cached_statements=STATEMENTS)
    try:
        _tune(db)
    except sqlite3.Error:
        db.close()
        raise
    return db


def make_private(path: Path) -> None:
    """Make the file, for this user only, where it is not there; SQLite would ask the umask.

    It holds people's keys, and the data directory may be one that was there before, open to all.
    SQLite gives the WAL and its index the mode of their file.
    """
    with contextlib.suppress(OSError):  # SQLite says it better
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _tune(db: sqlite3.Connection) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=0",
        f"journal_size_limit={WAL_LIMIT_BYTES}",
        f"cache_size=-{CACHE_KIB}",
        f"busy_timeout={BUSY_MS}",
        "temp_store=MEMORY",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        db.execute(f"PRAGMA {pragma}")


def open_reader(
    path: Path, *, check_same_thread: bool = True, immutable: bool = False
) -> sqlite3.Connection:
    """Return a connection that can change nothing, not even by a checkpoint.

    ``mode=ro`` and not ``query_only``, which does checkpoint.

    Args:
        path: the data file.
        check_same_thread: as ``sqlite3.connect``.
        immutable: nobody writes meanwhile and there is no WAL; then none is made either.
    """
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro&immutable={int(immutable)}",
        uri=True,
        isolation_level=None,
        cached_statements=STATEMENTS,
        check_same_thread=check_same_thread,
    )
    try:
        db.execute(f"PRAGMA cache_size=-{READER_CACHE_KIB}")
        db.execute("PRAGMA trusted_schema=OFF")
    except sqlite3.Error:
        db.close()
        raise
    return db
