"""What profiles say of persons: carry keys, whom an author continues, whom it disowns.

Gives the same result in whatever order profiles arrive, once ``check_some`` finds nothing to do.
"""

import sqlite3
from typing import Final

from node.protocol.carry import proves
from node.protocol.ids import VerifyKey
from node.protocol.kinds import Profile
from node.protocol.limits import MAX_CARRY_KEYS
from node.store.numbers import author_number, find_author

CHECKED_AT_ONCE: Final = 64
"""Waiting continuations checked in one transaction when a carry key arrives, 20 ms of signatures
on a Pi; the others in idle time. Stops a crowd of made-up ones of one author from holding up the
writer."""


def note_profile(
    db: sqlite3.Connection, author_no: int, profile: Profile, stamp: bytes, *, newest: bool
) -> None:
    """Remember what a profile says: its carry key always, the rest of the newest one only."""
    if profile.carry_key is not None and _remember_key(db, author_no, profile.carry_key, stamp):
        db.execute(
            "INSERT OR REPLACE INTO continuation_check (author_no, key, after) VALUES (?, ?, 0)",
            (author_no, profile.carry_key),
        )
        _check_slice(db, author_no, profile.carry_key)
    if newest:
        _set_claim(db, author_no, profile.continues)
        db.execute("DELETE FROM disowned WHERE author_no = ?", (author_no,))
        db.executemany(
            "INSERT OR IGNORE INTO disowned (author_no, denied) VALUES (?, ?)",
            [(author_no, denied) for denied in profile.not_me],
        )


def check_some(db: sqlite3.Connection) -> bool:
    """Check some continuations that still wait for a carry key that is here; return if more do."""
    due = db.execute("SELECT author_no, key FROM continuation_check LIMIT 1").fetchone()
    if due is None:
        return False
    _check_slice(db, due[0], VerifyKey(due[1]))
    return db.execute("SELECT 1 FROM continuation_check LIMIT 1").fetchone() is not None


def carry_keys(db: sqlite3.Connection, author: VerifyKey) -> list[VerifyKey]:
    """Return the carry keys of ``author`` that are remembered, the newest first."""
    rows = db.execute(
        "SELECT k.key FROM carry_key AS k JOIN author AS a USING (author_no) WHERE a.key = ?"
        " ORDER BY k.stamp DESC",
        (author,),
    )
    return [VerifyKey(key) for (key,) in rows.fetchall()]


def _remember_key(db: sqlite3.Connection, author_no: int, key: VerifyKey, stamp: bytes) -> bool:
    """Keep the newest ``MAX_CARRY_KEYS``; return whether ``key`` is one of them and was not."""
    known = db.execute(
        "UPDATE carry_key SET stamp = max(stamp, ?) WHERE author_no = ? AND key = ? RETURNING 1",
        (stamp, author_no, key),
    ).fetchall()
    if known:
        return False
    insert = "INSERT INTO carry_key (author_no, key, stamp) VALUES (?, ?, ?)"
    db.execute(insert, (author_no, key, stamp))
    db.execute(
        "DELETE FROM carry_key WHERE author_no = :author AND key IN (SELECT key FROM carry_key"
        " WHERE author_no = :author ORDER BY stamp DESC LIMIT -1 OFFSET :most)",
        {"author": author_no, "most": MAX_CARRY_KEYS},
    )
    query = "SELECT 1 FROM carry_key WHERE author_no = ? AND key = ?"
    return db.execute(query, (author_no, key)).fetchone() is not None


def _set_claim(
    db: sqlite3.Connection, author_no: int, continues: tuple[VerifyKey, bytes] | None
) -> None:
    if continues is None:
        db.execute("DELETE FROM continuation WHERE author_no = ?", (author_no,))
        return
    old, proof = continues
    old_no = author_number(db, old)
    query = "SELECT 1 FROM continuation WHERE author_no = ? AND old_no = ? AND proof = ?"
    if db.execute(query, (author_no, old_no, proof)).fetchone() is not None:
        return  # a rename: the proof was checked
    new = _key_of(db, author_no)
    key = next((key for key in carry_keys(db, old) if proves(key, old, new, proof)), None)
    insert = (
        "INSERT OR REPLACE INTO continuation (author_no, old_no, proof, key) VALUES (?, ?, ?, ?)"
    )
    db.execute(insert, (author_no, old_no, proof, key))


def _check_slice(db: sqlite3.Connection, author_no: int, key: VerifyKey) -> None:
    """Check the next continuations that wait for ``key``; forget about it when no more do."""
    old, at = _key_of(db, author_no), (author_no, key)
    after = "SELECT after FROM continuation_check WHERE author_no = ? AND key = ?"
    waiting = db.execute(
        "SELECT c.author_no, a.key, c.proof FROM continuation AS c"
        " JOIN author AS a USING (author_no)"
        " WHERE c.old_no = ? AND c.key IS NULL AND c.author_no > ? ORDER BY c.author_no LIMIT ?",
        (author_no, db.execute(after, at).fetchone()[0], CHECKED_AT_ONCE),
    ).fetchall()
    for number, new, proof in waiting:
        if proves(key, old, VerifyKey(new), proof):
            db.execute("UPDATE continuation SET key = ? WHERE author_no = ?", (key, number))
    if len(waiting) < CHECKED_AT_ONCE:
        db.execute("DELETE FROM continuation_check WHERE author_no = ? AND key = ?", at)
    else:
        onward = "UPDATE continuation_check SET after = ? WHERE author_no = ? AND key = ?"
        db.execute(onward, (waiting[-1][0], *at))


def _key_of(db: sqlite3.Connection, author_no: int) -> VerifyKey:
    query = "SELECT key FROM author WHERE author_no = ?"
    return VerifyKey(db.execute(query, (author_no,)).fetchone()[0])


def read_profile(db: sqlite3.Connection, author: VerifyKey) -> Profile:
    """Return what the newest profile of ``author`` says, with the newest carry key it published."""
    author_no = find_author(db, author)
    name = db.execute("SELECT name FROM author WHERE author_no = ?", (author_no,)).fetchone()
    said = db.execute(
        "SELECT o.key, c.proof FROM continuation AS c JOIN author AS o ON o.author_no = c.old_no"
        " WHERE c.author_no = ?",
        (author_no,),
    ).fetchone()
    denied = "SELECT denied FROM disowned WHERE author_no = ? ORDER BY denied"
    keys = carry_keys(db, author)
    return Profile(
        name=name[0] if name else "",
        carry_key=keys[0] if keys else None,
        continues=None if said is None else (VerifyKey(said[0]), bytes(said[1])),
        not_me=tuple(VerifyKey(key) for (key,) in db.execute(denied, (author_no,)).fetchall()),
    )
