"""The table of logs: the row of each, and the sums over rows that follow every change."""

import sqlite3
from typing import Final, NamedTuple

from node.protocol import kinds
from node.protocol.envelope import Envelope
from node.protocol.frontier import LogKey, Row, Sum
from node.protocol.ids import LogHandle
from node.store.sums import hash_of, row_sum, shift_sum, sum_of

LEFT: Final = 0
"""``changed_n`` of a log that is not in the frontier: closed, or its handle is shared."""

NONE_HELD: Final = 1 << 32
"""Lowest position held of a log of which nothing is; above every position."""

_COLUMNS: Final = (
    "log_no, frontier, head_id8, author_no, room_no, class, lowest_served, closed, shared"
)

_Line = tuple[int, bytes, bytes, int, int, int, int, int, int]


class Log(NamedTuple):
    """One log's line in the table."""

    log_no: int
    row: Row
    encoded: bytes
    """The row's bytes."""
    head_id8: bytes
    """First 8 bytes of the id at the head."""
    author_no: int
    room_no: int
    class_: int
    lowest_held: int
    """Lowest position held with its bytes, or ``NONE_HELD``."""
    closed: bool
    shared: bool


def find_log(db: sqlite3.Connection, key: LogKey, author_no: int, room_no: int) -> Log | None:
    """Return what is known of a log; None when nothing was ever seen of it."""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM log"  # noqa: S608 - no outside text
        " WHERE author_no = ? AND epoch = ? AND class = ? AND room_no = ?",
        (author_no, key.epoch, key.class_, room_no),
    ).fetchone()
    return None if found is None else _log(found)


def logs_of(db: sqlite3.Connection, handle: LogHandle) -> list[Log]:
    """Return the log of a handle, or those that share it."""
    query = f"SELECT {_COLUMNS} FROM log WHERE handle = ?"  # noqa: S608 - no outside text
    return [_log(line) for line in db.execute(query, (handle,)).fetchall()]


def log_at(db: sqlite3.Connection, log_no: int) -> Log:
    """Return the log of a number that is in the table."""
    query = f"SELECT {_COLUMNS} FROM log WHERE log_no = ?"  # noqa: S608 - no outside text
    return _log(db.execute(query, (log_no,)).fetchone())


def _log(line: _Line) -> Log:
    log_no, encoded, head_id8, author_no, room_no, class_, lowest, closed, shared = line
    row = Row.decode(encoded)
    return Log(
        log_no, row, encoded, head_id8, author_no, room_no, class_, lowest,
        bool(closed), bool(shared),
    )  # fmt: skip


def add_log(
    db: sqlite3.Connection, envelope: Envelope, row: Row, numbers: tuple[int, int], changed_n: int
) -> int:
    """Begin a log with its first envelope and return its number.

    Args:
        db: the writer's connection.
        envelope: the first one seen of it.
        row: of the log with that envelope.
        numbers: of its author and its room.
        changed_n: number of this change.
    """
    author_no, room_no = numbers
    payload, encoded = envelope.payload, row.encode()
    others = logs_of(db, row.handle)
    for other in others:
        _leave(db, other)
    added = db.execute(
        "INSERT INTO log (handle, author_no, epoch, class, room_no, frontier, head, head_id8,"
        " lowest_served, changed_n, shared) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.handle, author_no, payload.epoch, payload.class_, room_no, encoded, row.head,
            envelope.id[:8], payload.seq, LEFT if others else changed_n, bool(others),
        ),
    )  # fmt: skip
    if not others:
        _count_row(db, room_no, payload.class_, None, encoded)
    return int(added.lastrowid or 0)


def save_row(db: sqlite3.Connection, log: Log, row: Row, head_id8: bytes, changed_n: int) -> None:
    """Replace the row of ``log``; a closed one opens again.

    Args:
        db: the writer's connection.
        log: as it is in the table.
        row: the new one.
        head_id8: first 8 bytes of the id at its head.
        changed_n: number of this change.
    """
    encoded = row.encode()
    db.execute(
        "UPDATE log SET frontier = ?, head = ?, head_id8 = ?, changed_n = ?, closed = 0"
        " WHERE log_no = ?",
        (encoded, row.head, head_id8, LEFT if log.shared else changed_n, log.log_no),
    )
    if log.closed:
        db.execute(
            "DELETE FROM closed WHERE room_no = ? AND class = ? AND hash = ?",
            (log.room_no, log.class_, hash_of(log.encoded)),
        )
    if not log.shared:
        _count_row(db, log.room_no, log.class_, log.encoded, encoded)


def _leave(db: sqlite3.Connection, log: Log) -> None:
    """Take a log whose handle another one has out of frontier and sums."""
    if log.shared:
        return
    if log.closed:
        db.execute("DELETE FROM closed WHERE log_no = ?", (log.log_no,))
    shift_sum(db, log.room_no, log.class_, Sum() - row_sum(log.encoded))
    update = "UPDATE log SET shared = 1, closed = 0, changed_n = ? WHERE log_no = ?"
    db.execute(update, (LEFT, log.log_no))


def _count_row(
    db: sqlite3.Connection, room_no: int, class_: int, before: bytes | None, after: bytes
) -> None:
    hash_ = hash_of(after)
    change = Sum() if before is None else Sum() - row_sum(before)
    if class_ < kinds.CHAT or not _was_taken(db, room_no, class_, hash_):
        change += sum_of(hash_)
    shift_sum(db, room_no, class_, change)


def _was_taken(db: sqlite3.Connection, room_no: int, class_: int, hash_: bytes) -> bool:
    """Forget the hash of a peer's closed log that is a row here now; return whether it was one."""
    forgotten = db.execute(
        "DELETE FROM closed WHERE room_no = ? AND class = ? AND hash = ? AND log_no IS NULL",
        (room_no, class_, hash_),
    )
    return forgotten.rowcount > 0
