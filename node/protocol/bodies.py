"""The bodies of the known kinds, to and from maps with small integer keys."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from node.protocol import fields, limits
from node.protocol.cbor import Value
from node.protocol.errors import DecodeError
from node.protocol.fields import Body
from node.protocol.ids import ID_BYTES, KEY_BYTES, EnvelopeId, VerifyKey
from node.protocol.keys import SIGNATURE_BYTES


class Category(IntEnum):
    """What a message is about, so that it can be found among thousands."""

    SAFE = 1
    HELP = 2
    LOOKING = 3
    OFFER = 4
    INFO = 5


_CATEGORIES: Final = {int(category): category for category in Category}


@dataclass(frozen=True, slots=True)
class Profile:
    """What an author says about itself; the newest one counts."""

    name: str
    """As written by the author: clean it before it is shown."""
    carry_key: VerifyKey | None = None
    """Public half of the key with which the person is carried to another box."""
    continues: tuple[VerifyKey, bytes] | None = None
    """An author this one continues, and the 64-byte proof by that author's carry key.

    The proof is not checked here: the profile it needs may arrive later.
    """
    not_me: tuple[VerifyKey, ...] = ()
    """Authors that claim to continue this one and do not."""


@dataclass(frozen=True, slots=True)
class RoomCreate:
    """Makes a room; the id of its envelope is the room's id."""

    name: str
    """As written by the author: clean it before it is shown."""


@dataclass(frozen=True, slots=True)
class RoomJoin:
    """The author is a member of the room from here on."""


@dataclass(frozen=True, slots=True)
class RoomLeave:
    """The author is no longer a member of the room."""


@dataclass(frozen=True, slots=True)
class Message:
    """A person speaks in a room."""

    text: str
    category: Category | None = None
    """None also for a category this version does not know."""
    reply_to: EnvelopeId | None = None
    place: str | None = None


KnownBody = Profile | RoomCreate | RoomJoin | RoomLeave | Message


def to_body(known: KnownBody) -> Body:
    """Return the map for an envelope; absent parts have no key."""
    match known:
        case Profile():
            return _profile_map(known)
        case RoomCreate():
            return {0: known.name}
        case RoomJoin() | RoomLeave():
            return {}
        case Message():
            return _without_none({
                0: known.text,
                1: known.category,
                2: known.reply_to,
                3: known.place,
            })  # fmt: skip


def parse_profile(body: Body) -> Profile:
    """Return the profile in ``body``.

    Raises:
        DecodeError: a known key is missing, of another type or too long.
    """
    entries = fields.entries(body)
    carry_key = fields.optional_bytes(entries, 1, size=KEY_BYTES)
    return Profile(
        name=fields.text(entries, 0, max_chars=limits.MAX_NAME_CHARS),
        carry_key=None if carry_key is None else VerifyKey(carry_key),
        continues=_continues(fields.optional_array(entries, 2, max_items=2)),
        not_me=tuple(
            VerifyKey(fields.sized(author, KEY_BYTES, "an author in key 3"))
            for author in fields.optional_array(entries, 3, max_items=limits.MAX_NOT_ME) or ()
        ),
    )


def parse_room_create(body: Body) -> RoomCreate:
    """Return the room in ``body``.

    Raises:
        DecodeError: the name is missing, no text or too long.
    """
    return RoomCreate(fields.text(fields.entries(body), 0, max_chars=limits.MAX_NAME_CHARS))


def parse_message(body: Body) -> Message:
    """Return the message in ``body``.

    Raises:
        DecodeError: a known key is missing, of another type or too long.
    """
    entries = fields.entries(body)
    category = fields.optional_uint(entries, 1, least=1, most=limits.MAX_CATEGORY)
    reply_to = fields.optional_bytes(entries, 2, size=ID_BYTES)
    return Message(
        text=fields.text(entries, 0, max_chars=limits.MAX_TEXT_CHARS),
        category=None if category is None else _CATEGORIES.get(category),
        reply_to=None if reply_to is None else EnvelopeId(reply_to),
        place=fields.optional_text(entries, 3, max_chars=limits.MAX_PLACE_CHARS),
    )


def _continues(pair: tuple[Value, ...] | None) -> tuple[VerifyKey, bytes] | None:
    if pair is None:
        return None
    if len(pair) != len(("author", "proof")):
        raise DecodeError("body", "key 2 is no pair of author and proof")
    author, proof = pair
    return (
        VerifyKey(fields.sized(author, KEY_BYTES, "the author in key 2")),
        fields.sized(proof, SIGNATURE_BYTES, "the proof in key 2"),
    )


def _profile_map(profile: Profile) -> Body:
    return _without_none({
        0: profile.name,
        1: profile.carry_key,
        2: profile.continues,
        3: profile.not_me or None,
    })  # fmt: skip


def _without_none(body: dict[int, Value | None]) -> dict[int, Value]:
    return {key: value for key, value in body.items() if value is not None}
