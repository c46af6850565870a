"""Indexes filled in idle time, so that storing a message never waits for them.

``lookup`` finds an envelope by id and ``words`` finds messages by what they say; both are
complete up to ``store.indexed_to``, and filled in sorted batches, which costs a fraction of
one insert at a time.
"""

import re
import sqlite3
from typing import Final

from node.protocol.bodies import parse_message
from node.protocol.envelope import reopen

BATCH: Final = 500
"""Envelopes indexed in one transaction; about 10 ms, the longest a writer waits for it."""

MAX_BEHIND: Final = 4_096
"""Beyond this many, indexing no longer waits for idle time: a flood must not turn every lookup
into a scan."""

MAX_WORDS: Final = 16
"""Words of one search; each costs a walk through the index."""

_WORD: Final = re.compile(r"\w+")


def index_some(db: sqlite3.Connection) -> bool:
    """Index the next ``BATCH`` envelopes in the open transaction; return whether more are left."""
    indexed_to, arrivals = db.execute("SELECT indexed_to, arrivals FROM store").fetchone()
    if indexed_to == arrivals:
        return False
    rows = db.execute(
        "SELECT arrival, id64, shown, exact FROM envelope WHERE arrival > ? AND exact NOT NULL"
        " ORDER BY arrival LIMIT ?",
        (indexed_to, BATCH),
    ).fetchall()
    db.executemany(
        "INSERT OR IGNORE INTO lookup (id64, arrival) VALUES (?, ?)",
        sorted((number, arrival) for arrival, number, _, _ in rows),
    )
    db.executemany(
        "INSERT INTO words (rowid, text) VALUES (?, ?)",
        ((arrival, text_of(exact)) for arrival, _, shown, exact in rows if shown),
    )
    done_to = rows[-1][0] if len(rows) == BATCH else arrivals
    db.execute("UPDATE store SET indexed_to = ?", (done_to,))
    return bool(done_to != arrivals)


def is_far_behind(db: sqlite3.Connection) -> bool:
    """Return whether indexing must not wait for idle time any longer."""
    indexed_to, arrivals = db.execute("SELECT indexed_to, arrivals FROM store").fetchone()
    return bool(arrivals - indexed_to > MAX_BEHIND)


def forget(db: sqlite3.Connection, arrival: int, number: int, exact: bytes, *, shown: bool) -> None:
    """Take an envelope that is about to be dropped out of both indexes.

    Args:
        db: the writer's connection, in a transaction.
        arrival: its number; not indexed yet means there is nothing to take out.
        number: its ``id64``.
        exact: its bytes: a contentless index must be told what it was given.
        shown: whether it is a message that people see.
    """
    indexed_to = db.execute("SELECT indexed_to FROM store").fetchone()[0]
    if arrival > indexed_to:
        return
    db.execute("DELETE FROM lookup WHERE id64 = ? AND arrival = ?", (number, arrival))
    if shown:
        db.execute(
            "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
            (arrival, text_of(exact)),
        )


def text_of(exact: bytes) -> str:
    """Return what is searched of a message: its text and its place."""
    message = parse_message(reopen(exact).payload.body)
    return f"{message.text}\n{message.place}" if message.place else message.text


def match_expression(words: str) -> str | None:
    """Return ``words`` as an FTS5 query: every word must be there, or begin one; None for none.

    Each is quoted, so nothing in it is taken for FTS5's own syntax.
    """
    found = _WORD.findall(words)[:MAX_WORDS]
    return " ".join(f'"{word}"*' for word in found) or None
