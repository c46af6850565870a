"""Messages: a version byte, then ranges that follow one another up to infinity."""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from node.protocol import varint
from node.protocol.errors import DecodeError
from node.sync.limits import MAX_REPAIR_RANGES
from node.sync.negentropy.items import END, FINGERPRINT_BYTES, ID_BYTES, INFINITY, START, Bound

VERSION: Final = 0x61
VERSIONS: Final = range(0x60, 0x70)
"""First bytes of messages of any version of the protocol."""


class Mode(IntEnum):
    """What is said of a range."""

    SKIP = 0
    FINGERPRINT = 1
    IDS = 2


class Range(NamedTuple):
    """What is said from the bound before up to ``bound``."""

    bound: Bound
    mode: Mode
    payload: bytes
    """The fingerprint, or the ids one after another."""


def read_ranges(message: bytes) -> Iterator[Range]:
    """Return the ranges of a message, each when asked for.

    Raises:
        DecodeError: the next range is none.
    """
    at, before = 1, START
    for _ in range(MAX_REPAIR_RANGES):
        if at == len(message):
            return
        bound, at = _read_bound(message, at, before.timestamp)
        if _filled(bound) < _filled(before):
            raise DecodeError("negentropy", "a range ends before it begins")
        number, at = varint.decode(message, at, maximum=max(Mode))
        size = 0
        if number == Mode.FINGERPRINT:
            size = FINGERPRINT_BYTES
        elif number == Mode.IDS:
            count, at = varint.decode(message, at, maximum=len(message) // ID_BYTES)
            size = count * ID_BYTES
        yield Range(bound, Mode(number), _taken(message, at, size))
        at += size
        before = bound
    if at < len(message):
        raise DecodeError("negentropy", f"more than {MAX_REPAIR_RANGES} ranges")


class MessageWriter:
    """Writes one message; timestamps are written as what they add to the one before."""

    __slots__ = ("_timestamp", "data")

    def __init__(self) -> None:
        self.data = bytearray([VERSION])
        self._timestamp = 0

    def add(self, bound: Bound, mode: Mode, payload: bytes = b"") -> None:
        """Append what is said of the range up to ``bound``."""
        timestamp, prefix = bound
        step = 0 if timestamp == INFINITY else timestamp - self._timestamp + 1
        self._timestamp = timestamp
        self.data += varint.encode(step) + varint.encode(len(prefix)) + prefix
        self.data += varint.encode(mode)
        if mode is Mode.IDS:
            self.data += varint.encode(len(payload) // ID_BYTES)
        self.data += payload


def _read_bound(message: bytes, at: int, before: int) -> tuple[Bound, int]:
    step, at = varint.decode(message, at, maximum=INFINITY)
    size, at = varint.decode(message, at, maximum=ID_BYTES)
    prefix = _taken(message, at, size)
    at += size
    if not step or before == INFINITY:
        return END, at
    timestamp = before + step - 1
    if timestamp >= INFINITY:
        raise DecodeError("negentropy", "a timestamp of 2^64 - 1 or above")
    return Bound(timestamp, prefix), at


def _filled(bound: Bound) -> tuple[int, bytes]:
    return bound.timestamp, bound.id.ljust(ID_BYTES, b"\0")


def _taken(message: bytes, at: int, size: int) -> bytes:
    if at + size > len(message):
        raise DecodeError("truncated", f"{len(message) - at} bytes where {size} belong")
    return message[at : at + size]
