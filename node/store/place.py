"""Where an envelope stands in its log: new, seen before, or on another branch."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from node.protocol.envelope import Envelope, reopen
from node.protocol.frontier import LogKey, Row
from node.protocol.payload import FIRST_PREV

ID64_BIAS: Final = 1 << 63
"""SQLite's integers have a sign; shifted by this, they sort like the ids they stand for."""


def id64(envelope_id: bytes) -> int:
    """Return the first 8 bytes of an id as an integer that sorts like the id."""
    return int.from_bytes(envelope_id[:8], "big") - ID64_BIAS


def id8(number: int) -> bytes:
    """Return the first 8 bytes of the id behind ``number``, as made by ``id64``."""
    return (number + ID64_BIAS).to_bytes(8, "big")


@dataclass(frozen=True, slots=True)
class Log:
    """One log's line in the table."""

    log_no: int
    row: Row
    head_id8: bytes
    """First 8 bytes of the id at the head; zeros before the first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new envelope goes, and what the log's row is then."""

    branch: int
    row: Row


def find_log(db: sqlite3.Connection, key: LogKey, author_no: int, room_no: int) -> Log | None:
    """Return what is known of a log; None when nothing was ever seen of it."""
    found = db.execute(
        "SELECT log_no, frontier, head_id8 FROM log"
        " WHERE author_no = ? AND epoch = ? AND class = ? AND room_no = ?",
        (author_no, key.epoch, key.class_, room_no),
    ).fetchone()
    return None if found is None else Log(found[0], Row.decode(found[1]), found[2])


def place_of(db: sqlite3.Connection, log: Log | None, envelope: Envelope) -> Place | None:
    """Return where to store ``envelope``; None when it was seen before and is not wanted again.

    A second id at a position that is still held is a fork: both branches are kept. At a position
    that was dropped nobody can tell, so it counts as the one that was dropped.

    Raises:
        TooManyHolesError: it would open a ninth hole; it is neither stored nor marked.
    """
    payload = envelope.payload
    row = Row(payload.log.handle) if log is None else log.row
    number = id64(envelope.id)
    held: list[int] = [] if log is None else _ids_at(db, log.log_no, payload.seq)
    if number in held or (row.seen(payload.seq) and not held):
        return None
    grown = row.with_seen(payload.seq, envelope.id[:8])
    if log is not None and not row.forked and (held or _breaks_chain(db, log, envelope)):
        grown = grown.as_forked([*map(id8, _all_ids(db, log.log_no)), envelope.id])
    return Place(len(held), grown)


def _breaks_chain(db: sqlite3.Connection, log: Log, envelope: Envelope) -> bool:
    """Return whether the neighbours held at seq - 1 or seq + 1 tell of another history."""
    seq, prev = envelope.payload.seq, envelope.payload.prev
    before = [FIRST_PREV] if seq == 1 else [id8(n) for n in _ids_at(db, log.log_no, seq - 1)]
    after = db.execute(
        "SELECT exact FROM envelope WHERE log_no = ? AND seq = ? AND exact NOT NULL",
        (log.log_no, seq + 1),
    ).fetchall()
    wrong_after = after and all(_prev_of(exact) != envelope.id[:8] for (exact,) in after)
    return bool((before and prev not in before) or wrong_after)


def _prev_of(exact: bytes) -> bytes:
    return reopen(exact).payload.prev


def _ids_at(db: sqlite3.Connection, log_no: int, seq: int) -> list[int]:
    query = "SELECT id64 FROM envelope WHERE log_no = ? AND seq = ?"
    return [number for (number,) in db.execute(query, (log_no, seq))]


def _all_ids(db: sqlite3.Connection, log_no: int) -> list[int]:
    query = "SELECT id64 FROM envelope WHERE log_no = ?"
    return [number for (number,) in db.execute(query, (log_no,))]
