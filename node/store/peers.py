"""The remote nodes this box ever linked with."""

import sqlite3
from typing import Final

from node.protocol.ids import VerifyKey
from node.store.shapes import Checkpoint, Reach

MAX_PEERS: Final = 4_096
"""Peers remembered, those seen last; stops who comes under many names from filling the store."""


def peer_number(db: sqlite3.Connection, peer: VerifyKey) -> int:
    """Return the number of a peer, given now if never met."""
    found = db.execute("SELECT peer_no FROM peer WHERE id = ?", (peer,)).fetchone()
    if found is not None:
        return int(found[0])
    _forget_oldest(db)
    added = db.execute(
        "INSERT INTO peer (id, name, address, bytes_in, bytes_out) VALUES (?, '', '', 0, 0)",
        (peer,),
    )
    return int(added.lastrowid or 0)


def note_link(
    db: sqlite3.Connection, peer: VerifyKey, name: str, address: str, wall_ms: int
) -> None:
    """Remember under what name, where and when a peer was linked."""
    update = "UPDATE peer SET name = ?, address = ?, last_seen_ms = ? WHERE peer_no = ?"
    db.execute(update, (name, address, wall_ms, peer_number(db, peer)))


def note_traffic(
    db: sqlite3.Connection, peer: VerifyKey, bytes_in: int, bytes_out: int, wall_ms: int
) -> None:
    """Add to what the links of a known peer carried."""
    db.execute(
        "UPDATE peer SET bytes_in = bytes_in + ?, bytes_out = bytes_out + ?, last_seen_ms = ?"
        " WHERE id = ?",
        (bytes_in, bytes_out, wall_ms, peer),
    )


def note_sync(db: sqlite3.Connection, peer: VerifyKey, reach: Reach, wall_ms: int) -> None:
    """Remember that everything a peer had changed up to ``reach`` was seen here."""
    db.execute(
        "UPDATE peer SET incarnation = ?, changed_n = ?, last_sync_ms = ? WHERE peer_no = ?",
        (reach.incarnation, reach.changed_n, wall_ms, peer_number(db, peer)),
    )


def checkpoint(db: sqlite3.Connection, peer: VerifyKey) -> Checkpoint | None:
    """Return up to where a peer's changes were seen; None when never."""
    query = "SELECT incarnation, changed_n FROM peer WHERE id = ? AND incarnation NOT NULL"
    found = db.execute(query, (peer,)).fetchone()
    return None if found is None else Checkpoint(bytes(found[0]), found[1])


def _forget_oldest(db: sqlite3.Connection) -> None:
    """Make room for one more; what the forgotten one stored stays counted."""
    if db.execute("SELECT count(*) FROM peer").fetchone()[0] < MAX_PEERS:
        return
    forgotten = db.execute(
        "DELETE FROM peer WHERE peer_no ="
        " (SELECT peer_no FROM peer ORDER BY coalesce(last_seen_ms, 0), peer_no LIMIT 1)"
        " RETURNING peer_no"
    ).fetchall()
    db.executemany("DELETE FROM gone WHERE peer_no = ?", forgotten)
