"""Rows as the API shows them."""

import sqlite3
from typing import Final

from node.contract.cursors import Cursor
from node.contract.messages import Message, MessageState
from node.contract.people import Author, User
from node.contract.rooms import Room
from node.protocol import kinds
from node.protocol.bodies import parse_message
from node.protocol.envelope import reopen
from node.protocol.ids import EVERYONE, RoomId, VerifyKey
from node.protocol.keys import fingerprint
from node.protocol.names import clean_name
from node.store.persons import Persons

MAX_UNREAD: Final = 100
"""Where counting unread messages stops: "100" means so many or more.

Bounds the work per room, for each of ``MAX_ROOMS``: with 1,000 a list of 200 full rooms took 0.25 s
on a laptop, and a Pi never got it done within the second that a read has.
"""

MAX_ROOMS: Final = 500
"""Rooms in a list, the most lively first; stops one phone from making the list too long to load."""

_MESSAGE_COLUMNS: Final = (
    "e.arrival, e.exact, e.sort_ms, e.time_certain, r.id, a.key, a.name, p.author_no IS NOT NULL,"
    " (SELECT count(*) FROM custody WHERE custody.arrival = e.arrival)"
)
_KEY: Final = 5
"""Where ``a.key`` stands among them."""
_MESSAGE_TABLES: Final = (
    "envelope AS e JOIN room AS r USING (room_no) JOIN author AS a ON a.author_no = e.author_no"
    " LEFT JOIN person AS p ON p.author_no = e.author_no"
)


class Views:
    """Turns rows into what people see, for one store of one box."""

    def __init__(self, incarnation: bytes, node_id: str) -> None:
        self._incarnation = incarnation
        self._node_id = node_id

    def messages(
        self, db: sqlite3.Connection, where: str, order: str, values: dict[str, object]
    ) -> list[Message]:
        """Return the shown messages that meet ``where``, in ``order``.

        Args:
            db: any connection.
            where: SQL over ``e`` (envelope), with the named ``values``; written here, never
                taken from a request.
            order: SQL after ORDER BY, with its LIMIT.
            values: what the named parameters stand for.
        """
        query = (
            f"SELECT {_MESSAGE_COLUMNS} FROM {_MESSAGE_TABLES}"  # noqa: S608 - no outside text
            f" WHERE e.shown AND {where} ORDER BY {order}"
        )
        rows = db.execute(query, values).fetchall()
        persons = Persons(db)
        persons.load(VerifyKey(row[_KEY]) for row in rows)
        return [self._message(row, persons) for row in rows]

    def message(self, db: sqlite3.Connection, arrival: int) -> Message:
        """Return the message that arrived as number ``arrival``.

        Raises:
            LookupError: there is none (any more), or it is not shown.
        """
        found = self.messages(db, "e.arrival = :arrival", "1", {"arrival": arrival})
        if not found:
            raise LookupError(arrival)
        return found[0]

    def _message(
        self, row: tuple[int, bytes, int, int, bytes, bytes, str, int, int], persons: Persons
    ) -> Message:
        arrival, exact, sort_ms, certain, room, key, name, is_local, receipts = row
        envelope = reopen(exact)
        payload, body = envelope.payload, parse_message(envelope.payload.body)
        author = VerifyKey(key)
        person = persons.of(author)
        return Message(
            id=envelope.id.hex(),
            cursor=str(Cursor(self._incarnation, arrival)),
            room_id=room.hex(),
            author=Author(
                id=author.hex(),
                person=person.hex(),
                name=clean_name(name),
                fingerprint=fingerprint(person),
                via=self._node_id if is_local else None,
            ),
            text=body.text,
            category=None if body.category is None else body.category.name.lower(),
            place=body.place,
            urgent=payload.class_ == kinds.URGENT,
            reply_to=None if body.reply_to is None else body.reply_to.hex(),
            sort_ms=sort_ms,
            time_certain=bool(certain),
            hlc=str(payload.hlc),
            state=MessageState(stored=True, boxes=1 + receipts),
        )


def user_view(db: sqlite3.Connection, author_no: int) -> User:
    """Return a person whose key is kept here."""
    query = "SELECT key, name FROM author JOIN person USING (author_no) WHERE author_no = ?"
    key, name = db.execute(query, (author_no,)).fetchone()
    author = VerifyKey(key)
    person = Persons(db).of(author)
    return User(
        id=author.hex(),
        person=person.hex(),
        public_key=author.hex(),
        name=clean_name(name),
        fingerprint=fingerprint(person),
        custodial=True,
    )


def room_views(
    db: sqlite3.Connection, viewer_no: int | None, room: RoomId | None = None
) -> list[Room]:
    """Return the rooms whose name is known, ``everyone`` first, then by newest message.

    Args:
        db: any connection.
        viewer_no: number of the author who looks; None for a passer-by.
        room: only this one.
    """
    rows = db.execute(
        "SELECT r.id, r.name, r.members, r.last_ms,"
        " coalesce((SELECT joined FROM member AS m WHERE m.room_no = r.room_no"
        "   AND m.author_no = :viewer), 0) OR (r.id = :everyone AND :viewer IS NOT NULL),"
        " CASE WHEN :viewer IS NULL THEN 0 ELSE (SELECT count(*) FROM (SELECT 1 FROM envelope AS e"
        "   WHERE e.shown AND e.room_no = r.room_no AND e.author_no <> :viewer AND e.arrival >"
        "   coalesce((SELECT arrival FROM read_mark AS k WHERE k.room_no = r.room_no"
        "     AND k.author_no = :viewer), 0) LIMIT :most)) END"
        " FROM room AS r WHERE r.name NOT NULL AND (:room IS NULL OR r.id = :room)"
        " ORDER BY r.id <> :everyone, r.last_ms DESC, r.room_no LIMIT :rooms",
        {
            "viewer": viewer_no,
            "everyone": EVERYONE,
            "room": room,
            "most": MAX_UNREAD,
            "rooms": MAX_ROOMS,
        },
    )
    return [
        Room(
            id=bytes(id_).hex(),
            name=clean_name(name) or bytes(id_).hex()[:8],
            joined=bool(joined),
            members=members,
            unread=unread,
            last_message_ms=last_ms,
        )
        for id_, name, members, last_ms, joined, unread in rows.fetchall()
    ]
