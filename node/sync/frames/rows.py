"""ROWS and BUCKETS: what a side has seen, log by log or summed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from node.protocol import varint
from node.protocol.errors import DecodeError
from node.protocol.frontier import Row
from node.protocol.limits import MAX_SEQ
from node.sync import limits
from node.sync.frames.wire import FrameType, Reader, check_within, framed, sized

REST_SUM_BYTES: Final = 8
BUCKETS: Final = 256
BUCKET_SUM_BYTES: Final = 6
BITMAP_BYTES: Final = BUCKETS // 8

_MAX_REST_SUM: Final = (1 << 8 * REST_SUM_BYTES) - 1
_MAX_BUCKET_SUM: Final = (1 << 8 * BUCKET_SUM_BYTES) - 1
_MAX_LOWEST: Final = MAX_SEQ + 1
_TURN_ENDS: Final = 1
_FINAL: Final = 2


class RowsMode(IntEnum):
    """Which rows a ROWS frame has."""

    SINCE = 0
    ALL = 1
    NEWEST = 2
    BUCKETED = 3
    ANSWER = 4


@dataclass(frozen=True, slots=True)
class Rows:
    """One frame of a turn in an exchange."""

    mode: RowsMode
    turn_ends: bool
    """The sender's turn ends with this frame."""
    final: bool
    """The sender has no further turn in this exchange."""
    changed_n: int
    """The sender's number of changes when the exchange began."""
    rows: tuple[Row, ...] = ()
    lowest_served: tuple[tuple[int, int], ...] = ()
    """(index, position) of each row whose lowest served position is above 1."""
    rest_count: int = 0
    """Only of NEWEST: rows not named."""
    rest_sum: int = 0
    """Only of NEWEST: their salted sum, modulo 2^64."""
    bitmap: bytes = bytes(BITMAP_BYTES)
    """Only of BUCKETED: for the first handle byte b, bit ``0x80 >> b % 8`` of byte b // 8."""

    def encode(self) -> bytes:
        """Return the bytes of the frame.

        Raises:
            ValueError: a field is out of range, or there are too many rows.
        """
        return encode_rows(self, [row.encode() for row in self.rows], self.lowest_served)

    @classmethod
    def read(cls, reader: Reader) -> "Rows":
        """Return the frame after its type byte; DecodeError when there is none."""
        mode = reader.code(RowsMode)
        flags = reader.flags(_TURN_ENDS | _FINAL)
        changed_n = reader.number(limits.MAX_COUNT)
        newest, bucketed = mode is RowsMode.NEWEST, mode is RowsMode.BUCKETED
        rest_count = reader.number(limits.MAX_REST) if newest else 0
        rest_sum = reader.unsigned(REST_SUM_BYTES) if newest else 0
        bitmap = reader.fixed(BITMAP_BYTES) if bucketed else bytes(BITMAP_BYTES)
        rows = _read_rows(reader)
        return cls(
            mode, bool(flags & _TURN_ENDS), bool(flags & _FINAL), changed_n, rows,
            _read_trailer(reader, rows), rest_count, rest_sum, bitmap,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Buckets:
    """The salted sums of a side's rest by first handle byte."""

    sums: tuple[int, ...]
    """256, each modulo 2^48."""

    def encode(self) -> bytes:
        """Return the bytes of the frame.

        Raises:
            ValueError: the sums are not 256 of 48 bits; a mistake of the caller.
        """
        check_within(len(self.sums), BUCKETS, BUCKETS)
        for each in self.sums:
            check_within(each, _MAX_BUCKET_SUM)
        return framed(FrameType.BUCKETS, (each.to_bytes(BUCKET_SUM_BYTES) for each in self.sums))

    @classmethod
    def read(cls, reader: Reader) -> "Buckets":
        """Return the frame after its type byte; DecodeError when there is none."""
        return cls(tuple(reader.unsigned(BUCKET_SUM_BYTES) for _ in range(BUCKETS)))


def encode_rows(
    turn: Rows, rows: Sequence[bytes], lowest_served: Sequence[tuple[int, int]]
) -> bytes:
    """Return the frame that says ``turn`` with encoded ``rows`` for its own.

    Raises:
        ValueError: a field is out of range, or there are too many rows.
    """
    content = b"".join(rows)
    check_within(turn.changed_n, limits.MAX_COUNT)
    check_within(len(rows), limits.MAX_ROWS)
    check_within(len(content), limits.MAX_ROWS_BYTES)
    flags = turn.turn_ends * _TURN_ENDS | turn.final * _FINAL
    by_mode = b""
    if turn.mode is RowsMode.NEWEST:
        check_within(turn.rest_count, limits.MAX_REST)
        check_within(turn.rest_sum, _MAX_REST_SUM)
        by_mode = varint.encode(turn.rest_count) + turn.rest_sum.to_bytes(REST_SUM_BYTES)
    elif turn.mode is RowsMode.BUCKETED:
        by_mode = sized(turn.bitmap, BITMAP_BYTES)
    head = bytes([turn.mode, flags]) + varint.encode(turn.changed_n) + by_mode
    after = -1
    trailer: list[bytes] = []
    for index, lowest in lowest_served:
        check_within(index, len(rows) - 1, after + 1)
        check_within(lowest, _MAX_LOWEST, 2)
        trailer.append(varint.encode(index) + varint.encode(lowest))
        after = index
    counts = varint.encode(len(rows)), varint.encode(len(trailer))
    return framed(FrameType.ROWS, [head, counts[0], content, counts[1], *trailer])


def _read_rows(reader: Reader) -> tuple[Row, ...]:
    count = reader.number(limits.MAX_ROWS)
    data, at = reader.data, reader.at
    rows: list[Row] = []
    for _ in range(count):
        row, at = Row.read(data, at)
        rows.append(row)
    if at - reader.at > limits.MAX_ROWS_BYTES:
        raise DecodeError("entries", f"more than {limits.MAX_ROWS_BYTES} bytes of rows")
    reader.at = at
    return tuple(rows)


def _read_trailer(reader: Reader, rows: tuple[Row, ...]) -> tuple[tuple[int, int], ...]:
    trailer: list[tuple[int, int]] = []
    after = -1
    for _ in range(reader.number(len(rows))):
        index = reader.number(limits.MAX_ROWS)
        if index <= after:
            raise DecodeError("order", "indices not rising")
        if index >= len(rows):
            raise DecodeError("trailer", f"index {index} of {len(rows)} rows")
        lowest = reader.number(rows[index].head + 1)
        if lowest <= 1:
            raise DecodeError("trailer", f"lowest served {lowest}")
        trailer.append((index, lowest))
        after = index
    return tuple(trailer)
