"""DATA: envelopes, each with the age that is said beside it."""

from dataclasses import dataclass
from typing import NamedTuple

from node.protocol import varint
from node.protocol.errors import DecodeError
from node.protocol.limits import MAX_ENVELOPE_BYTES
from node.sync import limits
from node.sync.frames.wire import FrameType, Reader, check_within, framed


class DataItem(NamedTuple):
    """One envelope on its way."""

    age_s: int
    exact: bytes
    """Its bytes, not looked into."""

    @property
    def size_bytes(self) -> int:
        """Return how much of a DATA frame it takes."""
        return len(self.exact) + len(varint.encode(len(self.exact)) + varint.encode(self.age_s))


@dataclass(frozen=True, slots=True)
class Data:
    """One or more envelopes."""

    items: tuple[DataItem, ...]

    def encode(self) -> bytes:
        """Return the bytes of the frame.

        Raises:
            ValueError: there is none, one is out of range, or all are too long for a frame.
        """
        check_within(len(self.items), limits.MAX_FRAME_BYTES, 1)
        parts: list[bytes] = []
        for age_s, exact in self.items:
            check_within(len(exact), MAX_ENVELOPE_BYTES, 1)
            check_within(age_s, limits.MAX_AGE_S)
            parts += varint.encode(len(exact)), varint.encode(age_s), exact
        return framed(FrameType.DATA, parts)

    @classmethod
    def read(cls, reader: Reader) -> "Data":
        """Return the frame after its type byte; DecodeError when there is none."""
        data, at = reader.data, reader.at
        decode = varint.decode
        items: list[DataItem] = []
        while at < len(data) or not items:
            length, at = decode(data, at, maximum=MAX_ENVELOPE_BYTES)
            age_s, at = decode(data, at, maximum=limits.MAX_AGE_S)
            if not 0 < length <= len(data) - at:
                reason = "truncated" if length else "empty"
                raise DecodeError(reason, f"envelope of {length} bytes in {len(data) - at}")
            items.append(DataItem(age_s, data[at : at + length]))
            at += length
        reader.at = at
        return cls(tuple(items))
