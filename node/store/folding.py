"""Closes logs that have been quiet for long: their rows count, and are not shown to peers."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from node.store.logs import LEFT, log_at
from node.store.repair import FOLDED, MAX_CLOSED
from node.store.sums import hash_of

QUIET_S: Final = 1_209_600
"""14 days of power without a new envelope."""

MAX_OPEN: Final = 50_000
"""Logs in the frontier; beyond, the oldest of class 3, then 2, close: bounds a session's walk."""

WINDOW: Final = 256
"""Logs looked at in one transaction."""

EVERY_S: Final = 3_600
"""Powered time between two walks through all logs."""

_OPEN: Final = "changed_n > 0 AND author_no NOT IN (SELECT author_no FROM person)"
_ONLY_HEAD_AND_QUIET: Final = (
    "NOT EXISTS (SELECT 1 FROM envelope AS e WHERE e.log_no = log.log_no AND exact NOT NULL"
    " AND (e.seq < log.head OR e.lived_s > ?))"
)


class Folding:
    """Walks through the logs in slices, now and then."""

    def __init__(self) -> None:
        self._after = 0
        self._due_s = 0

    def step(self, db: sqlite3.Connection, lived_s: int) -> bool:
        """Close what may be closed of the next logs; return whether to go on."""
        if lived_s < self._due_s:
            return False
        if close_beyond(db, MAX_OPEN):
            return True
        lines = db.execute(
            f"SELECT log_no, class IN (?, ?) AND {_OPEN} AND {_ONLY_HEAD_AND_QUIET}"  # noqa: S608
            " FROM log WHERE log_no > ? ORDER BY log_no LIMIT ?",
            (*FOLDED, lived_s - QUIET_S, self._after, WINDOW),
        ).fetchall()
        close(db, [log_no for log_no, closes in lines if closes])
        if len(lines) == WINDOW:
            self._after = lines[-1][0]
            return True
        self._after, self._due_s = 0, lived_s + EVERY_S
        return False


def close_beyond(db: sqlite3.Connection, limit: int) -> int:
    """Close some of the oldest logs of class 3, then 2, beyond ``limit``; return how many.

    Never what was written here.
    """
    count = db.execute("SELECT count(*) FROM log WHERE changed_n > 0").fetchone()[0]
    if count <= limit:
        return 0
    oldest = db.execute(
        f"SELECT log_no FROM log WHERE class IN (?, ?) AND {_OPEN}"  # noqa: S608 - no outside text
        " ORDER BY class DESC, changed_n LIMIT ?",
        (*FOLDED, min(count - limit, WINDOW)),
    ).fetchall()
    return close(db, [log_no for (log_no,) in oldest])


def close(db: sqlite3.Connection, log_nos: Sequence[int]) -> int:
    """Close open logs, as many as there is room for in the set; return how many."""
    if not log_nos:
        return 0
    room = MAX_CLOSED - int(db.execute("SELECT count(*) FROM closed").fetchone()[0])
    logs = [log_at(db, log_no) for log_no in log_nos[: max(0, room)]]
    db.executemany(
        "INSERT INTO closed (room_no, class, hash, log_no) VALUES (?, ?, ?, ?)",
        [(log.room_no, log.class_, hash_of(log.encoded), log.log_no) for log in logs],
    )
    db.executemany(
        "UPDATE log SET closed = 1, changed_n = ? WHERE log_no = ?",
        [(LEFT, log.log_no) for log in logs],
    )
    return len(logs)
