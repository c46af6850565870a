"""Drops the bytes of an envelope; its position stays seen and is never taken again."""

import sqlite3
from typing import Final, NamedTuple

from node.protocol.envelope import reopen
from node.protocol.frontier import Row
from node.protocol.limits import FIRST_FREE_KIND
from node.store import marks
from node.store.checkins import drop_check_in
from node.store.index import forget
from node.store.logs import NONE_HELD

COLUMNS: Final = (
    "e.arrival, e.log_no, e.seq, e.room_no, e.id64, e.kind, e.shown, e.exact, l.head, l.frontier"
)
TABLES: Final = "envelope AS e JOIN log AS l USING (log_no)"
"""With ``COLUMNS``, what a ``Doomed`` is made of."""


class Doomed(NamedTuple):
    """An envelope that is to be dropped or hidden, and its log."""

    arrival: int
    log_no: int
    seq: int
    room_no: int
    number: int
    kind: int
    shown: int
    exact: bytes
    head: int
    frontier: bytes


def drop(db: sqlite3.Connection, doomed: Doomed) -> None:
    """Let go of the bytes, and remember that it was on purpose.

    The repair of a forked log compares ids, so there the id outlives the bytes.
    """
    hide(db, doomed)
    if Row.decode(doomed.frontier).forked:
        db.execute(
            "UPDATE envelope SET expires_s = NULL, exact = NULL, tombstone = ? WHERE arrival = ?",
            (reopen(doomed.exact).id, doomed.arrival),
        )
    else:
        db.execute("DELETE FROM envelope WHERE arrival = ?", (doomed.arrival,))
        marks.add(db, marks.DROPPED, doomed.log_no, doomed.seq, doomed.seq)
    find_lowest(db, doomed.log_no, doomed.seq)
    if doomed.kind >= FIRST_FREE_KIND:
        less = "UPDATE store SET free_kind_bytes = free_kind_bytes - ?"
        db.execute(less, (len(doomed.exact),))
    for table in ("unsent", "custody"):
        delete = f"DELETE FROM {table} WHERE arrival = ?"  # noqa: S608 - our names
        db.execute(delete, (doomed.arrival,))


def hide(db: sqlite3.Connection, doomed: Doomed) -> None:
    """Take it out of what people see and of both indexes; its bytes stay."""
    forget(db, doomed.arrival, doomed.number, doomed.exact, shown=bool(doomed.shown))
    if doomed.shown:
        db.execute("UPDATE envelope SET shown = 0 WHERE arrival = ?", (doomed.arrival,))
        less = "UPDATE room SET messages = messages - 1 WHERE room_no = ?"
        db.execute(less, (doomed.room_no,))
        drop_check_in(db, doomed.arrival)


def find_lowest(db: sqlite3.Connection, log_no: int, missing: int) -> None:
    """Look anew for the lowest position held of a log, if ``missing`` may have been it."""
    db.execute(
        "UPDATE log SET lowest_served = coalesce((SELECT min(seq) FROM envelope AS e"
        " WHERE e.log_no = log.log_no AND exact NOT NULL), ?)"
        " WHERE log_no = ? AND lowest_served >= ?",
        (NONE_HELD, log_no, missing),
    )
