"""One side of an exchange: which rows to show, until both sides know what differs.

Sans-IO: rows are named by their handles, and whoever drives this fetches and sends them. The
rules are those of docs/protocol.md, *Exchange*.
"""

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from node.protocol.ids import LogHandle
from node.sync.frames import RowsMode

SALT_BYTES: Final = 16

MAX_ALL_ROWS: Final = 128
"""Up to so many rows are all shown at once: cheaper than a second round trip."""

FIRST_BATCHES: Final = (64, 96, 128)
LATER_BATCH: Final = 160
"""Rows in the batches of one side, newest change first. Small first: most boxes that meet again
differ in what is newest, and the sums then end the exchange."""

BUCKETS_AFTER_BYTES: Final = 24_576
BUCKETS_AFTER_SHARE: Final = 0.35
"""From here on the order of change has said what it can, and the rest is compared by buckets."""

BUCKETS: Final = 256
BUCKET_SUM_BYTES: Final = 6

MAX_TURNS: Final = 1_024
"""Turns of one exchange: 50,000 rows in batches of 160 from each side, and as many again.

Stops a peer that keeps an exchange going for ever.
"""

OPENINGS: Final = frozenset[RowsMode | None]({RowsMode.SINCE, RowsMode.ALL, RowsMode.NEWEST})
"""How an exchange may begin."""

_SUM_MODULUS: Final = 1 << 64
_BUCKET_MODULUS: Final = 1 << 8 * BUCKET_SUM_BYTES


class OrderError(Exception):
    """The peer sent what may not come here; close the link."""


def salted_hash(salt: bytes, row: bytes) -> int:
    """Return what one row adds to a salted sum."""
    return int.from_bytes(hashlib.sha256(salt + row).digest()[:8], "big")


