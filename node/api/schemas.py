"""Bodies of requests: what may come in, and how much of it."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.api.problems import FieldError, InvalidError
from node.api.sentences import CLIENT_ID, HEX_64, HEX_128
from node.protocol.ids import EVERYONE, EnvelopeId, RoomId
from node.protocol.kinds import Category
from node.protocol.limits import MAX_PLACE_CHARS, MAX_TEXT_CHARS
from node.runtime.messages import Post
from node.runtime.peering.times import EARLIEST_MS, LATEST_MS

MAX_BODY_BYTES: Final = 65_536
"""The longest text, every character escaped, and some room. Stops bodies that fill memory."""

MAX_RAW_NAME_CHARS: Final = 160
"""A name before it is cleaned and cut to 40: decomposed letters take up to four code points."""

MAX_CURSOR_CHARS: Final = 64
MAX_QUERY_CHARS: Final = 200
"""Words to search for. Stops queries that cost more than reading everything."""

MAX_ADDRESS_CHARS: Final = 300
"""A host name of 253 characters and a port; stops names that no resolver takes."""
MAX_INTERFACE_CHARS: Final = 15
"""IFNAMSIZ of linux/if.h, without the end."""
MAX_VISIT_S: Final = 120.0
"""A courier turn is 25 s at most; stops visits that hold a connection for ever."""

MAX_WORDS_CHARS: Final = 200
"""Twelve words of eight letters with numbers and commas. Stops texts that cost more to read."""

CATEGORIES: Final = {
    "safe": Category.SAFE,
    "help": Category.HELP,
    "looking": Category.LOOKING,
    "offer": Category.OFFER,
    "info": Category.INFO,
}

Name = Annotated[str, Meta(min_length=1, max_length=MAX_RAW_NAME_CHARS)]
Hex64 = Annotated[str, Meta(pattern=HEX_64)]


class NewIdentity(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Body of ``POST /auth/init``."""

    name: Name
    carry_public: Hex64 | None = None
    """Public half of the carry key the phone drew."""


class CarryRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Body of ``POST /auth/carry``: author and proof, or secret with or without author, or drop.

    Empty: draw a new secret.
    """

    author: Hex64 | None = None
    """Whom to go on as."""
    proof: Annotated[str, Meta(pattern=HEX_128)] | None = None
    """Signature of the author's carry key, for the caller's author."""
    secret: Annotated[str, Meta(min_length=1, max_length=MAX_WORDS_CHARS)] | None = None
    """Twelve words, or 32 hexadecimal digits."""
    drop: Hex64 | None = None
    """An author that no longer speaks as the caller."""

    def check(self) -> None:
        """Return if what is given goes together.

        Raises:
            InvalidError: it does not.
        """
        names = ("author", "proof", "secret", "drop")
        given = frozenset(name for name in names if getattr(self, name) is not None)
        if given not in _CARRY_FORMS:
            why = "Give author and proof, or secret, or author and secret, or drop, or nothing."
            raise InvalidError([FieldError(name, why) for name in sorted(given)])


_CARRY_FORMS: Final = frozenset(
    map(
        frozenset,
        ((), ("author", "proof"), ("secret",), ("author", "secret"), ("drop",)),
    )
)


class HandoverWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Body of ``POST /auth/handover/redeem``."""

    words: Annotated[str, Meta(min_length=1, max_length=MAX_WORDS_CHARS)]
    """Four words, as typed."""


class NewRoom(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Body of ``POST /rooms``."""

    name: Name


class ReadMark(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Body of ``POST /rooms/{room_id}/read``."""

    up_to: Annotated[str, Meta(min_length=1, max_length=MAX_CURSOR_CHARS)]
    """Cursor of the last message that was seen."""


class NewMessage(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Body of ``POST /rooms/{room_id}/messages``."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_CHARS)]
    category: Literal["safe", "help", "looking", "offer", "info"] | None = None
    place: Annotated[str, Meta(max_length=MAX_PLACE_CHARS)] | None = None
    urgent: bool = False
    reply_to: Hex64 | None = None
    client_id: Annotated[str, Meta(pattern=CLIENT_ID)] | None = None
    """Made by the client; the same one again means the same message, not a second one."""

    def post(self) -> Post:
        """Return what is to be posted."""
        return Post(
            text=self.text,
            category=None if self.category is None else CATEGORIES[self.category],
            place=self.place,
            urgent=self.urgent,
            reply_to=None if self.reply_to is None else EnvelopeId(bytes.fromhex(self.reply_to)),
            client_id=self.client_id,
        )


class Visit(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Body of ``POST /links``."""

    address: Annotated[str, Meta(min_length=1, max_length=MAX_ADDRESS_CHARS)]
    """HOST or HOST:PORT; IPv6 with a port stands in brackets."""
    interface: Annotated[str, Meta(min_length=1, max_length=MAX_INTERFACE_CHARS)] | None = None
    """For a link-local address that does not say it."""
    deadline_s: Annotated[float, Meta(gt=0, le=MAX_VISIT_S)] = 25.0
    """For all of it."""


class PhoneTime(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Body of ``POST /clock/vote``."""

    phone_ms: Annotated[int, Meta(ge=EARLIEST_MS, le=LATEST_MS)]
    """Milliseconds since the Unix epoch."""


class AdminToken(msgspec.Struct, frozen=True):
    """Answer of ``POST /admin/token``."""

    token: str
    """64 hex digits, never shown again; the one before is void."""


def room_of(text: str) -> RoomId:
    """Return the room that a path or query names; its form was checked."""
    return EVERYONE if text == "everyone" else RoomId(bytes.fromhex(text))
