"""Sessions beside a person's first one, and those of pop-ups, which live in a URL and end."""

import sqlite3
from typing import Final, NamedTuple

from node.contract.people import User
from node.protocol.ids import VerifyKey
from node.store.numbers import find_author
from node.store.views import user_view

MAX_SESSIONS: Final = 16
"""Kept of one author beside the first; the oldest goes. Stops a phone that hands itself over again
and again from filling the box."""

MAX_POP_UPS: Final = 16
"""Kept of one author; the oldest goes. Stops a phone that uses its own words again and again from
filling the box: each time begins a session that lives in an address, and lasts a day."""

SLICE: Final = 64
"""Expired rows dropped in one transaction; bounds what a new one waits for."""


class PopUpRow(NamedTuple):
    """What is kept of a pop-up's session; fits ``runtime.person_ports.PopUpState``."""

    author: VerifyKey
    lang: str | None
    ended: bool


def add_session(db: sqlite3.Connection, author: VerifyKey, token_hash: bytes, lived_s: int) -> None:
    """Let the secret with this hash prove ``author``, kept here; a second time changes nothing."""
    db.execute(
        "INSERT OR IGNORE INTO session (hash, author_no, begun_s, ended) VALUES (?, ?, ?, 0)",
        (token_hash, find_author(db, author), lived_s),
    )
    db.execute(
        "DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE author_no = ?"
        " AND address IS NULL ORDER BY begun_s DESC, hash = ? DESC LIMIT ? OFFSET ?)",
        (find_author(db, author), token_hash, SLICE, MAX_SESSIONS),
    )


def author_of_session(db: sqlite3.Connection, token_hash: bytes) -> int | None:
    """Return the number of the author whom the secret with this hash proves."""
    found = db.execute(
        "SELECT author_no FROM person WHERE token = :hash UNION ALL"
        " SELECT author_no FROM session WHERE hash = :hash AND address IS NULL",
        {"hash": token_hash},
    ).fetchone()
    return None if found is None else int(found[0])


def add_pop_up(
    db: sqlite3.Connection, id_hash: bytes, row: tuple[VerifyKey, str, bytes], lived_s: int
) -> None:
    """Keep a new session of an author for one address, with the hash of its cookie's secret."""
    author, address, twin = row
    db.execute(
        "INSERT INTO session (hash, author_no, address, begun_s, twin, ended)"
        " VALUES (?, ?, ?, ?, ?, 0)",
        (id_hash, find_author(db, author), address, lived_s, twin),
    )
    db.execute(
        "DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE author_no = ?"
        " AND address NOT NULL ORDER BY begun_s DESC, hash = ? DESC LIMIT ? OFFSET ?)",
        (find_author(db, author), id_hash, SLICE, MAX_POP_UPS),
    )


def drop_pop_ups(db: sqlite3.Connection, begun_by_s: int) -> None:
    """Forget some of the pop-ups that began at ``begun_by_s`` or before; cookies live on."""
    db.execute(
        "DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE address NOT NULL"
        " AND begun_s <= ? ORDER BY begun_s LIMIT ?)",
        (begun_by_s, SLICE),
    )


def find_pop_up(
    db: sqlite3.Connection, id_hash: bytes, address: str, after_s: int
) -> PopUpRow | None:
    """Return a pop-up's session that began later than ``after_s``, ended or not.

    None: it is unknown, another address's, or older.
    """
    found = db.execute(
        "SELECT a.key, s.lang, s.ended FROM session AS s JOIN author AS a USING (author_no)"
        " WHERE s.hash = ? AND s.address = ? AND s.begun_s > ?",
        (id_hash, address, after_s),
    ).fetchone()
    return None if found is None else PopUpRow(VerifyKey(found[0]), found[1], bool(found[2]))


def is_ended(db: sqlite3.Connection, id_hash: bytes, address: str, after_s: int) -> bool:
    """Return whether a pop-up's session that ``find_pop_up`` finds was ended."""
    row = find_pop_up(db, id_hash, address, after_s)
    return row is not None and row.ended


def pop_up_user(
    db: sqlite3.Connection, id_hash: bytes, address: str, after_s: int
) -> tuple[User, str | None] | None:
    """Return who uses a pop-up that goes on, and in which language."""
    row = find_pop_up(db, id_hash, address, after_s)
    if row is None or row.ended:
        return None
    author_no = find_author(db, row.author)
    if author_no is None:
        raise LookupError(row.author)
    return user_view(db, author_no), row.lang


def set_lang(db: sqlite3.Connection, id_hash: bytes, lang: str) -> None:
    """Remember the language of a pop-up."""
    db.execute("UPDATE session SET lang = ? WHERE hash = ? AND address NOT NULL", (lang, id_hash))


def end_pop_up(db: sqlite3.Connection, id_hash: bytes) -> None:
    """End a pop-up's session and its cookie; the row stays, so that no old form begins it again."""
    ended = db.execute(
        "UPDATE session SET ended = 1 WHERE hash = ? AND address NOT NULL RETURNING twin",
        (id_hash,),
    ).fetchall()
    for (twin,) in ended:
        db.execute("DELETE FROM session WHERE hash = ? AND address IS NULL", (twin,))
        db.execute("UPDATE person SET token = randomblob(32) WHERE token = ?", (twin,))
