"""What an envelope changes for people: names, rooms, members, counts.

Every effect gives the same result in whatever order envelopes arrive.
"""

import sqlite3

from node.protocol.bodies import parse_profile
from node.protocol.envelope import Envelope, reopen
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.kinds import Kind, Profile, RoomCreate, RoomJoin, RoomLeave, parse_body
from node.store.continuations import note_profile
from node.store.numbers import room_number


def stamp_of(envelope: Envelope) -> bytes:
    """Return what decides which of two statements of one author is the later one.

    HLC, then id: equal on every box, whatever came first.
    """
    return envelope.payload.hlc.to_bytes(8, "big") + envelope.id[:8]


def take_effect(db: sqlite3.Connection, envelope: Envelope, author_no: int, room_no: int) -> None:
    """Apply what a newly stored envelope says; unknown kinds and messages say nothing here."""
    stamp = stamp_of(envelope)
    match parse_body(envelope.payload.kind, envelope.payload.body):
        case Profile() as profile:
            newest = _rename(db, author_no, profile.name, stamp)
            note_profile(db, author_no, profile, stamp, newest=newest)
        case RoomCreate(name=name):
            created = room_number(db, RoomId(envelope.id))
            db.execute("UPDATE room SET name = ? WHERE room_no = ?", (name, created))
        case RoomJoin():
            _set_member(db, room_no, author_no, joined=True, stamp=stamp)
        case RoomLeave():
            _set_member(db, room_no, author_no, joined=False, stamp=stamp)
        case _:
            pass


def _rename(db: sqlite3.Connection, author_no: int, name: str, stamp: bytes) -> bool:
    """Take the name over; return whether the profile is the newest one."""
    query = "SELECT stamp FROM author WHERE author_no = ?"
    known = bytes(db.execute(query, (author_no,)).fetchone()[0])
    if stamp > known:
        update = "UPDATE author SET name = ?, stamp = ? WHERE author_no = ?"
        db.execute(update, (name, stamp, author_no))
    if not known:  # a first profile: one more person in the room that everybody is in
        db.execute("UPDATE room SET members = members + 1 WHERE id = ?", (EVERYONE,))
    return stamp > known


def _set_member(
    db: sqlite3.Connection, room_no: int, author_no: int, *, joined: bool, stamp: bytes
) -> None:
    query = "SELECT joined, stamp FROM member WHERE room_no = ? AND author_no = ?"
    known = db.execute(query, (room_no, author_no)).fetchone()
    if known is not None and bytes(known[1]) >= stamp:
        return
    was = bool(known[0]) if known else False
    db.execute(
        "INSERT INTO member (room_no, author_no, joined, stamp) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET joined = excluded.joined, stamp = excluded.stamp",
        (room_no, author_no, joined, stamp),
    )
    if was != joined:
        update = "UPDATE room SET members = members + ? WHERE room_no = ?"
        db.execute(update, (1 if joined else -1, room_no))


def note_profiles(db: sqlite3.Connection) -> None:
    """Note what the profiles in a store of an earlier version say beside a name."""
    query = "SELECT author_no, exact FROM envelope WHERE kind = ? AND exact NOT NULL"
    for author_no, exact in db.execute(query, (Kind.PROFILE,)).fetchall():
        envelope = reopen(exact)
        stamp = stamp_of(envelope)
        known = db.execute("SELECT stamp FROM author WHERE author_no = ?", (author_no,)).fetchone()
        profile = parse_profile(envelope.payload.body)
        note_profile(db, author_no, profile, stamp, newest=stamp == bytes(known[0]))
