"""The kinds of envelopes: their numbers, bodies, classes, rooms and lives."""

from enum import IntEnum
from typing import Final

from node.protocol import bodies, fields, limits
from node.protocol.bodies import (
    Category,
    KnownBody,
    Message,
    Profile,
    RoomCreate,
    RoomJoin,
    RoomLeave,
    to_body,
)
from node.protocol.errors import DecodeError
from node.protocol.fields import Body
from node.protocol.ids import EVERYONE, RoomId

__all__ = [
    "CHAT", "CLASSES", "REST", "SAFETY", "URGENT", "Body", "Category", "Kind", "KnownBody",
    "Message", "Profile", "RoomCreate", "RoomJoin", "RoomLeave", "check_kind", "effective_class",
    "parse_body", "signed_class", "to_body",
]  # fmt: skip

URGENT: Final = 0
SAFETY: Final = 1
CHAT: Final = 2
REST: Final = 3
CLASSES: Final = range(4)


class Kind(IntEnum):
    """Known kinds; 6 to 255 are later ones, passed on and never shown."""

    PROFILE = 1
    ROOM_CREATE = 2
    ROOM_JOIN = 3
    ROOM_LEAVE = 4
    MESSAGE = 5


_BEST_CLASS: Final = {
    Kind.PROFILE: SAFETY,
    Kind.ROOM_CREATE: SAFETY,
    Kind.ROOM_JOIN: REST,
    Kind.ROOM_LEAVE: REST,
    Kind.MESSAGE: URGENT,
}
_SAFETY_CATEGORIES: Final = frozenset({Category.SAFE, Category.HELP, Category.LOOKING})
_LASTING: Final = frozenset({Kind.PROFILE, Kind.ROOM_CREATE})
"""Live as long as anything names them (ttl 0), in the room that is on every box."""


def parse_body(kind: int, body: Body) -> KnownBody | None:
    """Return what ``body`` says, None for a kind this version does not know.

    Unknown keys are ignored; a later version may use them.

    Raises:
        DecodeError: a known key is missing, of another type or too long.
    """
    match kind:
        case Kind.PROFILE:
            return bodies.parse_profile(body)
        case Kind.ROOM_CREATE:
            return bodies.parse_room_create(body)
        case Kind.ROOM_JOIN:
            fields.entries(body)
            return RoomJoin()
        case Kind.ROOM_LEAVE:
            fields.entries(body)
            return RoomLeave()
        case Kind.MESSAGE:
            return bodies.parse_message(body)
        case _:
            return None


def signed_class(kind: int, *, urgent: bool = False, category: Category | None = None) -> int:
    """Return the class to sign for what is written here.

    Args:
        kind: a known kind.
        urgent: counts for messages only.
        category: counts for messages only.

    Raises:
        ValueError: an unknown kind; nothing here writes one.
    """
    if kind != Kind.MESSAGE:
        return _BEST_CLASS[Kind(kind)]
    if urgent:
        return URGENT
    return SAFETY if category in _SAFETY_CATEGORIES else CHAT


def effective_class(kind: int, signed_class: int) -> int:
    """Return the class by which an envelope is scheduled and kept; never better than signed.

    Stops a stranger from giving junk the right of way by signing class 0. Local: it is in
    no row and no digest.
    """
    return max(signed_class, _best_class(kind))


def check_kind(kind: int, *, room: RoomId, ttl_s: int, body: Body, size_bytes: int) -> None:
    """Return if an envelope keeps the rules of its kind.

    Args:
        kind: 1 to 255.
        room: as signed.
        ttl_s: as signed.
        body: as signed.
        size_bytes: of the whole envelope.

    Raises:
        DecodeError: a rule is broken; refuse the envelope.
    """
    lasting = kind in _LASTING
    if lasting and room != EVERYONE:
        raise DecodeError("room", f"kind {kind} outside the room of everyone")
    if ttl_s != 0 if lasting else not limits.MIN_TTL_S <= ttl_s <= limits.MAX_TTL_S:
        raise DecodeError("ttl", f"{ttl_s} s for kind {kind}")
    if kind >= limits.FIRST_FREE_KIND and size_bytes > limits.MAX_UNKNOWN_KIND_BYTES:
        raise DecodeError("size", f"{size_bytes} bytes of kind {kind}")
    if isinstance(body, str) and len(body) > limits.MAX_TEXT_CHARS:
        raise DecodeError("body", f"a text of {len(body)} characters")
    parse_body(kind, body)


def _best_class(kind: int) -> int:
    if kind in _BEST_CLASS:
        return _BEST_CLASS[Kind(kind)]
    if kind < limits.FIRST_SAFETY_KIND:
        return CHAT
    return SAFETY if kind < limits.FIRST_FREE_KIND else REST
