"""Positions of a log that were seen and have no envelope here: told by others, or dropped here.

Kept as runs, because lives differ within a log: one that lost every second envelope has more runs
than a set may have on the wire.
"""

import sqlite3
from typing import Final

from node.protocol.ranges import MAX_RUNS, Ranges

TOLD: Final = 1
"""Seen without an id, because others said that it is gone; taken whenever the bytes come."""

DROPPED: Final = 2
"""Dropped here on purpose, at the end of its life or for space, or declined; never taken again."""


def add(db: sqlite3.Connection, what: int, log_no: int, first: int, last: int) -> None:
    """Add positions ``first`` to ``last``."""
    before = _before(db, what, log_no, first)
    if before is not None and before[1] >= first - 1:
        first, last = before[0], max(last, before[1])
    joined = db.execute(
        "DELETE FROM mark WHERE what = ? AND log_no = ? AND first BETWEEN ? AND ? RETURNING last",
        (what, log_no, first, last + 1),
    ).fetchall()
    last = max(last, *(end for (end,) in joined), 0)
    insert = "INSERT INTO mark (what, log_no, first, last) VALUES (?, ?, ?, ?)"
    db.execute(insert, (what, log_no, first, last))


def remove(db: sqlite3.Connection, what: int, log_no: int, seq: int) -> bool:
    """Take position ``seq`` out; return whether it was there."""
    run = _before(db, what, log_no, seq)
    if run is None or run[1] < seq:
        return False
    first, last = run
    delete = "DELETE FROM mark WHERE what = ? AND log_no = ? AND first = ?"
    db.execute(delete, (what, log_no, first))
    rest = [(what, log_no, *part) for part in ((first, seq - 1), (seq + 1, last))]
    db.executemany(
        "INSERT INTO mark (what, log_no, first, last) VALUES (?, ?, ?, ?)",
        (part for part in rest if part[2] <= part[3]),
    )
    return True


def has(db: sqlite3.Connection, what: int, log_no: int, seq: int) -> bool:
    """Return whether position ``seq`` is there."""
    run = _before(db, what, log_no, seq)
    return run is not None and run[1] >= seq


def positions(db: sqlite3.Connection, what: int, log_no: int, limit: int = MAX_RUNS) -> Ranges:
    """Return the positions, in their lowest ``limit`` runs; a wire takes no more than MAX_RUNS."""
    query = "SELECT first, last FROM mark WHERE what = ? AND log_no = ? ORDER BY first LIMIT ?"
    return Ranges.of(db.execute(query, (what, log_no, limit)).fetchall())


def _before(db: sqlite3.Connection, what: int, log_no: int, seq: int) -> tuple[int, int] | None:
    """Return the run that begins at ``seq`` or is the last one to begin below it."""
    found: tuple[int, int] | None = db.execute(
        "SELECT first, last FROM mark WHERE what = ? AND log_no = ? AND first <= ?"
        " ORDER BY first DESC LIMIT 1",
        (what, log_no, seq),
    ).fetchone()
    return found
