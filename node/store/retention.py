"""Makes room: drops what has outlived its life, and under pressure what matters least.

A position once seen stays seen, so what is dropped here never comes back from other boxes.
"""

import sqlite3
from typing import Final

from node.store.dropping import COLUMNS, TABLES, Doomed, drop, hide
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


def expire_some(db: sqlite3.Connection, lived_s: int) -> bool:
    """Drop up to ``SLICE`` envelopes whose life is over; return whether more may be left.

    The head of a log is only hidden: it is the proof of how far the log goes.
    """
    rows = db.execute(
        f"SELECT {COLUMNS} FROM {TABLES}"  # noqa: S608 - no outside text
        " WHERE e.expires_s <= ? ORDER BY e.expires_s LIMIT ?",
        (lived_s, SLICE),
    ).fetchall()
    for doomed in map(Doomed._make, rows):
        if doomed.seq == doomed.head:
            _hide_head(db, doomed, lived_s)
        else:
            drop(db, doomed)
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
            f"SELECT {COLUMNS} FROM {TABLES}"  # noqa: S608 - no outside text
            " WHERE e.arrival > ? AND e.arrival <= ? AND e.class = ? AND e.expires_s NOT NULL"
            " AND e.seq < l.head AND e.exact NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM unsent WHERE unsent.arrival = e.arrival)"
            " ORDER BY e.arrival LIMIT ?",
            (self._after, end, self._class, SLICE),
        ).fetchall()
        for number, row in enumerate(rows):
            if number % LOOK_EVERY == 0 and not self._space.is_tight(db):
                return False
            drop(db, Doomed._make(row))
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


def _hide_head(db: sqlite3.Connection, head: Doomed, lived_s: int) -> None:
    if head.shown:  # hidden before: it is in no index any more
        hide(db, head)
    again = "UPDATE envelope SET expires_s = ? WHERE arrival = ?"
    db.execute(again, (lived_s + HEAD_RECHECK_S, head.arrival))
