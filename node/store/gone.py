"""What other boxes say is gone, until it is believed: then a position is told."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from node.protocol.frontier import TooManyHolesError
from node.protocol.ids import LogHandle
from node.protocol.ranges import MAX_RUNS, Ranges
from node.store import marks
from node.store.counters import count
from node.store.logs import Log, log_at, logs_of, save_row

PATIENCE_S: Final = 86_400
"""Powered time that an envelope said to be gone may still be brought in; then it is told."""

MAX_PEER_RUNS: Final = 4_096
"""Runs remembered of one peer; stops a liar from filling the store with what is gone."""

MAX_GONE_RUNS: Final = 65_536
"""Runs remembered of all; stops one who comes under many names."""

JUDGED: Final = 100
"""Runs judged in one transaction."""


def note(
    db: sqlite3.Connection,
    peer_no: int,
    said: Sequence[tuple[LogHandle, Ranges]],
    lived_s: int,
) -> None:
    """Remember what a peer says is gone, of holes; what it said before keeps its time."""
    room = _room_left(db, peer_no)
    for handle, positions in said:
        for log in logs_of(db, handle):
            fresh = (positions & _holes(log)) - _said_by(db, log.log_no, peer_no)
            runs = fresh.runs[: min(room, MAX_RUNS)]
            db.executemany(
                "INSERT INTO gone (log_no, peer_no, first, last, since_s) VALUES (?, ?, ?, ?, ?)",
                [(log.log_no, peer_no, *run, lived_s) for run in runs],
            )
            room -= len(runs)


def said(db: sqlite3.Connection, log_no: int) -> Ranges:
    """Return what anybody says is gone of a log."""
    query = "SELECT first, last FROM gone WHERE log_no = ?"
    return Ranges.of(db.execute(query, (log_no,)).fetchall())


def withdraw(
    db: sqlite3.Connection, peer_no: int, log_no: int, positions: Ranges, lived_s: int
) -> None:
    """Forget that ``peer_no`` said these are gone, and let the others' word wait again."""
    rest = _said_by(db, log_no, peer_no) - positions
    db.execute("DELETE FROM gone WHERE log_no = ? AND peer_no = ?", (log_no, peer_no))
    db.executemany(
        "INSERT INTO gone (log_no, peer_no, first, last, since_s) VALUES (?, ?, ?, ?, ?)",
        [(log_no, peer_no, *run, lived_s) for run in rest.runs],
    )
    db.executemany(
        "UPDATE gone SET since_s = ? WHERE log_no = ? AND first <= ? AND last >= ?",
        [(lived_s, log_no, run.last, run.first) for run in positions.runs],
    )


def tell(db: sqlite3.Connection, log: Log, run: tuple[int, int]) -> Log:
    """Mark unseen positions of ``log`` as told and return the log as it is then.

    Raises:
        TooManyHolesError: a ninth hole would open; nothing was marked.
    """
    row = log.row.with_told(*run)
    save_row(db, log, row, log.head_id8, count(db, arrivals=0).changed_n)
    for first, last in (Ranges.of([run]) & _holes(log)).runs:
        marks.add(db, marks.TOLD, log.log_no, first, last)
    settled = "DELETE FROM gone WHERE log_no = ? AND first >= ? AND last <= ?"
    db.execute(settled, (log.log_no, *run))
    return log_at(db, log.log_no)


def judge_some(db: sqlite3.Connection, lived_s: int) -> bool:
    """Tell what was gone long enough and nobody brought; return whether more may be left."""
    ripe = db.execute(
        "SELECT log_no, peer_no, first, last FROM gone WHERE since_s <= ? ORDER BY since_s LIMIT ?",
        (lived_s - PATIENCE_S, JUDGED),
    ).fetchall()
    for log_no, peer_no, first, last in ripe:
        log = log_at(db, log_no)
        settled = True
        for run in (Ranges.of([(first, last)]) & _holes(log)).runs:
            try:
                log = tell(db, log, run)
            except TooManyHolesError:
                settled = False
        place = log_no, peer_no, first
        if settled:
            db.execute("DELETE FROM gone WHERE log_no = ? AND peer_no = ? AND first = ?", place)
        else:
            later = "UPDATE gone SET since_s = ? WHERE log_no = ? AND peer_no = ? AND first = ?"
            db.execute(later, (lived_s, *place))
    return len(ripe) == JUDGED


def _holes(log: Log) -> Ranges:
    return Ranges.of(log.row.holes)


def _said_by(db: sqlite3.Connection, log_no: int, peer_no: int) -> Ranges:
    query = "SELECT first, last FROM gone WHERE log_no = ? AND peer_no = ?"
    return Ranges.of(db.execute(query, (log_no, peer_no)).fetchall())


def _room_left(db: sqlite3.Connection, peer_no: int) -> int:
    own = db.execute("SELECT count(*) FROM gone WHERE peer_no = ?", (peer_no,)).fetchone()[0]
    everybody = db.execute("SELECT count(*) FROM gone").fetchone()[0]
    return max(0, min(MAX_PEER_RUNS - int(own), MAX_GONE_RUNS - int(everybody)))
