"""One row of the frontier: what a box has seen of one log.

*Seen* is stored, expired, evicted, declined or told, never what is still held: so that what
one box drops is not sent to it again. A row only grows, and to the same row in any order of
arrival.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from node.protocol import limits, varint
from node.protocol.errors import DecodeError
from node.protocol.ids import HANDLE_BYTES, PREV_BYTES, LogHandle

TIP_BYTES: Final = 4

_FORKED: Final = 0x80
_HOLE_COUNT: Final = 0x0F


class TooManyHolesError(Exception):
    """A ninth hole would open: neither store the envelope nor mark it seen; it comes again."""


class Hole(NamedTuple):
    """Positions below the head that were not seen."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Row:
    """What a box has seen of one log."""

    handle: LogHandle
    head: int = 0
    """Highest position verified here; 0 before the first."""
    tip: bytes = bytes(TIP_BYTES)
    """First 4 bytes of the id at ``head``; of a forked log, of the XOR of all ids."""
    holes: tuple[Hole, ...] = ()
    """Rising, never touching one another, all below ``head``."""
    forked: bool = False

    def seen(self, seq: int) -> bool:
        """Return whether position ``seq`` was seen."""
        return 1 <= seq <= self.head and not any(h.first <= seq <= h.last for h in self.holes)

    def with_seen(self, seq: int, id8: bytes) -> "Row":
        """Return the row after seeing an envelope at ``seq``.

        A row that is not forked and has seen the position stays as it is: it knows no ids but
        its tip, so whether this is a second envelope there is for the caller to find out.
        To a forked row each id of the log is given once, seen position or not.

        Args:
            seq: its position.
            id8: first 8 bytes of its id.

        Raises:
            TooManyHolesError: a ninth hole would open.
            ValueError: no position, or no 8 bytes; a mistake of the caller.
        """
        if not 1 <= seq <= limits.MAX_SEQ or len(id8) != PREV_BYTES:
            raise ValueError(f"no position {seq} or no {PREV_BYTES} bytes of an id")
        if seq > self.head:
            missing = (Hole(self.head + 1, seq - 1),) if seq > self.head + 1 else ()
            tip = _xor(self.tip, id8[:TIP_BYTES]) if self.forked else id8[:TIP_BYTES]
            return Row(self.handle, seq, tip, _bounded(self.holes + missing), self.forked)
        tip = _xor(self.tip, id8[:TIP_BYTES]) if self.forked else self.tip
        holes = _bounded(tuple(_cut(self.holes, seq, seq)))
        return Row(self.handle, self.head, tip, holes, self.forked)

    def with_told(self, first: int, last: int) -> "Row":
        """Return the row with positions marked seen of which no id is known.

        Raises:
            TooManyHolesError: a ninth hole would open.
            ValueError: the range reaches above the head, which only a verified id may raise.
        """
        if not 1 <= first <= last <= self.head:
            raise ValueError(f"positions {first} to {last} are not within 1 to {self.head}")
        holes = _bounded(tuple(_cut(self.holes, first, last)))
        return Row(self.handle, self.head, self.tip, holes, self.forked)

    def as_forked(self, ids: Iterable[bytes]) -> "Row":
        """Return the row of a forked log.

        Args:
            ids: every id of the log that is held or kept as a tombstone, each once; 8 bytes
                or more of each.
        """
        tip = bytes(TIP_BYTES)
        for each in ids:
            tip = _xor(tip, each[:TIP_BYTES])
        return Row(self.handle, self.head, tip, self.holes, forked=True)

    def encode(self) -> bytes:
        """Return the bytes of the row.

        Raises:
            ValueError: nothing was seen; such a log has no row.
        """
        if not self.head:
            raise ValueError("a log of which nothing was seen has no row")
        flags = len(self.holes) | (_FORKED if self.forked else 0)
        out = self.handle + varint.encode(self.head) + self.tip + bytes([flags])
        after = 0
        for hole in self.holes:
            out += varint.encode(hole.first - after - 1)
            out += varint.encode(hole.last - hole.first + 1)
            after = hole.last
        return out

    @classmethod
    def decode(cls, data: bytes) -> "Row":
        """Return the row whose bytes ``data`` are.

        Raises:
            DecodeError: they are not the encoding of a row.
        """
        row, end = cls.read(data, 0)
        if end != len(data):
            raise DecodeError("trailing", f"{len(data) - end} bytes after the row")
        return row

    @classmethod
    def read(cls, data: bytes, at: int) -> tuple["Row", int]:
        """Return the row that starts at ``at`` and the position after it.

        Raises:
            DecodeError: there is no encoding of a row.
        """
        tip_at = at + HANDLE_BYTES
        head, tip_at = varint.decode(data, tip_at, maximum=limits.MAX_SEQ)
        if not head:
            raise DecodeError("row", "nothing seen")
        flags_at = tip_at + TIP_BYTES
        if flags_at >= len(data):
            raise DecodeError("truncated", "row cut off")
        flags = data[flags_at]
        count = flags & _HOLE_COUNT
        if flags & ~(_FORKED | _HOLE_COUNT) or count > limits.MAX_HOLES:
            raise DecodeError("row", f"flags {flags:#04x}")
        holes, end = _read_holes(data, flags_at + 1, count, head)
        handle = LogHandle(data[at : at + HANDLE_BYTES])
        return cls(handle, head, data[tip_at:flags_at], holes, bool(flags & _FORKED)), end


def _bounded(holes: tuple[Hole, ...]) -> tuple[Hole, ...]:
    if len(holes) > limits.MAX_HOLES:
        raise TooManyHolesError(f"more than {limits.MAX_HOLES} holes")
    return holes


def _cut(holes: Iterable[Hole], first: int, last: int) -> Iterator[Hole]:
    """Return what is left of ``holes`` without the positions from ``first`` to ``last``."""
    for hole in holes:
        if hole.first < first:
            yield Hole(hole.first, min(hole.last, first - 1))
        if hole.last > last:
            yield Hole(max(hole.first, last + 1), hole.last)


def _read_holes(data: bytes, at: int, count: int, head: int) -> tuple[tuple[Hole, ...], int]:
    holes: list[Hole] = []
    after = 0
    for _ in range(count):
        gap, at = varint.decode(data, at, maximum=head)
        length, at = varint.decode(data, at, maximum=head)
        hole = Hole(after + gap + 1, after + gap + length)
        if not length or (holes and not gap) or hole.last >= head:
            raise DecodeError("row", f"hole {hole.first} to {hole.last} below head {head}")
        holes.append(hole)
        after = hole.last
    return tuple(holes), at


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
