"""Stores one verified envelope, and everything that follows from it, in the open transaction."""

import math
import sqlite3
from dataclasses import dataclass
from typing import Final, Protocol

from node.contract.problems import FULL, RefusedError
from node.protocol import kinds, life
from node.protocol.envelope import Envelope
from node.protocol.frontier import Row, Sum
from node.protocol.kinds import Kind
from node.store.effects import take_effect
from node.store.numbers import author_number, room_number
from node.store.place import Log, find_log, id64, place_of
from node.store.space import Space

URGENT_QUOTA: Final = 12
"""Urgent envelopes of one author that overtake others within ``URGENT_WINDOW_S``.

More are kept and shown, but travel as chat: stops one phone from holding every link.
"""

URGENT_WINDOW_S: Final = 3_600


class Arrival(Protocol):
    """How an envelope came, as ``runtime.ports.Receipt`` says it."""

    @property
    def age_s(self) -> int: ...  # noqa: D102 - documented at Receipt
    @property
    def sort_ms(self) -> int: ...  # noqa: D102
    @property
    def time_certain(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds for the whole transaction."""

    lived_s: int
    """This store's powered time."""
    space: Space


def append(
    db: sqlite3.Connection,
    envelope: Envelope,
    arrival: Arrival,
    conditions: Conditions,
    *,
    local: bool,
) -> int | None:
    """Store ``envelope`` and return its arrival number; None when it was seen before.

    Raises:
        RefusedError: ``FULL``; nothing was stored.
        TooManyHolesError: neither stored nor marked.
    """
    if not conditions.space.has_room(db):
        raise RefusedError(FULL)
    payload = envelope.payload
    author_no = author_number(db, payload.author)
    room_no = room_number(db, payload.room)
    log = find_log(db, payload.log, author_no, room_no)
    place = place_of(db, log, envelope)
    if place is None:
        return None
    number, changed_n = _count(db)
    log_no = _save_log(db, envelope, log, place.row, (author_no, room_no, changed_n))
    _shift_sum(db, room_no, payload.class_, None if log is None else log.row, place.row)
    shown = payload.kind == Kind.MESSAGE
    ends_s = life.expires_at_s(payload.ttl_s, age_s=arrival.age_s, received_s=conditions.lived_s)
    db.execute(
        "INSERT INTO envelope (arrival, log_no, seq, branch, id64, kind, room_no, author_no, class,"
        " shown, sort_ms, time_certain, age_s, lived_s, expires_s, exact)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number, log_no, payload.seq, place.branch, id64(envelope.id), payload.kind, room_no,
            author_no, _effective_class(db, envelope, author_no, conditions.lived_s), shown,
            arrival.sort_ms, arrival.time_certain, arrival.age_s, conditions.lived_s,
            None if math.isinf(ends_s) else math.ceil(ends_s), envelope.exact,
        ),
    )  # fmt: skip
    if shown:
        db.execute(
            "UPDATE room SET messages = messages + 1, last_ms = max(coalesce(last_ms, 0), ?)"
            " WHERE room_no = ?",
            (arrival.sort_ms, room_no),
        )
    if local:
        urgent = payload.class_ == kinds.URGENT
        unsent = "INSERT INTO unsent (arrival, urgent, lived_s) VALUES (?, ?, ?)"
        db.execute(unsent, (number, urgent, conditions.lived_s))
    take_effect(db, envelope, author_no, room_no)
    return number


def _count(db: sqlite3.Connection) -> tuple[int, int]:
    """Draw the next arrival number and the next number of change."""
    counters = db.execute(
        "UPDATE store SET arrivals = arrivals + 1, changed_n = changed_n + 1"
        " RETURNING arrivals, changed_n"
    ).fetchone()
    return counters[0], counters[1]


def _save_log(
    db: sqlite3.Connection,
    envelope: Envelope,
    log: Log | None,
    row: Row,
    numbers: tuple[int, int, int],
) -> int:
    author_no, room_no, changed_n = numbers
    payload = envelope.payload
    id8 = envelope.id[:8]
    if log is None:
        added = db.execute(
            "INSERT INTO log (handle, author_no, epoch, class, room_no, frontier, head, head_id8,"
            " lowest_served, changed_n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
            (
                row.handle, author_no, payload.epoch, payload.class_, room_no, row.encode(),
                row.head, id8, changed_n,
            ),
        )  # fmt: skip
        return int(added.lastrowid or 0)
    head_id8 = id8 if row.head > log.row.head else log.head_id8
    db.execute(
        "UPDATE log SET frontier = ?, head = ?, head_id8 = ?, changed_n = ? WHERE log_no = ?",
        (row.encode(), row.head, head_id8, changed_n, log.log_no),
    )
    return log.log_no


def _shift_sum(
    db: sqlite3.Connection, room_no: int, class_: int, before: Row | None, after: Row
) -> None:
    query = "SELECT total, rows FROM frontier_sum WHERE room_no = ? AND class = ?"
    found = db.execute(query, (room_no, class_)).fetchone()
    known = Sum() if found is None else Sum(int.from_bytes(found[0], "big"), found[1])
    new = (known if before is None else known.subtract(before)).add(after)
    db.execute(
        "INSERT INTO frontier_sum (room_no, class, total, rows) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET total = excluded.total, rows = excluded.rows",
        (room_no, class_, new.total.to_bytes(32, "big"), new.rows),
    )


def _effective_class(
    db: sqlite3.Connection, envelope: Envelope, author_no: int, lived_s: int
) -> int:
    payload = envelope.payload
    class_ = kinds.effective_class(payload.kind, payload.class_)
    if class_ != kinds.URGENT:
        return class_
    db.execute("DELETE FROM urgent_use WHERE lived_s < ?", (lived_s - URGENT_WINDOW_S,))
    used = db.execute(
        "SELECT count(*) FROM urgent_use WHERE author_no = ?", (author_no,)
    ).fetchone()[0]
    if used >= URGENT_QUOTA:
        return kinds.CHAT
    use = "INSERT INTO urgent_use (author_no, lived_s) VALUES (?, ?)"
    db.execute(use, (author_no, lived_s))
    return class_
