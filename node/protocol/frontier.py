"""The frontier: names of logs, and the sums over rows by which two boxes find what differs."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from node.protocol.ids import HANDLE_BYTES, LogHandle, RoomId, VerifyKey
from node.protocol.row import TIP_BYTES, Hole, Row, TooManyHolesError

__all__ = [
    "DIGEST_BYTES", "TIP_BYTES", "Hole", "LogKey", "Row", "Sum", "TooManyHolesError",
    "digest", "row_hash",
]  # fmt: skip

DIGEST_BYTES: Final = 8

_SUM_BYTES: Final = 32
_COUNT_BYTES: Final = 4
_MODULUS: Final = 1 << 8 * _SUM_BYTES


@dataclass(frozen=True, slots=True)
class LogKey:
    """What makes a log: its positions are counted and its forks noticed within it."""

    author: VerifyKey
    epoch: int
    class_: int
    room: RoomId

    @property
    def handle(self) -> LogHandle:
        """Return its 8-byte name between peers; two logs may share one, if badly unlucky."""
        name = self.author + self.epoch.to_bytes(4) + self.class_.to_bytes(1) + self.room
        return LogHandle(hashlib.sha256(name).digest()[:HANDLE_BYTES])


def row_hash(row: Row) -> int:
    """Return SHA-256 of the row's bytes as an integer, most significant byte first.

    Raises:
        ValueError: nothing was seen; such a log has no row.
    """
    return int.from_bytes(hashlib.sha256(row.encode()).digest())


@dataclass(frozen=True, slots=True)
class Sum:
    """The rows of one (room, class), added up; a changed row is one subtract and one add."""

    total: int = 0
    """Sum of the rows' hashes modulo 2^256."""
    rows: int = 0

    def add(self, row: Row) -> "Sum":
        """Return the sum with ``row``."""
        return self + Sum(row_hash(row), 1)

    def subtract(self, row: Row) -> "Sum":
        """Return the sum without ``row``, which must have been added just as it is."""
        return self - Sum(row_hash(row), 1)

    def __add__(self, other: "Sum") -> "Sum":
        """Return the sum over the rows of both, which must not share a log."""
        return Sum((self.total + other.total) % _MODULUS, self.rows + other.rows)

    def __sub__(self, other: "Sum") -> "Sum":
        """Return the sum without the rows of ``other``."""
        return Sum((self.total - other.total) % _MODULUS, self.rows - other.rows)


def digest(sums: Iterable[Sum]) -> bytes:
    """Return 8 bytes that are equal for equal rows: the digest of one class.

    Args:
        sums: of that class, one for each room that counts, in any order.
    """
    whole = sum(sums, Sum())
    data = whole.total.to_bytes(_SUM_BYTES) + whole.rows.to_bytes(_COUNT_BYTES)
    return hashlib.sha256(data).digest()[:DIGEST_BYTES]
