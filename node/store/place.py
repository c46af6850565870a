"""Where an envelope stands in its log: new, seen before, or on another branch."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from node.protocol.envelope import Envelope, reopen
from node.protocol.frontier import Row
from node.protocol.row import TIP_BYTES
from node.store import marks
from node.store.logs import Log

ID64_BIAS: Final = 1 << 63
"""SQLite's integers have a sign; shifted by this, they sort like the ids they stand for."""

NO_KIND: Final = 0
"""Kind of an id whose envelope nobody ever brought."""


def id64(envelope_id: bytes) -> int:
    """Return the first 8 bytes of an id as an integer that sorts like the id."""
    return int.from_bytes(envelope_id[:8], "big") - ID64_BIAS


def id8(number: int) -> bytes:
    """Return the first 8 bytes of the id behind ``number``, as made by ``id64``."""
    return (number + ID64_BIAS).to_bytes(8, "big")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new envelope goes, and what the log's row is then."""

    branch: int
    row: Row
    filled: bool = False
    """The position counted as seen already, and its bytes were missing."""
    replaces: int | None = None
    """Arrival number of the id without bytes that these bytes belong to."""


def place_of(db: sqlite3.Connection, log: Log | None, envelope: Envelope) -> Place | None:
    """Return where to store ``envelope``; None when it was seen before and is not wanted again.

    A second id at a position that is still held is a fork: both branches are kept. At a position
    that was dropped nobody can tell, so it counts as the one that was dropped; unless the log is
    known to be forked, whose ids are compared: then it is taken once more.

    Raises:
        TooManyHolesError: it would open a ninth hole; it is neither stored nor marked.
    """
    payload = envelope.payload
    if log is None:
        return Place(0, Row(payload.log.handle).with_seen(payload.seq, envelope.id[:8]))
    if log.row.seen(payload.seq):
        return _seen_place(db, log, envelope)
    grown = log.row.with_seen(payload.seq, envelope.id[:8])
    if not log.row.forked and _breaks_chain(db, log, envelope):
        grown = _forked(db, log, grown, envelope)
    return Place(0, grown)


def _seen_place(db: sqlite3.Connection, log: Log, envelope: Envelope) -> Place | None:
    row, seq = log.row, envelope.payload.seq
    there = db.execute(
        "SELECT id64, branch, kind, arrival FROM envelope WHERE log_no = ? AND seq = ?",
        (log.log_no, seq),
    ).fetchall()
    number = id64(envelope.id)
    for known, branch, kind, arrival in there:
        if known == number:
            without_bytes = kind == NO_KIND
            return Place(branch, row, filled=True, replaces=arrival) if without_bytes else None
    if not there and not row.forked:
        if marks.has(db, marks.DROPPED, log.log_no, seq):
            return None
        other = seq == row.head and envelope.id[:TIP_BYTES] != row.tip
        if not other and not _breaks_chain(db, log, envelope):
            return Place(0, row, filled=True)
    grown = row.with_seen(seq, envelope.id[:8])
    if not row.forked:
        grown = _forked(db, log, grown, envelope)
    branch = 1 + max((branch for _, branch, _, _ in there), default=-1)
    return Place(branch, grown, filled=not there)


def _forked(db: sqlite3.Connection, log: Log, row: Row, envelope: Envelope) -> Row:
    return row.as_forked([*all_ids(db, log.log_no), envelope.id])


def _breaks_chain(db: sqlite3.Connection, log: Log, envelope: Envelope) -> bool:
    """Return whether the neighbours known at seq - 1 or seq + 1 tell of another history."""
    seq, prev = envelope.payload.seq, envelope.payload.prev
    if seq == log.row.head + 1:
        return prev != log.head_id8
    before = [id8(number) for number in _ids_at(db, log.log_no, seq - 1)]
    if before and prev not in before:
        return True
    after = db.execute(
        "SELECT exact FROM envelope WHERE log_no = ? AND seq = ? AND exact NOT NULL",
        (log.log_no, seq + 1),
    ).fetchall()
    return bool(after) and all(_prev_of(exact) != envelope.id[:8] for (exact,) in after)


def _prev_of(exact: bytes) -> bytes:
    return reopen(exact).payload.prev


def _ids_at(db: sqlite3.Connection, log_no: int, seq: int) -> list[int]:
    query = "SELECT id64 FROM envelope WHERE log_no = ? AND seq = ?"
    return [number for (number,) in db.execute(query, (log_no, seq))]


def all_ids(db: sqlite3.Connection, log_no: int) -> list[bytes]:
    """Return the first 8 bytes of every id of a log that is held or kept without bytes."""
    query = "SELECT id64 FROM envelope WHERE log_no = ?"
    return [id8(number) for (number,) in db.execute(query, (log_no,))]


def keep_id(
    db: sqlite3.Connection,
    log_no: int,
    at: tuple[int, int, int],
    envelope_id: bytes,
    arrival: int,
) -> None:
    """Insert an id without bytes into a log, at a position, on a branch, of a kind."""
    seq, branch, kind = at
    db.execute(
        "INSERT INTO envelope (arrival, log_no, seq, branch, id64, kind, room_no, author_no, class,"
        " shown, sort_ms, time_certain, age_s, lived_s, tombstone)"
        " SELECT ?, log_no, ?, ?, ?, ?, room_no, author_no, class, 0, 0, 0, 0, 0, ?"
        " FROM log WHERE log_no = ?",
        (arrival, seq, branch, id64(envelope_id), kind, envelope_id, log_no),
    )
