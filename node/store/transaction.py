"""What a writer's job may do; fits ``runtime.ports.Transaction`` by shape."""

import sqlite3
from dataclasses import dataclass

from node.contract.messages import Message
from node.contract.people import User
from node.contract.rooms import Room
from node.protocol.envelope import Envelope
from node.protocol.frontier import LogKey
from node.protocol.ids import EVERYONE, RoomId, VerifyKey
from node.protocol.keys import SigningKey
from node.protocol.payload import FIRST_PREV
from node.store.appending import Arrival, Conditions, append
from node.store.logs import find_log
from node.store.numbers import author_number, find_author, find_room
from node.store.people import keep_person, read_signing_key
from node.store.person_jobs import PersonJobs
from node.store.views import Views, room_views, user_view


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next envelope of one of this box's own logs goes."""

    epoch: int
    seq: int
    prev: bytes


class Transaction(PersonJobs):
    """One job's view of the writer's connection; of no use after the job."""

    def __init__(self, db: sqlite3.Connection, views: Views, conditions: Conditions) -> None:
        super().__init__(db, conditions)
        self._views = views

    def position(self, author: VerifyKey, class_: int, room: RoomId) -> Position:
        """Return where ``author``'s next envelope in this box's epoch goes."""
        epoch = int(self._db.execute("SELECT epoch FROM store").fetchone()[0])
        author_no, room_no = find_author(self._db, author), find_room(self._db, room)
        log = None
        if author_no is not None and room_no is not None:
            key = LogKey(author, epoch, class_, room)
            log = find_log(self._db, key, author_no, room_no)
        if log is None:
            return Position(epoch, 1, FIRST_PREV)
        return Position(epoch, log.row.head + 1, log.head_id8)

    def last_hlc(self) -> int:
        """Return the highest HLC used or merged here in this epoch; 0 at first."""
        return int.from_bytes(self._db.execute("SELECT last_hlc FROM store").fetchone()[0], "big")

    def set_last_hlc(self, hlc: int) -> None:
        """Remember ``hlc`` as the highest."""
        self._db.execute("UPDATE store SET last_hlc = ?", (hlc.to_bytes(8, "big"),))

    def begin_epoch(self, epoch: int) -> None:
        """Retire this box's own logs: the next envelopes start new ones, from HLC 0."""
        self._db.execute("UPDATE store SET epoch = ?, last_hlc = zeroblob(8)", (epoch,))

    def append(self, envelope: Envelope, receipt: Arrival, *, local: bool) -> int | None:
        """Store a verified envelope and all that follows; None when it was seen before."""
        stored = append(self._db, envelope, receipt, self._conditions, local=local)
        if stored is None:
            return None
        self.appended.append(stored)
        return stored.arrival

    def add_person(self, seed: bytes, token_hash: bytes) -> None:
        """Keep a new person's signing seed and the hash of the session secret."""
        author = SigningKey(seed).verify_key
        keep_person(self._db, author_number(self._db, author), seed, token_hash)

    def signing_key(self, author: VerifyKey) -> SigningKey | None:
        """Return the key of a person this box keeps; None for anybody else."""
        return read_signing_key(self._db, author)

    def is_member(self, author: VerifyKey, room: RoomId) -> bool:
        """Return whether ``author``'s latest word about ``room`` was join."""
        found = self._db.execute(
            "SELECT joined FROM member JOIN room USING (room_no) JOIN author USING (author_no)"
            " WHERE room.id = ? AND author.key = ?",
            (room, author),
        ).fetchone()
        return found is not None and bool(found[0])

    def knows_room(self, room: RoomId) -> bool:
        """Return whether ``room`` is ``everyone`` or its room.create is stored here."""
        if room == EVERYONE:
            return True
        query = "SELECT 1 FROM room WHERE id = ? AND name NOT NULL"
        return self._db.execute(query, (room,)).fetchone() is not None

    def posted(self, author: VerifyKey, client_id: str) -> Message | None:
        """Return the message ``author`` already posted under ``client_id``."""
        author_no = find_author(self._db, author)
        query = "SELECT arrival FROM envelope WHERE author_no = ? AND client_id = ?"
        found = self._db.execute(query, (author_no, client_id)).fetchone()
        return None if found is None else self._views.message(self._db, found[0])

    def remember_client_id(self, arrival: int, client_id: str) -> None:
        """Bind ``client_id`` to the message at ``arrival``; both are dropped together."""
        update = "UPDATE envelope SET client_id = ? WHERE arrival = ?"
        self._db.execute(update, (client_id, arrival))

    def mark_read(self, author: VerifyKey, room: RoomId, arrival: int) -> None:
        """Raise ``author``'s read mark in ``room`` to ``arrival``; it never falls."""
        self._db.execute(
            "INSERT INTO read_mark (author_no, room_no, arrival) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET arrival = max(arrival, excluded.arrival)",
            (author_number(self._db, author), find_room(self._db, room), arrival),
        )

    def user(self, author: VerifyKey) -> User:
        """Return a person this box keeps, as shown."""
        return user_view(self._db, author_number(self._db, author))

    def room(self, room: RoomId, viewer: VerifyKey | None) -> Room:
        """Return a known room as ``viewer`` sees it."""
        viewer_no = None if viewer is None else find_author(self._db, viewer)
        return room_views(self._db, viewer_no, room)[0]

    def message(self, arrival: int) -> Message:
        """Return the message at ``arrival``."""
        return self._views.message(self._db, arrival)

    def set_admin_token(self, token_hash: bytes) -> None:
        """Replace the admin token."""
        self._db.execute("UPDATE store SET admin_token = ?", (token_hash,))
