"""Which schema this code speaks, and whether a file can be used with it."""

import sqlite3
from typing import Final

APPLICATION_ID: Final = 0x444E3031  # "DN01": SQLite's own mark for whose file this is

SCHEMA_VERSION: Final = 3
"""``user_version`` after the newest migration here; equal means there is nothing to do."""

MIN_READER: Final = 3
"""Oldest ``SCHEMA_VERSION`` that can use what this code writes; migrations only add.

An older one would store profiles and messages without the continuations and check-ins in them.
"""


class ForeignFileError(Exception):
    """The file is a SQLite database of some other program."""


class TooNewError(Exception):
    """The file was written by a newer release that this code cannot follow."""


def examine(db: sqlite3.Connection) -> int:
    """Return the file's schema version, 0 for an empty file; only reads.

    Raises:
        ForeignFileError: not ours. Leave it alone.
        TooNewError: ours, and its ``min_reader`` is above ``SCHEMA_VERSION``. Leave it alone.
        sqlite3.DatabaseError: not a database, or damaged.
    """
    owner = db.execute("PRAGMA application_id").fetchone()[0]
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
    if owner != APPLICATION_ID:
        # A first start that was cut off has some of our tables and no mark yet.
        if tables and "_sqlite_migrations" not in tables:
            raise ForeignFileError
        return 0
    if version > SCHEMA_VERSION:
        min_reader = db.execute("SELECT min_reader FROM store").fetchone()[0]
        if min_reader > SCHEMA_VERSION:
            raise TooNewError
    return version


def ensure(db: sqlite3.Connection) -> None:
    """Bring the file up to ``SCHEMA_VERSION``; call on the writer's connection.

    Each migration is a transaction of its own, and done ones are recorded, so a power cut in
    between is continued at the next start.
    """
    if db.execute("PRAGMA user_version").fetchone()[0] >= SCHEMA_VERSION:
        return
    # Imported only now: sqlite-utils costs 0.2 s and 16 MB, and an up-to-date file needs none.
    from node.store.migrations import apply  # noqa: PLC0415

    apply(db)
    db.execute("UPDATE store SET min_reader = max(min_reader, ?)", (MIN_READER,))
    db.execute(f"PRAGMA application_id={APPLICATION_ID}")
    db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def claim(db: sqlite3.Connection, machine: bytes | None) -> None:
    """Begin a new epoch when the file was last used on another machine.

    A copied card would otherwise go on with logs that the original goes on with too.

    Args:
        db: the writer's connection.
        machine: what tells this machine from others; None when nothing does.
    """
    if machine is None:
        return
    known = db.execute("SELECT machine FROM store").fetchone()[0]
    if known is None:
        db.execute("UPDATE store SET machine = ?", (machine,))
    elif known != machine:
        db.execute("UPDATE store SET machine = ?", (machine,))
        renew_epoch(db)


def renew_epoch(db: sqlite3.Connection) -> None:
    """Retire this box's own logs: what it writes next starts new ones, from HLC 0.

    SQLite's ``random()`` is seeded by the operating system.
    """
    db.execute("UPDATE store SET epoch = abs(random()) % 4294967296, last_hlc = zeroblob(8)")
