"""Says what may be too much for one frame in as many as it takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from node.protocol.frontier import Row
from node.protocol.ids import LogHandle
from node.protocol.ranges import MAX_RUNS, Ranges
from node.sync import limits
from node.sync.frames.custody import Delta, Gone, Stored, StoredEntry, delta_bytes
from node.sync.frames.rows import Rows, encode_rows
from node.sync.frames.want import Asked, Listed, Want, bitmap_bytes
from node.sync.frames.wire import named

_BESIDE_BYTES: Final = 64
"""Above what any frame has beside its entries, rows, trailer and bitmap."""
_TRAILER_ENTRY_BYTES: Final = 7
"""The longest index and position."""


def pack_rows(turn: Rows, rows: Sequence[tuple[bytes, int]]) -> list[bytes]:
    """Return the frames, as bytes, that say ``turn`` with ``rows``: at least one.

    Args:
        turn: all but the rows; its flags go to the last frame alone.
        rows: encoding and lowest served position of each, which a trailer has when above 1.

    Raises:
        ValueError: a field of ``turn`` is out of range; a mistake of the caller.
    """
    trailers = [_TRAILER_ENTRY_BYTES * (lowest > 1) for _, lowest in rows]
    rows_bytes = [len(row) for row, _ in rows]
    batches = [rows[low:high] for low, high in _row_batches(rows_bytes, trailers)]
    before = replace(turn, turn_ends=False, final=False)
    turns = [*[before] * (len(batches) - 1), turn]
    return [
        encode_rows(
            each,
            [row for row, _ in batch],
            [(index, lowest) for index, (_, lowest) in enumerate(batch) if lowest > 1],
        )
        for each, batch in zip(turns, batches, strict=True)
    ]


def pack_want(
    shown: Sequence[Row], asked: Mapping[int, Ranges], listed: Sequence[Listed] = ()
) -> list[Want]:
    """Return the frames that ask for all this: the answer to a ROWS frame first, if any.

    Of each log no more than one WANT may ask for is asked, the lowest positions first. What
    does not fit the first frame is asked for by handle in further ones.

    Args:
        shown: the rows of the ROWS frame that is answered; empty when none is.
        asked: wanted positions by index into ``shown``, none above the head of its row.
        listed: wanted positions by handle.
    """
    fit: list[Asked] = []
    by_handle: list[Listed] = []
    room = limits.MAX_FRAME_BYTES - _BESIDE_BYTES - bitmap_bytes(len(shown))
    for index, all_wanted in sorted(asked.items()):
        wanted = all_wanted.head(limits.MAX_WANTED_POSITIONS)
        if not wanted:
            continue
        entry = Asked.of(index, wanted, shown[index].head)
        room -= len(entry.encode())
        if room >= 0:
            fit.append(entry)
        else:
            by_handle.append((shown[index].handle, wanted))
    few = [(handle, wanted.head(limits.MAX_WANTED_POSITIONS)) for handle, wanted in listed]
    by_handle += ((handle, wanted) for handle, wanted in few if wanted)
    sizes = [len(named(*entry)) for entry in by_handle]
    further = [Want(0, (), tuple(by_handle[low:high])) for low, high in _batches(sizes)]
    return [Want(len(shown), tuple(fit)), *further] if shown else further


def pack_stored(entries: Sequence[StoredEntry]) -> list[Stored]:
    """Return the frames that say all ``entries``, in order; none when there are none.

    Of one with too many runs for the wire the highest are said, to whose end its tip belongs.
    """
    said = [replace(entry, positions=Ranges(entry.positions.runs[-MAX_RUNS:])) for entry in entries]
    sizes = [len(entry.encode()) for entry in said]
    return [Stored(tuple(said[low:high])) for low, high in _batches(sizes)]


def pack_gone(entries: Sequence[tuple[LogHandle, Ranges]]) -> list[Gone]:
    """Return the frames that say all ``entries``, in order; none when there are none."""
    said = [
        (handle, Ranges(gone.runs[low : low + MAX_RUNS]))
        for handle, gone in entries
        for low in range(0, len(gone.runs), MAX_RUNS)
    ]
    sizes = [len(named(*entry)) for entry in said]
    return [Gone(tuple(said[low:high])) for low, high in _batches(sizes)]


def pack_delta(rows: Sequence[Row]) -> list[Delta]:
    """Return the frames that tell of the heads of ``rows``, in order; none when there are none."""
    bare = [replace(row, holes=()) for row in rows]
    sizes = [len(delta_bytes(row)) for row in bare]
    return [Delta(tuple(bare[low:high])) for low, high in _batches(sizes)]


def _batches(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Return (first, beyond last) of each run of entries that fits a frame."""
    start, room = 0, limits.MAX_FRAME_BYTES - _BESIDE_BYTES
    for number, size in enumerate(sizes):
        if number > start and (size > room or number - start == limits.MAX_ENTRIES):
            yield start, number
            start, room = number, limits.MAX_FRAME_BYTES - _BESIDE_BYTES
        room -= size
    if sizes:
        yield start, len(sizes)


def _row_batches(rows: Sequence[int], trailers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Return (first, beyond last) of each run of rows that fits a ROWS frame; at least one."""
    start = size = whole = 0
    for number, (row, trailer) in enumerate(zip(rows, trailers, strict=True)):
        size, whole = size + row, whole + row + trailer
        if (
            size > limits.MAX_ROWS_BYTES
            or whole > limits.MAX_FRAME_BYTES - _BESIDE_BYTES
            or number - start == limits.MAX_ROWS
        ):
            yield start, number
            start, size, whole = number, row, row + trailer
    yield start, len(rows)
