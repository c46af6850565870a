"""Sets of positions of one log, as runs: what is wanted, gone, stored, told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from node.protocol import limits, varint
from node.protocol.errors import DecodeError

MAX_RUNS: Final = 1_024
"""Runs in one set on the wire, twice what 1,000 scattered positions could need in practice.

Stops a set whose handling costs more than the envelopes it speaks of.
"""


class Run(NamedTuple):
    """Positions that follow one another."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Ranges:
    """A set of positions, as rising runs that never touch one another."""

    runs: tuple[Run, ...] = ()

    @classmethod
    def of(cls, runs: Iterable[tuple[int, int]]) -> "Ranges":
        """Return the set of all positions in ``runs``, (first, last) in any order."""
        joined: list[Run] = []
        for first, last in sorted(runs):
            if first > last:
                continue
            if joined and first <= joined[-1].last + 1:
                joined[-1] = Run(joined[-1].first, max(joined[-1].last, last))
            else:
                joined.append(Run(first, last))
        return cls(tuple(joined))

    @classmethod
    def at(cls, positions: Iterable[int]) -> "Ranges":
        """Return the set of these positions."""
        return cls.of((position, position) for position in positions)

    def __bool__(self) -> bool:
        """Return whether there is any position."""
        return bool(self.runs)

    def __contains__(self, position: int) -> bool:
        """Return whether ``position`` is in the set."""
        return any(run.first <= position <= run.last for run in self.runs)

    def __iter__(self) -> Iterator[int]:
        """Return the positions, rising; bound ``count`` before walking a stranger's set."""
        return (position for run in self.runs for position in range(run.first, run.last + 1))

    @property
    def count(self) -> int:
        """Return how many positions there are."""
        return sum(run.last - run.first + 1 for run in self.runs)

    @property
    def last(self) -> int:
        """Return the highest position; 0 of none."""
        return self.runs[-1].last if self.runs else 0

    def __or__(self, other: "Ranges") -> "Ranges":
        """Return the positions in either set."""
        return Ranges.of((*self.runs, *other.runs)) if self.runs and other.runs else self or other

    def __sub__(self, other: "Ranges") -> "Ranges":
        """Return the positions that are not in ``other``."""
        left: list[tuple[int, int]] = []
        holes = iter(other.runs)
        hole = next(holes, None)
        for first, last in self.runs:
            start = first
            while hole is not None and hole.first <= last:
                if hole.last >= start:
                    left.append((start, hole.first - 1))
                    start = max(start, hole.last + 1)
                if hole.last > last:
                    break
                hole = next(holes, None)
            left.append((start, last))
        return Ranges(tuple(Run(*run) for run in left if run[0] <= run[1]))

    def __and__(self, other: "Ranges") -> "Ranges":
        """Return the positions in both sets."""
        return self - (self - other)

    def head(self, count: int) -> "Ranges":
        """Return the lowest ``count`` positions."""
        kept: list[Run] = []
        for run in self.runs:
            if count <= 0:
                break
            kept.append(Run(run.first, min(run.last, run.first + count - 1)))
            count -= run.last - run.first + 1
        return Ranges(tuple(kept))

    def encode(self, *, open_end: bool = False) -> bytes:
        """Return the bytes of the set, which must not be empty.

        Args:
            open_end: write the last run as "from here to the head", which saves two bytes.

        Raises:
            ValueError: there is no position.
        """
        if not self.runs:
            raise ValueError("an empty set has no encoding")
        out = [varint.encode(self.runs[0].first)]
        for number, run in enumerate(self.runs):
            if number:
                out.append(varint.encode(run.first - self.runs[number - 1].last - 1))
            ends = open_end and number == len(self.runs) - 1
            out.append(varint.encode(0 if ends else run.last - run.first + 1))
        return b"".join(out if open_end else [*out, b"\0"])

    @classmethod
    def read(cls, data: bytes, at: int, *, head: int | None = None) -> tuple["Ranges", int]:
        """Return the set that starts at ``at`` and the position after it.

        Args:
            data: any bytes.
            at: where to begin.
            head: of the row that is answered: allows an open end.

        Raises:
            DecodeError: there is no encoding of a set.
        """
        top = limits.MAX_SEQ if head is None else head
        first, at = varint.decode(data, at, maximum=top)
        runs: list[Run] = []
        while first:
            length, at = varint.decode(data, at, maximum=top)
            if not length and head is None:
                break
            last = first + length - 1 if length else top
            if not first <= last <= top or len(runs) == MAX_RUNS:
                break
            runs.append(Run(first, last))
            if not length:
                return cls(tuple(runs)), at
            gap, at = varint.decode(data, at, maximum=top)
            if not gap:
                return cls(tuple(runs)), at
            first = last + gap + 1
        raise DecodeError("ranges", f"no set of positions up to {top}")
