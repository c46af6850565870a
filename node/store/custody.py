"""Who has what: counted only where ids agree, so the number is never too high."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from node.protocol.ranges import Ranges
from node.protocol.row import TIP_BYTES
from node.store import gone, marks
from node.store.logs import Log, logs_of
from node.store.place import id8
from node.store.shapes import Custody, Entry

if TYPE_CHECKING:
    from node.protocol.ids import LogHandle

MAX_POSITIONS: Final = 16_384
"""Positions counted in one call, more than an honest sender can have committed since the last;
what is beyond is not counted. Stops one frame from holding the writer for seconds."""

MAX_RUNS_PER_CALL: Final = 8_192
"""Runs looked at in one call, as many as fit a frame of honest entries; likewise."""

MAX_MISSING: Final = 1_000
"""Positions of one log that are asked for at once, as in WANT."""

MAX_BOXES: Final = 64
"""Boxes counted for one envelope; stops one who comes under many names from filling the store."""


def note_stored(
    db: sqlite3.Connection, peer_no: int, entries: Sequence[Entry], lived_s: int
) -> Custody:
    """Count ``peer_no`` for what it says it stored; return what changed and what is missing."""
    held: list[int] = []
    missing: list[tuple[LogHandle, Ranges]] = []
    runs_left, positions_left = MAX_RUNS_PER_CALL, MAX_POSITIONS
    for entry in entries:
        runs_left -= len(entry.positions.runs)
        positions_left -= entry.positions.count
        if runs_left < 0 or positions_left < 0:
            break
        for log in logs_of(db, entry.handle):
            held += _agreed(db, log, entry)
            lacking = _lacking(db, log, entry.positions)
            if lacking:
                gone.withdraw(db, peer_no, log.log_no, lacking, lived_s)
                missing.append((entry.handle, lacking))
    return Custody(_count(db, peer_no, held), held, missing)


def _agreed(db: sqlite3.Connection, log: Log, entry: Entry) -> list[int]:
    """Return the arrivals of what is held here of an entry, if the ids at its end agree."""
    last = entry.positions.last
    query = "SELECT arrival, id64, exact NOT NULL FROM envelope WHERE log_no = ? AND seq = ?"
    same = [
        (arrival, held)
        for arrival, number, held in db.execute(query, (log.log_no, last)).fetchall()
        if id8(number)[:TIP_BYTES] == entry.tip
    ]
    if log.row.forked:  # an entry names one id; its neighbours may be on the other branch
        return [arrival for arrival, held in same if held]
    if not same and not (last == log.row.head and log.row.tip == entry.tip):
        return []
    query = "SELECT arrival FROM envelope WHERE log_no = ? AND seq BETWEEN ? AND ?"
    return [
        arrival
        for run in entry.positions.runs
        for (arrival,) in db.execute(query, (log.log_no, *run)).fetchall()
    ]


def _count(db: sqlite3.Connection, peer_no: int, held: list[int]) -> list[int]:
    """Count a peer for these and return those for which it was not counted before."""
    insert = (
        "INSERT OR IGNORE INTO custody (arrival, peer_no) SELECT ?1, ?2"
        " WHERE (SELECT count(*) FROM custody WHERE arrival = ?1) < ?3"
    )
    news = [each for each in held if db.execute(insert, (each, peer_no, MAX_BOXES)).rowcount > 0]
    db.executemany("DELETE FROM unsent WHERE arrival = ?", ((each,) for each in news))
    return news


def _lacking(db: sqlite3.Connection, log: Log, positions: Ranges) -> Ranges:
    """Return what of ``positions`` is a hole or told here."""
    open_ = Ranges.of(log.row.holes) | marks.positions(db, marks.TOLD, log.log_no)
    return (positions & open_).head(MAX_MISSING) if open_ else open_
