"""Takes what other boxes bring: each position once, whatever is missing, in any order."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from node.protocol import hlc, limits
from node.protocol.envelope import Envelope
from node.protocol.order import sort_ms
from node.protocol.ranges import Ranges
from node.protocol.row import TooManyHolesError
from node.store import gone, marks, schema
from node.store.appending import (
    Change,
    Conditions,
    Known,
    fill,
    insert,
    recognise,
    save_place,
)
from node.store.counters import count
from node.store.dropping import COLUMNS, TABLES, Doomed, drop
from node.store.place import Place, keep_id, place_of
from node.store.shapes import Appended, Taken

FREE_KIND_SHARE: Final = 0.05
"""Part of the store that kinds from 64 on may fill: stops the mesh from being used as a disk."""


@dataclass(frozen=True, slots=True)
class Bringing:
    """How an envelope came from another box; fits ``appending.Arrival``."""

    age_s: int
    sort_ms: int
    time_certain: bool


def take(
    db: sqlite3.Connection,
    envelope: Envelope,
    brought: tuple[int, int],
    said_gone: Ranges,
    conditions: Conditions,
) -> tuple[Taken, Appended | None]:
    """Store an envelope of another box; return what became of it, and what was stored.

    Args:
        db: the writer's connection, in a transaction.
        envelope: verified.
        brought: age_s as said beside it, and the wall clock at receipt.
        said_gone: positions of its log that are gone at its bringer.
        conditions: of the transaction.

    Raises:
        RefusedError: ``FULL``; nothing was stored or marked.
    """
    payload, (age_s, received_ms) = envelope.payload, brought
    if conditions.carried is not None and payload.room not in conditions.carried:
        return "refused", None
    known = recognise(db, envelope, conditions)
    try:
        place = place_of(db, known.log, envelope)
    except TooManyHolesError:
        cleared = _make_way(db, known, said_gone)
        if cleared is None:
            return "refused", None
        known, place = cleared, place_of(db, cleared.log, envelope)
    if place is None:
        return "seen", None
    merged = hlc.merge(0, payload.hlc, quality=payload.quality, now_ms=received_ms)
    clock = merged.to_bytes(8)
    free = payload.kind >= limits.FIRST_FREE_KIND and _is_over_share(db, conditions)
    if free and payload.seq < place.row.head:
        _decline(db, known, place, clock)
        return "declined", None
    numbers = count(db, hlc=clock)
    if payload.epoch == numbers.epoch and not place.filled and _is_own(db, known.author_no):
        # Somebody else goes on with our log: a copy of this store, or of its keys.
        schema.renew_epoch(db)
    when = sort_ms(payload.hlc, quality=payload.quality, received_ms=received_ms)
    bringing = Bringing(age_s, *when)
    change = Change(numbers, conditions.lived_s, local=False)
    stored = insert(db, known, place, bringing, change)
    if free and known.log is not None:
        _drop_free(db, known.log.log_no, known.log.row.head)
    return "stored", stored


def _make_way(db: sqlite3.Connection, known: Known, said_gone: Ranges) -> Known | None:
    """Mark the lowest hole that was said to be gone as told; None when there is none."""
    log = known.log
    if log is None:
        return None
    believed = said_gone | gone.said(db, log.log_no)
    for hole in log.row.holes:
        if not Ranges.of([hole]) - believed:
            log = gone.tell(db, log, hole)
            return Known(known.envelope, known.author_no, known.room_no, log)
    return None


def _is_over_share(db: sqlite3.Connection, conditions: Conditions) -> bool:
    used_bytes = db.execute("SELECT free_kind_bytes FROM store").fetchone()[0]
    return bool(used_bytes > FREE_KIND_SHARE * conditions.space.limit_bytes(db))


def _is_own(db: sqlite3.Connection, author_no: int) -> bool:
    query = "SELECT 1 FROM person WHERE author_no = ?"
    return db.execute(query, (author_no,)).fetchone() is not None


def _decline(db: sqlite3.Connection, known: Known, place: Place, clock: bytes) -> None:
    """Mark the position as seen and dropped; of a forked log the id is kept."""
    envelope, seq = known.envelope, known.envelope.payload.seq
    forked = place.row.forked
    numbers = count(db, arrivals=int(forked), hlc=clock)
    if known.log is None:
        raise AssertionError("the first envelope of a log is its head")
    log_no = known.log.log_no
    save_place(db, known, place, numbers.changed_n)
    if place.filled:
        fill(db, log_no, seq, place)
    if forked:
        at = seq, place.branch, envelope.payload.kind
        keep_id(db, log_no, at, envelope.id, numbers.arrival)
    else:
        marks.add(db, marks.DROPPED, log_no, seq, seq)


def _drop_free(db: sqlite3.Connection, log_no: int, seq: int) -> None:
    """Drop what was the head of a log, if it is of a free kind: a head alone is kept."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM {TABLES}"  # noqa: S608 - no outside text
        " WHERE e.log_no = ? AND e.seq = ? AND e.kind >= ? AND e.exact NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM unsent WHERE unsent.arrival = e.arrival)",
        (log_no, seq, limits.FIRST_FREE_KIND),
    ).fetchall()
    for row in rows:
        doomed = Doomed._make(row)
        if doomed.seq < doomed.head:
            drop(db, doomed)
