"""The signing keys of the persons this box speaks for."""

import sqlite3

from node.contract.people import User
from node.protocol.ids import VerifyKey
from node.protocol.keys import SigningKey
from node.store.sessions import author_of_session
from node.store.views import user_view


def keep_person(db: sqlite3.Connection, author_no: int, seed: bytes, token_hash: bytes) -> None:
    """Keep the key of a new person, and the hash of the secret that proves a session."""
    insert = "INSERT INTO person (author_no, seed, token) VALUES (?, ?, ?)"
    db.execute(insert, (author_no, seed, token_hash))


def read_signing_key(db: sqlite3.Connection, author: VerifyKey) -> SigningKey | None:
    """Return the key of a person kept here; None for anybody else."""
    query = "SELECT seed FROM person JOIN author USING (author_no) WHERE author.key = ?"
    found = db.execute(query, (author,)).fetchone()
    return None if found is None else SigningKey(found[0])


def user_of_session(db: sqlite3.Connection, token_hash: bytes) -> User | None:
    """Return whose session secret has this SHA-256."""
    author_no = author_of_session(db, token_hash)
    return None if author_no is None else user_view(db, author_no)
