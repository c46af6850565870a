"""What all frames are made of: a type byte, a reader that fails in one way, a bounded writer."""

from collections.abc import Iterable
from enum import IntEnum
from typing import TypeVar

from node.protocol import varint
from node.protocol.errors import DecodeError
from node.protocol.ids import HANDLE_BYTES, LogHandle
from node.protocol.ranges import MAX_RUNS, Ranges
from node.sync import limits

_E = TypeVar("_E", bound=IntEnum)


class FrameType(IntEnum):
    """First byte of a frame."""

    CLOSE = 0
    HELLO = 1
    ROWS = 2
    BUCKETS = 3
    WANT = 4
    DATA = 5
    GONE = 6
    STORED = 7
    DELTA = 8
    REPAIR = 9
    KEEPALIVE = 10


class Reader:
    """Reads one frame from after its type byte; its methods raise DecodeError and nothing else."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 1
        """Position of what is read next."""

    @property
    def more(self) -> bool:
        """Return whether anything is left."""
        return self.at < len(self.data)

    def fixed(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        end = self.at + size
        if end > len(self.data):
            raise DecodeError("truncated", f"{len(self.data) - self.at} bytes where {size} belong")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def rest(self, maximum: int, reason: str) -> bytes:
        """Return all that is left: 1 to ``maximum`` bytes, else refused for ``reason``."""
        left = len(self.data) - self.at
        if not 1 <= left <= maximum:
            raise DecodeError(reason, f"{left} bytes where 1 to {maximum} belong")
        return self.fixed(left)

    def byte(self) -> int:
        """Return the next byte."""
        return self.fixed(1)[0]

    def unsigned(self, size: int) -> int:
        """Return the next ``size`` bytes as a number, most significant first."""
        return int.from_bytes(self.fixed(size))

    def number(self, maximum: int) -> int:
        """Return the next varint."""
        value, self.at = varint.decode(self.data, self.at, maximum=maximum)
        return value

    def code(self, codes: type[_E]) -> _E:
        """Return the next byte as one of ``codes``."""
        value = self.byte()
        try:
            return codes(value)
        except ValueError:
            raise DecodeError("code", f"no {codes.__name__} {value}") from None

    def flags(self, known: int) -> int:
        """Return the next byte, of which only the bits ``known`` may be set."""
        value = self.byte()
        if value & ~known:
            raise DecodeError("flags", f"{value:#04x} where only bits {known:#04x} have a meaning")
        return value

    def handle(self) -> LogHandle:
        """Return the next handle."""
        return LogHandle(self.fixed(HANDLE_BYTES))

    def ranges(self) -> Ranges:
        """Return the next set of positions."""
        value, self.at = Ranges.read(self.data, self.at)
        return value

    def end(self) -> None:
        """Check that nothing is left."""
        if self.more:
            raise DecodeError("trailing", f"{len(self.data) - self.at} bytes after the frame")


def check_count(entries: int) -> None:
    """Refuse more entries than a frame may have.

    Raises:
        DecodeError: there are more.
    """
    if entries > limits.MAX_ENTRIES:
        raise DecodeError("entries", f"more than {limits.MAX_ENTRIES} entries")


def framed(frame_type: FrameType, parts: Iterable[bytes]) -> bytes:
    """Return the bytes of a frame.

    Raises:
        ValueError: it would be too long; the caller has to say less in one frame.
    """
    data = bytes([frame_type]) + b"".join(parts)
    if len(data) > limits.MAX_FRAME_BYTES:
        raise ValueError(f"{frame_type.name} of {len(data)} bytes")
    return data


def named(handle: LogHandle, positions: Ranges) -> bytes:
    """Return the bytes of positions of a log that is named.

    Raises:
        ValueError: the handle has not 8 bytes, or there are no runs or too many; a mistake of
            the caller.
    """
    check_within(len(positions.runs), MAX_RUNS, 1)
    return sized(handle, HANDLE_BYTES) + positions.encode()


def check_within(value: int, maximum: int, minimum: int = 0) -> None:
    """Refuse to write a number that no receiver takes.

    Raises:
        ValueError: it is out of range; a mistake of the caller.
    """
    if not minimum <= value <= maximum:
        raise ValueError(f"{value} is not within {minimum} to {maximum}")


def sized(value: bytes, size: int) -> bytes:
    """Return ``value``, which has to have ``size`` bytes.

    Raises:
        ValueError: it has not; a mistake of the caller.
    """
    if len(value) != size:
        raise ValueError(f"{len(value)} bytes where {size} belong")
    return value
