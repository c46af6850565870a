"""WANT: positions asked for, of rows just shown and of logs by name."""

from dataclasses import dataclass
from typing import Final

from node.protocol import limits as protocol_limits
from node.protocol import varint
from node.protocol.errors import DecodeError
from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges, Run
from node.sync import limits
from node.sync.frames.wire import FrameType, Reader, check_within, framed, named

_OPEN: Final = protocol_limits.MAX_SEQ + 1
"""Where an open end reaches while the head is not known: where no position can be."""

Listed = tuple[LogHandle, Ranges]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one row that was shown."""

    index: int
    """Of the row, in the ROWS frame that is answered."""
    ranges: Ranges
    """Whose end is known; may be empty only beside ``open_from``."""
    open_from: int | None = None
    """From here to the head of the row, too."""

    @classmethod
    def of(cls, index: int, ranges: Ranges, head: int) -> "Asked":
        """Return what asks for ``ranges`` of a row with this head, as short as can be."""
        if not ranges or ranges.last != head:
            return cls(index, ranges)
        return cls(index, Ranges(ranges.runs[:-1]), ranges.runs[-1].first)

    def positions(self, head: int) -> Ranges:
        """Return what is asked for, given the head of the row as it was shown.

        Raises:
            DecodeError: it reaches above the head, or is more than one WANT may ask of a log.
        """
        runs = self.ranges.runs
        if self.open_from is not None:
            runs = (*runs, Run(self.open_from, head))
        if runs[-1].first > head or runs[-1].last > head:
            raise DecodeError("ranges", f"asked above the head {head}")
        asked = Ranges(runs)
        _check_positions(asked)
        return asked

    def encode(self) -> bytes:
        """Return the ranges in the bitmap part; ValueError when nothing or too much is asked."""
        check_within(self.ranges.count, limits.MAX_WANTED_POSITIONS)
        if self.open_from is None:
            return self.ranges.encode()
        check_within(self.open_from, protocol_limits.MAX_SEQ, 2 + (self.ranges.last or -1))
        return Ranges((*self.ranges.runs, Run(self.open_from, _OPEN))).encode(open_end=True)

    @classmethod
    def read(cls, index: int, reader: Reader) -> "Asked":
        """Return what is asked of the row at ``index``; DecodeError when there is nothing."""
        start = reader.at
        ranges, reader.at = Ranges.read(reader.data, start, head=_OPEN)
        if ranges.last < _OPEN:
            _check_positions(ranges)
            return cls(index, ranges)
        last = ranges.runs[-1]
        asked = cls(index, Ranges(ranges.runs[:-1]), last.first)
        _check_positions(asked.ranges)
        if last.first == _OPEN or asked.encode() != reader.data[start : reader.at]:
            raise DecodeError("ranges", f"a position above {protocol_limits.MAX_SEQ}")
        return asked


@dataclass(frozen=True, slots=True)
class Want:
    """Asks for envelopes; obliges nobody."""

    answers: int
    """Rows of the ROWS frame that is answered; 0 when none is."""
    rows: tuple[Asked, ...] = ()
    """By rising index."""
    listed: tuple[Listed, ...] = ()

    def encode(self) -> bytes:
        """Return the bytes of the frame.

        Raises:
            ValueError: a field is out of range; a mistake of the caller.
        """
        check_within(self.answers, limits.MAX_ROWS)
        check_within(len(self.listed), limits.MAX_ENTRIES)
        bitmap = bytearray(bitmap_bytes(self.answers))
        after = -1
        for asked in self.rows:
            check_within(asked.index, self.answers - 1, after + 1)
            bitmap[asked.index // 8] |= 0x80 >> asked.index % 8
            after = asked.index
        return framed(FrameType.WANT, [
            varint.encode(self.answers), bytes(bitmap), *(asked.encode() for asked in self.rows),
            varint.encode(len(self.listed)), *(named(*entry) for entry in self.listed),
        ])  # fmt: skip

    @classmethod
    def read(cls, reader: Reader) -> "Want":
        """Return the frame after its type byte; DecodeError when there is none."""
        answers = reader.number(limits.MAX_ROWS)
        bitmap = reader.fixed(bitmap_bytes(answers))
        if answers % 8 and bitmap[-1] & 0xFF >> answers % 8:
            raise DecodeError("bitmap", f"a bit beyond {answers} rows")
        indices = (index for index in range(answers) if bitmap[index // 8] & 0x80 >> index % 8)
        rows = tuple(Asked.read(index, reader) for index in indices)
        count = reader.number(limits.MAX_ENTRIES)
        return cls(answers, rows, tuple(_read_listed(reader) for _ in range(count)))


def bitmap_bytes(rows: int) -> int:
    """Return the length of the bitmap over ``rows`` rows."""
    return (rows + 7) // 8


def _check_positions(ranges: Ranges) -> None:
    if ranges.count > limits.MAX_WANTED_POSITIONS:
        raise DecodeError("ranges", f"{ranges.count} positions of one log asked for")


def _read_listed(reader: Reader) -> Listed:
    handle, ranges = reader.handle(), reader.ranges()
    _check_positions(ranges)
    return handle, ranges
