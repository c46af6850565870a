"""How far the data file may grow, looked at anew each time: disks fill up from other sides too."""

import os
import sqlite3
from pathlib import Path
from typing import Final

RESERVE_BYTES: Final = 64 * 1024 * 1024
"""Left free on the disk for the WAL, for backups and for whoever repairs the box."""

RESERVE_FRACTION: Final = 0.1
"""Of a small disk this much is left instead."""

PRESSURE: Final = 0.9
"""Fraction of what the file may grow to, above which old envelopes make room."""

FULL: Final = 0.97
"""Fraction above which nothing is taken; what follows from one envelope always finds pages."""


class Space:
    """The room one store has."""

    def __init__(self, path: Path, budget_bytes: int) -> None:
        """Watch the disk of ``path``, for a file that may never exceed ``budget_bytes``."""
        self._folder = path.parent
        self._budget_bytes = budget_bytes

    def free_bytes(self) -> int:
        """Return what is free on the disk."""
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def limit_bytes(self, db: sqlite3.Connection) -> int:
        """Return what the file may grow to now.

        Never less than its present size unless the operator asked for less: a disk that somebody
        else filled must not make us drop more than the little that new messages need.
        """
        disk = os.statvfs(self._folder)
        reserve_bytes = min(RESERVE_BYTES, RESERVE_FRACTION * disk.f_blocks * disk.f_frsize)
        growth_bytes = max(0, disk.f_bavail * disk.f_frsize - int(reserve_bytes))
        return min(self._budget_bytes, _file_bytes(db) + growth_bytes)

    def has_room(self, db: sqlite3.Connection) -> bool:
        """Return whether one more envelope may be stored."""
        return used_bytes(db) <= FULL * self.limit_bytes(db)

    def is_tight(self, db: sqlite3.Connection) -> bool:
        """Return whether old envelopes have to make room."""
        return used_bytes(db) > PRESSURE * self.limit_bytes(db)


def used_bytes(db: sqlite3.Connection) -> int:
    """Return the size of what is in the database, free pages left out."""
    free = int(db.execute("PRAGMA freelist_count").fetchone()[0])
    return _file_bytes(db) - free * _page_bytes(db)


def _file_bytes(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA page_count").fetchone()[0]) * _page_bytes(db)


def _page_bytes(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA page_size").fetchone()[0])
