"""What other boxes ask for: what of it is held, what is gone, and the bytes."""

import sqlite3
from collections.abc import Sequence

from node.protocol.ids import LogHandle
from node.protocol.ranges import MAX_RUNS, Ranges
from node.store.frontier import room_numbers
from node.store.logs import logs_of
from node.store.shapes import Body, Held, Rooms, Wanted


def wanted(
    db: sqlite3.Connection,
    rooms: Rooms,
    asked: Sequence[tuple[LogHandle, Ranges]],
    limit: int,
) -> Wanted:
    """Return what of ``asked`` is held or gone; at most ``limit`` held envelopes.

    What is beyond ``limit`` is neither: nothing is said of it.
    """
    numbers = None if rooms is None else set(room_numbers(db, rooms))
    held: list[Held] = []
    gone: list[tuple[LogHandle, Ranges]] = []
    for handle, positions in asked:
        for log in logs_of(db, handle):
            if numbers is not None and log.room_no not in numbers:
                continue
            seen = positions & (Ranges.of([(1, log.row.head)]) - Ranges.of(log.row.holes))
            lines = _held(db, log.log_no, seen, limit - len(held))
            held += [line for _, line in lines]
            if len(held) >= limit:  # of what lies above the last one nothing is known
                seen &= Ranges.of([(1, lines[-1][0] if lines else 0)])
            without = seen - Ranges.at(seq for seq, _ in lines)
            if without and not log.shared:
                gone.append((handle, Ranges(without.runs[:MAX_RUNS])))
    return Wanted(held, gone)


def _held(
    db: sqlite3.Connection, log_no: int, positions: Ranges, limit: int
) -> list[tuple[int, Held]]:
    found: list[tuple[int, Held]] = []
    for run in positions.runs:
        lines = db.execute(
            "SELECT e.seq, e.arrival, l.changed_n, e.class, length(e.exact)"
            " FROM envelope AS e JOIN log AS l USING (log_no)"
            " WHERE e.log_no = ? AND e.seq BETWEEN ? AND ? AND e.exact NOT NULL"
            " ORDER BY e.seq, e.branch LIMIT ?",
            (log_no, *run, max(0, limit - len(found))),
        )
        found += [(seq, Held(*line)) for seq, *line in lines.fetchall()]
    return found


def bodies(db: sqlite3.Connection, arrivals: Sequence[int], lived_s: int) -> list[Body]:
    """Return these envelopes with their age now, in this order; dropped ones are left out."""
    query = "SELECT age_s, lived_s, exact FROM envelope WHERE arrival = ? AND exact NOT NULL"
    found: list[Body] = []
    for arrival in arrivals:
        line = db.execute(query, (arrival,)).fetchone()
        if line is not None:
            age_s, since_s, exact = line
            found.append(Body(arrival, age_s + max(0, lived_s - since_s), exact))
    return found
