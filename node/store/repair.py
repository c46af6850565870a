"""Ids of forked logs, and hashes of closed ones: what repair compares and takes over."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from node.protocol import kinds
from node.protocol.envelope import reopen
from node.protocol.frontier import Sum, TooManyHolesError
from node.protocol.ids import EnvelopeId, LogHandle, RoomId
from node.store import marks
from node.store.counters import count
from node.store.logs import Log, log_at, logs_of, save_row
from node.store.numbers import find_room
from node.store.place import NO_KIND, all_ids, id64, keep_id
from node.store.shapes import Held, LogId, Rooms
from node.store.sums import hash_of, shift_sum, sum_of

MAX_STRANGE_IDS: Final = 1_024
"""Ids kept per log of which nobody has the bytes; stops a liar from inventing more."""

MAX_CLOSED: Final = 200_000
"""Hashes of closed logs; stops a liar from filling the store with inventions."""

FOLDED: Final = (kinds.CHAT, kinds.REST)
"""Classes whose logs may be closed."""

HASH_BYTES: Final = 32


def ids(db: sqlite3.Connection, handle: LogHandle, limit: int) -> list[LogId]:
    """Return every id of the log or logs of a handle, at most ``limit``, by rising seq."""
    found = db.execute(
        "SELECT e.seq, e.exact, e.tombstone FROM envelope AS e JOIN log AS l USING (log_no)"
        " WHERE l.handle = ? ORDER BY e.seq, e.id64 LIMIT ?",
        (handle, limit),
    )
    return [
        LogId(seq, EnvelopeId(tombstone) if exact is None else reopen(exact).id, exact is not None)
        for seq, exact, tombstone in found.fetchall()
    ]


def holding(db: sqlite3.Connection, handle: LogHandle, wanted: Sequence[EnvelopeId]) -> list[Held]:
    """Return those of ``wanted`` that are held with their bytes."""
    numbers, whole = {id64(each) for each in wanted}, set(wanted)
    query = "SELECT id64, arrival FROM envelope WHERE log_no = ? AND exact NOT NULL ORDER BY seq"
    held: list[Held] = []
    for log in logs_of(db, handle):
        for number, arrival in db.execute(query, (log.log_no,)).fetchall():
            if number in numbers:
                found = db.execute(
                    "SELECT exact, l.changed_n, e.class FROM envelope AS e"
                    " JOIN log AS l USING (log_no) WHERE arrival = ?",
                    (arrival,),
                ).fetchone()
                if reopen(found[0]).id in whole:
                    held.append(Held(arrival, found[1], found[2], len(found[0])))
    return held


def flag_forked(db: sqlite3.Connection, handle: LogHandle) -> None:
    """Take over a fork flag after a completed repair; nothing for an unknown log."""
    for log in logs_of(db, handle):
        if not log.row.forked:
            row = log.row.as_forked(all_ids(db, log.log_no))
            save_row(db, log, row, log.head_id8, count(db, arrivals=0).changed_n)


def take_tombstones(
    db: sqlite3.Connection, handle: LogHandle, named: Sequence[tuple[int, EnvelopeId]]
) -> None:
    """Keep ids nobody gave the bytes of, of a forked log with one owner; positions are told."""
    found = logs_of(db, handle)
    if len(found) != 1 or not found[0].row.forked:
        return
    log = found[0]
    query = "SELECT count(*) FROM envelope WHERE log_no = ? AND kind = ?"
    left = MAX_STRANGE_IDS - int(db.execute(query, (log.log_no, NO_KIND)).fetchone()[0])
    for seq, envelope_id in named:
        if left <= 0:
            return
        taken = _take_tombstone(db, log, seq, envelope_id) if 1 <= seq <= log.row.head else None
        if taken is not None:
            log, left = taken, left - 1


def _take_tombstone(
    db: sqlite3.Connection, log: Log, seq: int, envelope_id: EnvelopeId
) -> Log | None:
    """Keep one id and return the log as it is then; None when it is known or has no place."""
    there = db.execute(
        "SELECT id64, branch FROM envelope WHERE log_no = ? AND seq = ?", (log.log_no, seq)
    ).fetchall()
    if id64(envelope_id) in (number for number, _ in there):
        return None
    try:
        row = log.row.with_seen(seq, envelope_id[:8])
    except TooManyHolesError:
        return None
    numbers = count(db)
    save_row(db, log, row, log.head_id8, numbers.changed_n)
    branch = 1 + max((branch for _, branch in there), default=-1)
    keep_id(db, log.log_no, (seq, branch, NO_KIND), envelope_id, numbers.arrival)
    marks.add(db, marks.TOLD, log.log_no, seq, seq)
    return log_at(db, log.log_no)


def closed_hashes(db: sqlite3.Connection, room: RoomId, class_: int) -> list[bytes]:
    """Return the hashes of the rows of closed logs, own and taken, rising."""
    query = "SELECT hash FROM closed WHERE room_no = ? AND class = ? ORDER BY hash"
    found = db.execute(query, (find_room(db, room), class_))
    return [bytes(hash_) for (hash_,) in found.fetchall()]


def closed_scopes(db: sqlite3.Connection, rooms: Rooms) -> list[tuple[RoomId, int]]:
    """Return each room and class of ``rooms`` in which any log is closed."""
    query = "SELECT DISTINCT r.id, c.class FROM closed AS c JOIN room AS r USING (room_no)"
    found = ((RoomId(bytes(id_)), class_) for id_, class_ in db.execute(query).fetchall())
    return [(room, class_) for room, class_ in found if rooms is None or room in rooms]


def take_closed(db: sqlite3.Connection, room: RoomId, class_: int, hashes: Sequence[bytes]) -> None:
    """Count closed logs of others in the sums; a hash of a row that is open here counts already."""
    room_no = find_room(db, room)
    if room_no is None or class_ not in FOLDED:
        return
    left = MAX_CLOSED - int(db.execute("SELECT count(*) FROM closed").fetchone()[0])
    query = "SELECT frontier FROM log WHERE room_no = ? AND class = ? AND NOT closed AND NOT shared"
    here = {hash_of(encoded) for (encoded,) in db.execute(query, (room_no, class_))}
    taken = Sum()
    fresh = [each for each in dict.fromkeys(hashes) if len(each) == HASH_BYTES and each not in here]
    for hash_ in fresh[: max(0, left)]:
        insert = "INSERT OR IGNORE INTO closed (room_no, class, hash) VALUES (?, ?, ?)"
        if db.execute(insert, (room_no, class_, hash_)).rowcount > 0:
            taken += sum_of(hash_)
    shift_sum(db, room_no, class_, taken)
