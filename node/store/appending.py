"""Stores one verified envelope, and everything that follows from it, in the open transaction."""

import math
import sqlite3
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from node.contract.problems import FULL, RefusedError
from node.protocol import kinds, life, limits
from node.protocol.envelope import Envelope
from node.protocol.kinds import Kind
from node.store import marks
from node.store.checkins import keep_check_in
from node.store.counters import Counters, count
from node.store.effects import take_effect
from node.store.logs import Log, add_log, find_log, save_row
from node.store.numbers import author_number, room_number
from node.store.place import Place, id64, place_of
from node.store.shapes import Appended, Rooms
from node.store.space import Space
from node.store.urgency import effective_class


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
    carried: Rooms = None
    """Rooms from which envelopes of other boxes are taken."""


class Known(NamedTuple):
    """An envelope, and what the store knows of its author, its room and its log."""

    envelope: Envelope
    author_no: int
    room_no: int
    log: Log | None


class Change(NamedTuple):
    """One change of the store."""

    numbers: Counters
    lived_s: int
    local: bool
    """Whether it was written on this box."""


def append(
    db: sqlite3.Connection,
    envelope: Envelope,
    arrival: Arrival,
    conditions: Conditions,
    *,
    local: bool,
) -> Appended | None:
    """Store ``envelope`` and return what was stored; None when it was seen before.

    Raises:
        RefusedError: ``FULL``; nothing was stored.
        TooManyHolesError: neither stored nor marked.
    """
    known = recognise(db, envelope, conditions)
    place = place_of(db, known.log, envelope)
    if place is None:
        return None
    change = Change(count(db), conditions.lived_s, local)
    return insert(db, known, place, arrival, change)


def recognise(db: sqlite3.Connection, envelope: Envelope, conditions: Conditions) -> Known:
    """Return what is known of where ``envelope`` belongs.

    Raises:
        RefusedError: ``FULL``: there is no room for it.
    """
    if not conditions.space.has_room(db):
        raise RefusedError(FULL)
    author_no = author_number(db, envelope.payload.author)
    room_no = room_number(db, envelope.payload.room)
    log = find_log(db, envelope.payload.log, author_no, room_no)
    return Known(envelope, author_no, room_no, log)


def insert(
    db: sqlite3.Connection,
    known: Known,
    place: Place,
    arrival: Arrival,
    change: Change,
) -> Appended:
    """Insert an envelope at its place; return what was stored."""
    envelope, payload = known.envelope, known.envelope.payload
    log_no = save_place(db, known, place, change.numbers.changed_n)
    if place.filled:
        fill(db, log_no, payload.seq, place)
    if known.log is not None and payload.seq < known.log.lowest_held:
        lower = "UPDATE log SET lowest_served = ? WHERE log_no = ?"
        db.execute(lower, (payload.seq, log_no))
    lived_s = change.lived_s
    class_ = effective_class(db, envelope, known.author_no, lived_s)
    ends_s = life.expires_at_s(payload.ttl_s, age_s=arrival.age_s, received_s=lived_s)
    db.execute(
        "INSERT INTO envelope (arrival, log_no, seq, branch, id64, kind, room_no, author_no, class,"
        " shown, sort_ms, time_certain, age_s, lived_s, expires_s, exact)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            change.numbers.arrival, log_no, payload.seq, place.branch, id64(envelope.id),
            payload.kind, known.room_no, known.author_no, class_, payload.kind == Kind.MESSAGE,
            arrival.sort_ms, arrival.time_certain, arrival.age_s, lived_s,
            None if math.isinf(ends_s) else math.ceil(ends_s), envelope.exact,
        ),
    )  # fmt: skip
    _count_in(db, known, arrival.sort_ms)
    if change.local:
        _keep_unsent(db, change, urgent=payload.class_ == kinds.URGENT)
    take_effect(db, envelope, known.author_no, known.room_no)
    keep_check_in(db, envelope, known.author_no, change.numbers.arrival, arrival.sort_ms)
    return Appended(
        change.numbers.arrival, envelope.id, place.row.handle, payload.seq, payload.room,
        payload.kind, class_, len(envelope.exact), place.row, change.local,
        _is_news(db, known, place),
    )  # fmt: skip


def _is_news(db: sqlite3.Connection, known: Known, place: Place) -> bool:
    """Return whether the envelope was never here: its position is new, or it is another branch.

    Where something was dropped before the fork was noticed nobody knows which branch it was.
    """
    seq, log = known.envelope.payload.seq, known.log
    if log is None or not log.row.seen(seq):
        return True
    another = place.branch > 0 and not place.filled
    return another and not marks.has(db, marks.DROPPED, log.log_no, seq)


def save_place(db: sqlite3.Connection, known: Known, place: Place, changed_n: int) -> int:
    """Write the row that follows from ``place``, if it is another one; return the log's number."""
    log = known.log
    if log is None:
        numbers = known.author_no, known.room_no
        return add_log(db, known.envelope, place.row, numbers, changed_n)
    if place.row != log.row:
        newer = place.row.head > log.row.head
        head_id8 = known.envelope.id[:8] if newer else log.head_id8
        save_row(db, log, place.row, head_id8, changed_n)
    return log.log_no


def fill(db: sqlite3.Connection, log_no: int, seq: int, place: Place) -> None:
    """Forget that the bytes of a position that counted as seen were missing."""
    if place.replaces is not None:
        db.execute("DELETE FROM envelope WHERE arrival = ?", (place.replaces,))
    more = "SELECT 1 FROM envelope WHERE log_no = ? AND seq = ? AND kind = 0"
    if db.execute(more, (log_no, seq)).fetchone() is None:
        marks.remove(db, marks.TOLD, log_no, seq)
    marks.remove(db, marks.DROPPED, log_no, seq)


def _count_in(db: sqlite3.Connection, known: Known, sort_ms: int) -> None:
    payload = known.envelope.payload
    if payload.kind == Kind.MESSAGE:
        db.execute(
            "UPDATE room SET messages = messages + 1, last_ms = max(coalesce(last_ms, 0), ?)"
            " WHERE room_no = ?",
            (sort_ms, known.room_no),
        )
    elif payload.kind >= limits.FIRST_FREE_KIND:
        more = "UPDATE store SET free_kind_bytes = free_kind_bytes + ?"
        db.execute(more, (len(known.envelope.exact),))


def _keep_unsent(db: sqlite3.Connection, change: Change, *, urgent: bool) -> None:
    unsent = "INSERT INTO unsent (arrival, urgent, lived_s) VALUES (?, ?, ?)"
    db.execute(unsent, (change.numbers.arrival, urgent, change.lived_s))
