"""What an author signs: twelve fields in one CBOR array."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from node.protocol import cbor, limits
from node.protocol.cbor import Value
from node.protocol.errors import DecodeError
from node.protocol.fields import Body
from node.protocol.frontier import LogKey
from node.protocol.ids import ID_BYTES, KEY_BYTES, PREV_BYTES, RoomId, VerifyKey

FIRST_PREV: Final = bytes(PREV_BYTES)
"""``prev`` of the first envelope of a log."""

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Payload:
    """What an author says, and where in which of its logs."""

    kind: int
    author: VerifyKey
    room: RoomId
    hlc: int
    epoch: int
    seq: int
    """Position in its log, from 1 without gaps."""
    prev: bytes
    """First 8 bytes of the id at ``seq - 1``; shows a fork, never decides validity."""
    class_: int
    quality: int
    """Clock quality of the author's box."""
    ttl_s: int
    body: Body
    """Not to be changed."""

    @property
    def log(self) -> LogKey:
        """Return the log this is a part of."""
        return LogKey(self.author, self.epoch, self.class_, self.room)


def encode(payload: Payload) -> bytes:
    """Return the only encoding of ``payload``.

    Raises:
        ValueError: a number or a text in it has none.
    """
    fields: tuple[Value, ...] = (
        _VERSION, payload.kind, payload.author, payload.room, payload.hlc, payload.epoch,
        payload.seq, payload.prev, payload.class_, payload.quality, payload.ttl_s, payload.body,
    )  # fmt: skip
    return cbor.encode(fields)


def decode(data: bytes) -> Payload:
    """Return the payload, each field within its range; the rules of kinds are not looked at.

    Raises:
        DecodeError: ``data`` is not the encoding of such a payload.
    """
    value = cbor.decode(data, max_depth=limits.MAX_DEPTH)
    if not isinstance(value, tuple) or not value:
        raise DecodeError("payload", "no array of twelve fields")
    _uint("version", value[0], least=_VERSION, most=_VERSION)
    try:
        _, kind, author, room, hlc, epoch, seq, prev, class_, quality, ttl_s, body = value
    except ValueError:
        raise DecodeError("payload", f"{len(value)} fields") from None
    if not isinstance(body, str | Mapping):
        raise DecodeError("body", "neither text nor map")
    return Payload(
        kind=_uint("kind", kind, least=limits.FIRST_KIND, most=limits.MAX_KIND),
        author=VerifyKey(_sized("author", author, KEY_BYTES)),
        room=RoomId(_sized("room", room, ID_BYTES)),
        hlc=_uint("hlc", hlc, most=limits.MAX_UINT64),
        epoch=_uint("epoch", epoch, most=limits.MAX_EPOCH),
        seq=_uint("seq", seq, least=1, most=limits.MAX_SEQ),
        prev=_sized("prev", prev, PREV_BYTES),
        class_=_uint("class", class_, most=limits.MAX_CLASS),
        quality=_uint("quality", quality, most=limits.MAX_QUALITY),
        ttl_s=_uint("ttl", ttl_s, most=limits.MAX_TTL_S),
        body=body,
    )


def _uint(field: str, value: Value, *, least: int = 0, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise DecodeError(field, f"no integer from {least} to {most}")
    return value


def _sized(field: str, value: Value, size: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise DecodeError(field, f"no byte string of {size} bytes")
    return value
