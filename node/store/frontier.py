"""What peering asks of the store; each query fetches all it needs in one snapshot."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from node.protocol import limits
from node.protocol.frontier import Row, Sum, digest
from node.protocol.ids import LogHandle, RoomId
from node.protocol.ranges import Ranges
from node.store import marks
from node.store.logs import LEFT, logs_of
from node.store.shapes import FrontierRow, LogState, Rooms

CLASSES: Final = limits.MAX_CLASS + 1

_NEVER: Final = 1 << 62

_Line = tuple[int, bytes, int]


def changed_n(db: sqlite3.Connection) -> int:
    """Return the number of the last change of a row."""
    return int(db.execute("SELECT changed_n FROM store").fetchone()[0])


def frontier(
    db: sqlite3.Connection, rooms: Rooms, span: tuple[int, int | None], limit: int
) -> list[FrontierRow]:
    """Return rows changed above ``span[0]`` and below ``span[1]``, the newest change first."""
    above, below = span
    found = db.execute(
        "SELECT changed_n, frontier, lowest_served FROM log"  # noqa: S608 - no outside text
        f" WHERE changed_n > ? AND changed_n < ?{_in_rooms(rooms)}"
        " ORDER BY changed_n DESC LIMIT ?",
        (
            max(above, LEFT), _NEVER if below is None else below,
            *_room_values(db, rooms), limit,
        ),
    )  # fmt: skip
    return [_frontier_row(line) for line in found.fetchall()]


def rows(db: sqlite3.Connection, handles: Sequence[LogHandle]) -> list[FrontierRow]:
    """Return the rows of these handles that are in the frontier."""
    query = "SELECT changed_n, frontier, lowest_served FROM log WHERE handle = ? AND changed_n > ?"
    lines = (db.execute(query, (handle, LEFT)).fetchone() for handle in handles)
    return [_frontier_row(line) for line in lines if line is not None]


def _frontier_row(line: _Line) -> FrontierRow:
    number, encoded, lowest_held = line
    if lowest_held > 1:
        lowest_held = lowest_served(Row.decode(encoded), lowest_held)
    return FrontierRow(number, encoded, lowest_held)


def lowest_served(row: Row, lowest_held: int) -> int:
    """Return the lowest position that is not gone: held, or never seen."""
    return min(lowest_held, row.holes[0].first if row.holes else row.head + 1)


def logs(db: sqlite3.Connection, handles: Sequence[LogHandle]) -> dict[LogHandle, LogState]:
    """Return what is known of these logs; of a shared handle one of them."""
    known: dict[LogHandle, LogState] = {}
    query = "SELECT id FROM room WHERE room_no = ?"
    for handle in handles:
        for log in logs_of(db, handle):
            room = RoomId(db.execute(query, (log.room_no,)).fetchone()[0])
            told = marks.positions(db, marks.TOLD, log.log_no)
            known[handle] = LogState(log.row, room, told, log.shared)
    return known


def digests(db: sqlite3.Connection, rooms: Rooms) -> tuple[int, tuple[bytes, ...]]:
    """Return the number of the last change, and the digests of classes 0-3 over ``rooms``."""
    sums: list[list[Sum]] = [[] for _ in range(CLASSES)]
    found = db.execute(
        f"SELECT class, total, rows FROM frontier_sum WHERE true{_in_rooms(rooms)}",  # noqa: S608
        tuple(_room_values(db, rooms)),
    )
    for class_, total, count in found.fetchall():
        sums[int(class_)].append(Sum(int.from_bytes(total), count))
    return changed_n(db), tuple(map(digest, sums))


def told(db: sqlite3.Connection, rooms: Rooms, limit: int) -> list[tuple[LogHandle, Ranges]]:
    """Return positions seen without an id, of at most ``limit`` logs, newest change first."""
    found = db.execute(
        "SELECT log_no, handle FROM log"  # noqa: S608 - no outside text
        f" WHERE log_no IN (SELECT log_no FROM mark WHERE what = ?){_in_rooms(rooms)}"
        " ORDER BY changed_n DESC LIMIT ?",
        (marks.TOLD, *_room_values(db, rooms), limit),
    )
    return [
        (LogHandle(handle), marks.positions(db, marks.TOLD, log_no))
        for log_no, handle in found.fetchall()
    ]


def room_numbers(db: sqlite3.Connection, rooms: frozenset[RoomId]) -> Iterator[int]:
    """Yield the numbers of those of ``rooms`` that were ever named here."""
    for room in rooms:
        found = db.execute("SELECT room_no FROM room WHERE id = ?", (room,)).fetchone()
        if found is not None:
            yield int(found[0])


def _in_rooms(rooms: Rooms) -> str:
    """Return the condition for ``_room_values``; the plus keeps SQLite from using an index."""
    return "" if rooms is None else " AND +room_no IN (SELECT value FROM json_each(?))"


def _room_values(db: sqlite3.Connection, rooms: Rooms) -> list[str]:
    return [] if rooms is None else [json.dumps(list(room_numbers(db, rooms)))]
