"""Sums over the rows of each room and class, by which two boxes find out that they differ."""

import hashlib
import sqlite3

from node.protocol.frontier import Sum


def shift_sum(db: sqlite3.Connection, room_no: int, class_: int, change: Sum) -> None:
    """Add ``change`` to the sum of a room and class."""
    query = "SELECT total, rows FROM frontier_sum WHERE room_no = ? AND class = ?"
    found = db.execute(query, (room_no, class_)).fetchone()
    known = Sum() if found is None else Sum(int.from_bytes(found[0]), found[1])
    new = known + change
    db.execute(
        "INSERT INTO frontier_sum (room_no, class, total, rows) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET total = excluded.total, rows = excluded.rows",
        (room_no, class_, new.total.to_bytes(32), new.rows),
    )


def hash_of(encoded: bytes) -> bytes:
    """Return the hash of a row by which it counts in sums and in the set of closed logs."""
    return hashlib.sha256(encoded).digest()


def sum_of(hash_: bytes) -> Sum:
    """Return what one row of this hash adds to a sum."""
    return Sum(int.from_bytes(hash_), 1)


def row_sum(encoded: bytes) -> Sum:
    """Return what a row adds to a sum."""
    return sum_of(hash_of(encoded))
