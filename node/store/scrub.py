"""Finds damage: positions that were seen, and have neither an envelope nor a reason."""

import sqlite3
from typing import Final

from node.protocol.ranges import Ranges
from node.store import marks
from node.store.dropping import find_lowest
from node.store.logs import log_at

LOGS: Final = 64
"""Logs looked at in one transaction."""

EVERY_S: Final = 600
"""Powered time between two slices of a store that was stopped in order."""

_GAPS: Final = (
    "SELECT before + 1, seq - 1 FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS before"
    " FROM envelope WHERE log_no = ?) WHERE seq > before + 1"
)
_LAST: Final = "SELECT coalesce(max(seq), 0) FROM envelope WHERE log_no = ?"
_MARKED: Final = "SELECT first, last FROM mark WHERE log_no = ? AND what IN (1, 2)"


class Scrub:
    """Walks through the logs in slices; what is missing becomes told, so it is asked for."""

    def __init__(self) -> None:
        self._after = 0
        self._due_s = 0
        self._whole = False

    def demand(self) -> None:
        """Look through everything as soon as there is time: the store was not closed."""
        self._whole = True

    def step(self, db: sqlite3.Connection, lived_s: int) -> bool:
        """Look through the next logs; return whether to go on at once."""
        if not self._whole and lived_s < self._due_s:
            return False
        self._due_s = lived_s + EVERY_S
        query = "SELECT log_no FROM log WHERE log_no > ? ORDER BY log_no LIMIT ?"
        numbers = db.execute(query, (self._after, LOGS)).fetchall()
        for (log_no,) in numbers:
            scrub_log(db, log_no)
        at_end = len(numbers) < LOGS
        self._after = 0 if at_end else numbers[-1][0]
        self._whole = self._whole and not at_end
        return self._whole


def scrub_log(db: sqlite3.Connection, log_no: int) -> None:
    """Mark as told what was seen of a log and is missing for no reason."""
    log = log_at(db, log_no)
    gaps = db.execute(_GAPS, (log_no,)).fetchall()
    gaps.append((db.execute(_LAST, (log_no,)).fetchone()[0] + 1, log.row.head))
    explained = Ranges.of([*log.row.holes, *db.execute(_MARKED, (log_no,)).fetchall()])
    missing = Ranges.of(gaps) - explained
    for first, last in missing.runs:
        marks.add(db, marks.TOLD, log_no, first, last)
    if missing:
        find_lowest(db, log_no, log.lowest_held)
