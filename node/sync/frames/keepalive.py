"""KEEPALIVE: still here, so much dealt with, and what the pair's digests are."""

from dataclasses import dataclass
from typing import Final

from node.protocol import varint
from node.protocol.frontier import DIGEST_BYTES
from node.sync import limits
from node.sync.frames.hello import CLASSES
from node.sync.frames.wire import FrameType, Reader, check_within, framed, sized

_SUMMARY: Final = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """What the sender has seen of the pair's rooms."""

    changed_n: int
    digests: tuple[bytes, ...]
    """8 bytes for each class."""

    def encode(self) -> bytes:
        """Return the bytes; ValueError when a field is out of range."""
        check_within(self.changed_n, limits.MAX_COUNT)
        check_within(len(self.digests), CLASSES, CLASSES)
        digests = b"".join(sized(digest, DIGEST_BYTES) for digest in self.digests)
        return varint.encode(self.changed_n) + digests


@dataclass(frozen=True, slots=True)
class Keepalive:
    """Sent when there is nothing else, and to give credit."""

    consumed: int
    """Bytes of DATA frames that the sender has dealt with on this link."""
    summary: Summary | None = None

    def encode(self) -> bytes:
        """Return the bytes of the frame; ValueError when a field is out of range."""
        check_within(self.consumed, limits.MAX_COUNT)
        summary = bytes([_SUMMARY]) + self.summary.encode() if self.summary else bytes(1)
        return framed(FrameType.KEEPALIVE, [varint.encode(self.consumed), summary])

    @classmethod
    def read(cls, reader: Reader) -> "Keepalive":
        """Return the frame after its type byte; DecodeError when there is none."""
        consumed = reader.number(limits.MAX_COUNT)
        if not reader.flags(_SUMMARY):
            return cls(consumed)
        changed_n = reader.number(limits.MAX_COUNT)
        digests = tuple(reader.fixed(DIGEST_BYTES) for _ in range(CLASSES))
        return cls(consumed, Summary(changed_n, digests))
