"""Rooms: make, enter, leave, list, and remember what was read."""

from typing import Final

from node.contract.cursors import Cursor
from node.contract.people import User
from node.contract.problems import CONFLICT, UNKNOWN_ROOM, RefusedError
from node.contract.rooms import Room
from node.protocol import kinds
from node.protocol.ids import EVERYONE, RoomId, VerifyKey
from node.protocol.kinds import Kind, KnownBody, RoomCreate, RoomJoin, RoomLeave
from node.runtime.authoring import Draft, Scribe
from node.runtime.people import presentable_name
from node.runtime.ports import LogPort, Transaction

_BODIES: Final[dict[Kind, KnownBody]] = {Kind.ROOM_JOIN: RoomJoin(), Kind.ROOM_LEAVE: RoomLeave()}


class Rooms:
    """Use cases around rooms."""

    def __init__(self, log: LogPort, scribe: Scribe) -> None:
        self._log = log
        self._scribe = scribe

    async def create(self, user: User, name: str) -> Room:
        """Publish a new room and let its maker join; return it.

        Raises:
            RefusedError: ``INVALID`` name; ``FULL``.
        """
        shown = presentable_name(name)
        author = key_of(user)

        def work(tx: Transaction) -> Room:
            body, class_ = RoomCreate(shown), kinds.signed_class(Kind.ROOM_CREATE)
            draft = Draft(Kind.ROOM_CREATE, EVERYONE, body, class_)
            _, envelope = self._scribe.write(tx, author, draft)
            room = RoomId(envelope.id)
            declare_membership(tx, self._scribe, author, room, Kind.ROOM_JOIN)
            return tx.room(room, author)

        return await self._log.write(work)

    async def all(self, user: User | None) -> list[Room]:
        """Return every room this box knows, as ``user`` sees it."""
        return await self._log.rooms(None if user is None else key_of(user))

    async def join(self, user: User, room: RoomId) -> Room:
        """Make ``user`` a member; return the room. Joining twice changes nothing.

        Raises:
            RefusedError: ``UNKNOWN_ROOM``, ``FULL``.
        """
        return await self._set_membership(user, room, Kind.ROOM_JOIN)

    async def leave(self, user: User, room: RoomId) -> Room:
        """End ``user``'s membership; return the room. Leaving twice changes nothing.

        Raises:
            RefusedError: ``UNKNOWN_ROOM``, ``FULL``, or ``CONFLICT`` for ``everyone``.
        """
        if room == EVERYONE:
            raise RefusedError(CONFLICT, "Everyone is always in this room; nobody can leave it.")
        return await self._set_membership(user, room, Kind.ROOM_LEAVE)

    async def _set_membership(self, user: User, room: RoomId, kind: Kind) -> Room:
        author = key_of(user)

        def work(tx: Transaction) -> Room:
            require_room(tx, room)
            if room != EVERYONE and tx.is_member(author, room) != (kind is Kind.ROOM_JOIN):
                declare_membership(tx, self._scribe, author, room, kind)
            return tx.room(room, author)

        return await self._log.write(work)

    async def read(self, user: User, room: RoomId, up_to: str) -> Room:
        """Mark everything in ``room`` up to the cursor ``up_to`` as read; return the room.

        Raises:
            RefusedError: ``UNKNOWN_ROOM``, ``CURSOR``, ``OTHER_STORE``, ``FULL``.
        """
        author = key_of(user)
        arrival = Cursor.parse(up_to, self._log.incarnation).arrival

        def work(tx: Transaction) -> Room:
            require_room(tx, room)
            tx.mark_read(author, room, arrival)
            return tx.room(room, author)

        return await self._log.write(work)


def declare_membership(
    tx: Transaction, scribe: Scribe, author: VerifyKey, room: RoomId, kind: Kind
) -> None:
    """Sign and store ``author``'s join or leave of ``room``."""
    scribe.write(tx, author, Draft(kind, room, _BODIES[kind], kinds.signed_class(kind)))


def require_room(tx: Transaction, room: RoomId) -> None:
    """Do nothing when ``room`` is known.

    Raises:
        RefusedError: ``UNKNOWN_ROOM``.
    """
    if not tx.knows_room(room):
        raise RefusedError(UNKNOWN_ROOM)


def key_of(user: User) -> VerifyKey:
    """Return the verify key behind a user id."""
    return VerifyKey(bytes.fromhex(user.id))
