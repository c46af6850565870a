"""Makes room: drops what has outlived its life, and under pressure what matters least.

A position once seen stays seen, so what is dropped here never comes back from other boxes.
"""

import sqlite3
from typing import Final

from node.protocol.envelope import reopen
from node.protocol.frontier import Row
from node.store.index import forget
from node.store.space import Space

SLICE: Final = 200
"""Envelopes looked at in one transaction; bounds how long a writer waits for it."""

HEAD_RECHECK_S: Final = 86_400
"""A hidden head of a log is looked at again after so long: by then another one may be the head."""

WINDOW: Final = 2_000
"""Arrivals looked at for one class in one step: a scan without an index, kept short."""

LOOK_EVERY: Final = 16
"""Envelopes dropped between two looks at whether that was enough."""

_LEAST: Final = 3
_COLUMNS: Final = (
    "e.arrival, e.log_no, e.seq, e.room_no, e.id64, e.shown, e.exact, l.head, l.frontier"
)
_TABLES: Final = "envelope AS e JOIN log AS l USING (log_no)"

_Row = tuple[int, int, int, int, int, int, bytes, int, bytes]


def expire_some(db: sqlite3.Connection, lived_s: int) -> bool:
    """Drop up to ``SLICE`` envelopes whose life is over; return whether more may be left.

    The head of a log is only hidden: it is the proof of how far the log goes.
    """
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM {_TABLES}"  # noqa: S608 - no outside text
        " WHERE e.expires_s <= ? ORDER BY e.expires_s LIMIT ?",
        (lived_s, SLICE),
    ).fetchall()
    for row in rows:
        if row[2] == row[7]:
            _hide(db, row, lived_s)
        else:
            _drop(db, row)
    return len(rows) == SLICE


class Relief:
    """Drops under pressure, in slices: class 3 first, the oldest first, urgent last.

    Never what was written here and is on no other box yet, never the head of a log, never what
    has no end of life (profiles and rooms that are still named).
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._class = _LEAST
        self._after = 0

    def step(self, db: sqlite3.Connection) -> bool:
        """Look at the next ``WINDOW`` arrivals; return whether to go on."""
        if not self._space.is_tight(db):
            self._class, self._after = _LEAST, 0
            return False
        end = self._after + WINDOW
        rows = db.execute(
            f"SELECT {_COLUMNS} FROM {_TABLES}"  # noqa: S608 - no outside text
            " WHERE e.arrival > ? AND e.arrival <= ? AND e.class = ? AND e.expires_s NOT NULL"
            " AND e.seq < l.head AND e.exact NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM unsent WHERE unsent.arrival = e.arrival)"
            " ORDER BY e.arrival LIMIT ?",
            (self._after, end, self._class, SLICE),
        ).fetchall()
        for number, row in enumerate(rows):
            if number % LOOK_EVERY == 0 and not self._space.is_tight(db):
                return False
            _drop(db, row)
        self._after = rows[-1][0] if len(rows) == SLICE else end
        return self._turn(db)

    def _turn(self, db: sqlite3.Connection) -> bool:
        """Go on to the next better class at the end; return False after the last one."""
        if self._after < db.execute("SELECT arrivals FROM store").fetchone()[0]:
            return True
        self._class, self._after = self._class - 1, 0
        if self._class >= 0:
            return True
        self._class = _LEAST
        return False


def _hide(db: sqlite3.Connection, row: _Row, lived_s: int) -> None:
    arrival, _, _, room_no, number, shown, exact, _, _ = row
    if shown:
        forget(db, arrival, number, exact, shown=True)
        _count_down(db, room_no)
    db.execute(
        "UPDATE envelope SET shown = 0, expires_s = ? WHERE arrival = ?",
        (lived_s + HEAD_RECHECK_S, arrival),
    )


def _drop(db: sqlite3.Connection, row: _Row) -> None:
    arrival, log_no, seq, room_no, number, shown, exact, _, frontier = row
    forget(db, arrival, number, exact, shown=bool(shown))
    if shown:
        _count_down(db, room_no)
    if Row.decode(frontier).forked:
        # The repair of a forked log compares ids, so the id outlives the bytes.
        db.execute(
            "UPDATE envelope SET shown = 0, expires_s = NULL, exact = NULL, tombstone = ?"
            " WHERE arrival = ?",
            (reopen(exact).id, arrival),
        )
    else:
        db.execute("DELETE FROM envelope WHERE arrival = ?", (arrival,))
        db.execute(
            "UPDATE log SET lowest_served = max(lowest_served, ?) WHERE log_no = ?",
            (seq + 1, log_no),
        )
    for table in ("unsent", "receipt"):
        db.execute(f"DELETE FROM {table} WHERE arrival = ?", (arrival,))  # noqa: S608 - our names


def _count_down(db: sqlite3.Connection, room_no: int) -> None:
    db.execute("UPDATE room SET messages = messages - 1 WHERE room_no = ?", (room_no,))
