"""How urgent an envelope is here: people who call everything urgent overtake nobody."""

import sqlite3
from typing import Final

from node.protocol import kinds
from node.protocol.envelope import Envelope

URGENT_QUOTA: Final = 12
"""Urgent envelopes of one author that overtake others within ``URGENT_WINDOW_S``.

More are kept and shown, but travel as chat: stops one phone from holding every link.
"""

URGENT_WINDOW_S: Final = 3_600


def effective_class(
    db: sqlite3.Connection, envelope: Envelope, author_no: int, lived_s: int
) -> int:
    """Return the class by which a new envelope is scheduled and kept, and count it."""
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
