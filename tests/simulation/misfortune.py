"""What happens to disks: damage, and backups put in their place."""

import random
import sqlite3
from collections.abc import Callable
from typing import Final

from node.protocol.ids import EnvelopeId
from node.store.schema import renew_epoch
from tests.simulation.disk import Disk
from tests.simulation.ledger import look

LONG_S: Final = 432_000
"""A life that outlasts the world."""


def renew(backup: Disk) -> None:
    """Make a copy of a disk what ``disasternet restore`` makes of it."""
    backup.db.execute("UPDATE store SET incarnation = randomblob(8)")
    renew_epoch(backup.db)


def damage(
    disk: Disk, chance: random.Random, count: int, safe: Callable[[EnvelopeId], bool]
) -> set[EnvelopeId]:
    """Make up to ``count`` envelopes vanish as if they had never been stored; return which.

    Such as are urgent or safety, live long, and are below the head of their log: nobody drops
    them early.

    Args:
        disk: of a box that is off.
        chance: chooses.
        count: how many at most.
        safe: of an id, whether another box has it for certain.
    """
    found = disk.db.execute(
        "SELECT arrival, exact FROM envelope JOIN log USING (log_no)"
        " WHERE log.class < 2 AND envelope.seq < log.head AND exact NOT NULL ORDER BY arrival"
    ).fetchall()
    rows = [
        (arrival, look(bytes(exact)))
        for arrival, exact in found
        if look(bytes(exact)).payload.ttl_s >= LONG_S and safe(look(bytes(exact)).id)
    ]
    chosen = chance.sample(rows, min(count, len(rows)))
    for arrival, _ in chosen:
        for table in _tables_of_arrivals(disk.db):
            disk.db.execute(f"DELETE FROM {table} WHERE arrival = ?", (arrival,))  # noqa: S608
    return {envelope.id for _, envelope in chosen}


def ids(disk: Disk) -> set[EnvelopeId]:
    """Return what a disk holds."""
    rows = disk.db.execute("SELECT exact FROM envelope WHERE exact NOT NULL")
    return {look(bytes(exact)).id for (exact,) in rows}


def _tables_of_arrivals(db: sqlite3.Connection) -> list[str]:
    """Return the tables that speak of single envelopes; what is read of a room is not one."""
    rows = db.execute(
        "SELECT t.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND c.name = 'arrival' AND t.name <> 'read_mark' ORDER BY t.name"
    )
    return [name for (name,) in rows]
