"""Words that open an identity in another browser, once; kept as keyed hashes."""

import sqlite3
from typing import Final, NamedTuple

from node.protocol.ids import VerifyKey
from node.store.numbers import find_author

KEPT_S: Final = 86_400
"""Powered seconds a row is kept: whoever types old words is told what is wrong with them."""

MAX_KEPT: Final = 16
"""Rows kept of one author; stops one phone from filling the box with words."""

SLICE: Final = 64
"""Rows dropped in one transaction; bounds what the next words wait for."""

VOID: Final = ""
"""In place of an address: newer words were made."""


class HandoverRow(NamedTuple):
    """What is kept of words; fits ``runtime.person_ports.HandoverState``."""

    author: VerifyKey
    pop_up: bytes | None
    made_s: int
    used_by: str | None


def add(
    db: sqlite3.Connection, words_hash: bytes, author: VerifyKey, pop_up: bytes | None, lived_s: int
) -> bool:
    """Keep new words and make void those before; return False when they are somebody's already."""
    author_no = find_author(db, author)
    if db.execute("SELECT 1 FROM handover WHERE hash = ?", (words_hash,)).fetchone() is not None:
        return False
    db.execute(
        "DELETE FROM handover WHERE hash IN (SELECT hash FROM handover WHERE made_s <= ?"
        " ORDER BY made_s LIMIT ?)",
        (lived_s - KEPT_S, SLICE),
    )
    void = "UPDATE handover SET used_by = ? WHERE author_no = ? AND used_by IS NULL"
    db.execute(void, (VOID, author_no))
    db.execute(
        "INSERT INTO handover (hash, author_no, pop_up, made_s) VALUES (?, ?, ?, ?)",
        (words_hash, author_no, pop_up, lived_s),
    )
    db.execute(
        "DELETE FROM handover WHERE hash IN (SELECT hash FROM handover WHERE author_no = ?"
        " ORDER BY used_by IS NULL DESC, made_s DESC LIMIT ? OFFSET ?)",
        (author_no, SLICE, MAX_KEPT),
    )
    return True


def find(db: sqlite3.Connection, words_hash: bytes) -> HandoverRow | None:
    """Return what is kept of words, used or not."""
    found = db.execute(
        "SELECT a.key, h.pop_up, h.made_s, h.used_by FROM handover AS h"
        " JOIN author AS a USING (author_no) WHERE h.hash = ?",
        (words_hash,),
    ).fetchone()
    return None if found is None else HandoverRow(VerifyKey(found[0]), *found[1:])


def use(db: sqlite3.Connection, words_hash: bytes, address: str) -> None:
    """Say who used words."""
    db.execute("UPDATE handover SET used_by = ? WHERE hash = ?", (address, words_hash))
