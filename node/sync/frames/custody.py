"""GONE, STORED and DELTA: what a box has no longer, has committed, has just seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from node.protocol.errors import DecodeError
from node.protocol.frontier import TIP_BYTES, Row
from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges
from node.sync import limits
from node.sync.frames.wire import FrameType, Reader, check_count, check_within, framed, named, sized


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """Positions that were committed."""

    handle: LogHandle
    positions: Ranges
    tip: bytes
    """First 4 bytes of the id at the end of the positions."""

    def encode(self) -> bytes:
        """Return the bytes of the entry; ValueError when it is none."""
        return named(self.handle, self.positions) + sized(self.tip, TIP_BYTES)


@dataclass(frozen=True, slots=True)
class Stored:
    """Says what the sender has committed."""

    entries: tuple[StoredEntry, ...]

    def encode(self) -> bytes:
        """Return the bytes of the frame; ValueError when there are no or too many entries."""
        return _framed(FrameType.STORED, [entry.encode() for entry in self.entries])

    @classmethod
    def read(cls, reader: Reader) -> "Stored":
        """Return the frame after its type byte; DecodeError when there is none."""
        entries: list[StoredEntry] = []
        while reader.more or not entries:
            entry = StoredEntry(reader.handle(), reader.ranges(), reader.fixed(TIP_BYTES))
            entries.append(entry)
            check_count(len(entries))
        return cls(tuple(entries))


@dataclass(frozen=True, slots=True)
class Gone:
    """Says what the sender has seen and holds no longer."""

    entries: tuple[tuple[LogHandle, Ranges], ...]

    def encode(self) -> bytes:
        """Return the bytes of the frame; ValueError when there are no or too many entries."""
        return _framed(FrameType.GONE, [named(*entry) for entry in self.entries])

    @classmethod
    def read(cls, reader: Reader) -> "Gone":
        """Return the frame after its type byte; DecodeError when there is none."""
        entries: list[tuple[LogHandle, Ranges]] = []
        while reader.more or not entries:
            entries.append((reader.handle(), reader.ranges()))
            check_count(len(entries))
        return cls(tuple(entries))


@dataclass(frozen=True, slots=True)
class Delta:
    """Tells of new heads; says nothing of what is below them."""

    rows: tuple[Row, ...]
    """Without holes."""

    def encode(self) -> bytes:
        """Return the bytes of the frame; ValueError when there are no or too many rows."""
        return _framed(FrameType.DELTA, [delta_bytes(row) for row in self.rows])

    @classmethod
    def read(cls, reader: Reader) -> "Delta":
        """Return the frame after its type byte; DecodeError when there is none."""
        rows: list[Row] = []
        while reader.more or not rows:
            row, reader.at = Row.read(reader.data, reader.at)
            if row.holes:
                raise DecodeError("row", "holes in DELTA")
            rows.append(row)
            check_count(len(rows))
        return cls(tuple(rows))


def _framed(frame_type: FrameType, parts: Sequence[bytes]) -> bytes:
    check_within(len(parts), limits.MAX_ENTRIES, 1)
    return framed(frame_type, parts)


def delta_bytes(row: Row) -> bytes:
    """Return the bytes of one row of a DELTA; ValueError when it has holes."""
    if row.holes:
        raise ValueError("a row with holes in DELTA")
    return row.encode()