@dataclass(frozen=True, slots=True)
class Rest:
    """Number and salted sum of the rows not named yet."""

    count: int
    sum: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What this side sends next."""

    mode: RowsMode | None
    """None: BUCKETS."""
    handles: tuple[LogHandle, ...] = ()
    """Rows to send."""
    final: bool = False
    rest: Rest | None = None
    """With NEWEST."""
    bitmap: bytes = b""
    """With BUCKETED."""
    sums: tuple[int, ...] = ()
    """With BUCKETS."""


@dataclass(slots=True)
class Exchange:
    """One side of one exchange, from its snapshot of this box's rows."""

    rest: dict[LogHandle, int]
    """Handles not named yet, newest change first, and what each adds to the salted sum."""
    fresh: frozenset[LogHandle] = frozenset()
    """Rows changed since the peer's checkpoint, for the answer to SINCE."""
    over: bool = False
    _sum: int = 0
    _total: int = 0
    _turns: int = 0
    _batches: int = 0
    _row_bytes: int = 0
    _strange: int = 0
    """Handles the peer named that this side has not."""
    _shown: set[LogHandle] = field(default_factory=set[LogHandle])
    _ahead: dict[LogHandle, None] = field(default_factory=dict[LogHandle, None])
    _awaited: frozenset[RowsMode | None] = OPENINGS

    @classmethod
    def of(
        cls, rows: Sequence[tuple[LogHandle, int]], fresh: Iterable[LogHandle] = ()
    ) -> "Exchange":
        """Return a new exchange over a snapshot of rows, newest change first."""
        rest = dict(rows)
        total = sum(rest.values()) % _SUM_MODULUS
        return cls(rest, frozenset(fresh), _sum=total, _total=len(rest))

    def open(self, *, since: bool, quick: bool) -> Turn:
        """Return the opener's first turn.

        Args:
            since: show what changed since the peer's checkpoint, and nothing else.
            quick: show sums alone first: everything is believed to be equal.
        """
        if since:
            self._awaited = frozenset({RowsMode.ANSWER})
            return Turn(RowsMode.SINCE, tuple(h for h in self.rest if h in self.fresh), final=True)
        if self._total <= MAX_ALL_ROWS and not quick:
            self._awaited = frozenset({RowsMode.ANSWER})
            return Turn(RowsMode.ALL, tuple(self.rest), final=True)
        return self._newest(0 if quick else None)

    def name(self, handles: Mapping[LogHandle, int], ahead: Iterable[LogHandle]) -> None:
        """Take the handles that the peer showed, with the size of each row in bytes.

        Args:
            handles: as shown.
            ahead: those of them in which this side has something the peer has not.
        """
        self._row_bytes += sum(handles.values())
        for handle in handles:
            if not self._forget(handle) and handle not in self._shown:
                self._strange += 1
        self._ahead.update((handle, None) for handle in ahead if handle not in self._shown)

    def reply(self, mode: RowsMode | None, detail: "Rest | bytes | Sequence[int]") -> Turn | None:
        """Return this side's turn after the peer's ended; None when the exchange is over.

        Args:
            mode: of the peer's turn; None for BUCKETS.
            detail: the rest of NEWEST, the bitmap of BUCKETED, the sums of BUCKETS.

        Raises:
            OrderError: such a turn may not come now.
        """
        self._turns += 1
        if self.over or self._turns > MAX_TURNS or mode not in self._awaited:
            raise OrderError(f"{mode} may not come here")
        match mode:
            case RowsMode.ANSWER:
                self.over = True
                return None
            case RowsMode.SINCE:
                return self._answer(h for h in self.rest if h in self.fresh)
            case RowsMode.ALL:
                return self._answer(self.rest)
            case RowsMode.NEWEST if isinstance(detail, Rest):
                return self._after_newest(detail)
            case RowsMode.BUCKETED if isinstance(detail, bytes):
                return self._answer(self._within(detail))
            case None if not isinstance(detail, Rest | bytes):
                return self._bucketed(detail)
            case _:
                pass
        raise OrderError(f"{mode} without what belongs to it")

    def _after_newest(self, theirs: Rest) -> Turn:
        if theirs == Rest(len(self.rest), self._sum):
            return self._answer(())
        named = self._total - len(self.rest) + self._strange
        larger = max(self._total, theirs.count + named)
        if self._row_bytes > BUCKETS_AFTER_BYTES and named > BUCKETS_AFTER_SHARE * larger:
            self._awaited = frozenset({RowsMode.BUCKETED})
            return Turn(None, sums=self._bucket_sums())
        return self._newest(None)

    def _newest(self, size: int | None) -> Turn:
        if size is None:
            batch = self._batches
            size = FIRST_BATCHES[batch] if batch < len(FIRST_BATCHES) else LATER_BATCH
            self._batches += 1
        shown = self._show(list(itertools.islice(self.rest, size)))
        self._awaited = frozenset({RowsMode.NEWEST, RowsMode.ANSWER, None})
        return Turn(RowsMode.NEWEST, shown, rest=Rest(len(self.rest), self._sum))

    def _bucketed(self, sums: Sequence[int]) -> Turn:
        bitmap = bytearray(BUCKETS // 8)
        for bucket, (mine, theirs) in enumerate(zip(self._bucket_sums(), sums, strict=True)):
            if mine != theirs:
                bitmap[bucket // 8] |= 0x80 >> bucket % 8
        shown = self._show(self._within(bytes(bitmap)))
        self._awaited = frozenset({RowsMode.ANSWER})
        return Turn(RowsMode.BUCKETED, shown, bitmap=bytes(bitmap))

    def _answer(self, shown: Iterable[LogHandle]) -> Turn:
        self.over = True
        return Turn(RowsMode.ANSWER, self._show(list(shown)), final=True)

    def _show(self, handles: Sequence[LogHandle]) -> tuple[LogHandle, ...]:
        """Return what this side shows now: these, and where it is ahead of the peer."""
        for handle in handles:
            self._forget(handle)
        shown = (*self._ahead, *handles)
        self._ahead = {}
        self._shown.update(shown)
        return shown

    def _within(self, bitmap: bytes) -> list[LogHandle]:
        return [h for h in self.rest if bitmap[h[0] // 8] & 0x80 >> h[0] % 8]

    def _bucket_sums(self) -> tuple[int, ...]:
        sums = [0] * BUCKETS
        for handle, value in self.rest.items():
            sums[handle[0]] = (sums[handle[0]] + value) % _BUCKET_MODULUS
        return tuple(sums)

    def sent(self, row_bytes: int) -> None:
        """Count the bytes of rows that this side sent."""
        self._row_bytes += row_bytes

    def _forget(self, handle: LogHandle) -> bool:
        """Take a handle out of the rest; return whether it was there."""
        value = self.rest.pop(handle, None)
        if value is None:
            return False
        self._sum = (self._sum - value) % _SUM_MODULUS
        return True
