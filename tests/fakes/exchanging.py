"""Two sides that exchange rows without links, stores or time, and what it costs them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from node.protocol.frontier import Hole, Row
from node.protocol.ids import LogHandle
from node.sync import compare
from node.sync.exchange import SALT_BYTES, Exchange, Rest, Turn, salted_hash
from node.sync.frames import Buckets, Rows, RowsMode, decode_frame, pack_rows, pack_want

SALT = bytes(range(SALT_BYTES))

IsAhead = Callable[[Row, Row], bool]
Frontier = dict[LogHandle, Row]
"""Rows of one side, newest change first."""


def handle_of(number: int) -> LogHandle:
    """Return a handle that looks like any other."""
    return LogHandle(hashlib.sha256(number.to_bytes(8)).digest()[:8])


def row_of(number: int, head: int, *holes: tuple[int, int], tip: int = 0) -> Row:
    """Return a row of the log with this number."""
    return Row(handle_of(number), head, tip.to_bytes(4), tuple(Hole(*hole) for hole in holes))


@dataclass
class Side:
    """One side of an exchange."""

    rows: Frontier
    is_ahead: IsAhead = compare.is_ahead
    fresh: frozenset[LogHandle] = frozenset()
    shown: Frontier = field(default_factory=dict[LogHandle, Row])
    """Of the other side, in this exchange."""
    exchange: Exchange = field(init=False)

    def __post_init__(self) -> None:
        """Take a snapshot."""
        encoded = {handle: row.encode() for handle, row in self.rows.items()}
        hashes = [(handle, salted_hash(SALT, each)) for handle, each in encoded.items()]
        self.exchange = Exchange.of(hashes, self.fresh)

    def frames(self, turn: Turn) -> list[bytes]:
        """Return the frames that say ``turn``."""
        if turn.mode is None:
            return [Buckets(turn.sums).encode()]
        rows = [(self.rows[handle].encode(), 1) for handle in turn.handles]
        self.exchange.sent(sum(len(row) for row, _ in rows))
        rest = turn.rest or Rest(0, 0)
        frame = Rows(turn.mode, True, turn.final, 1, (), (), rest.count, rest.sum)  # noqa: FBT003
        if turn.mode is RowsMode.BUCKETED:
            frame = replace(frame, bitmap=turn.bitmap)
        return pack_rows(frame, rows)

    def look(self, frame: bytes) -> list[bytes]:
        """Take a frame of the other side; return those that ask for what is lacking."""
        decoded = decode_frame(frame)
        shown = decoded.rows if isinstance(decoded, Rows) else ()
        self.shown.update((row.handle, row) for row in shown)
        mine = [(self.rows.get(row.handle), row) for row in shown]
        ahead = [row.handle for own, row in mine if own is not None and self.is_ahead(own, row)]
        self.exchange.name({row.handle: len(row.encode()) for row in shown}, ahead)
        lack = {index: compare.lacking(own, row) for index, (own, row) in enumerate(mine)}
        return [want.encode() for want in pack_want(shown, lack)] if shown else []


@dataclass
class Course:
    """What was said."""

    modes: list[RowsMode | None] = field(default_factory=list[RowsMode | None])
    rows: list[int] = field(default_factory=list[int])
    """Number of rows in each turn."""
    bytes: int = 0


def exchange(one: Side, other: Side, *, since: bool = False, quick: bool = False) -> Course:
    """Let ``one`` open an exchange with ``other``, to its end."""
    course = Course()
    turn: Turn | None = one.exchange.open(since=since, quick=quick)
    speaker, listener = one, other
    while turn is not None:
        course.modes.append(turn.mode)
        course.rows.append(len(turn.handles))
        for frame in speaker.frames(turn):
            course.bytes += len(frame) + sum(map(len, listener.look(frame)))
        turn = listener.exchange.reply(turn.mode, _detail(turn))
        speaker, listener = listener, speaker
    assert one.exchange.over
    assert other.exchange.over
    return course


def _detail(turn: Turn) -> "Rest | bytes | tuple[int, ...]":
    if turn.mode is None:
        return turn.sums
    return turn.bitmap if turn.mode is RowsMode.BUCKETED else turn.rest or Rest(0, 0)


def gains(mine: Mapping[LogHandle, Row], theirs: Mapping[LogHandle, Row]) -> set[LogHandle]:
    """Return the logs of ``theirs`` that the other side must be shown."""
    must = set[LogHandle]()
    for handle, row in theirs.items():
        own = mine.get(handle)
        twins = own is not None and own.head == row.head and own != row
        if compare.lacking(own, row) or (twins and own is not None and own.tip != row.tip):
            must.add(handle)
    return must


def islands(logs: int, differing: int, missing: int, drawn: Random) -> tuple[Frontier, Frontier]:
    """Return two sides that were one, and of which each wrote on in logs of its own."""
    base = [row_of(number, drawn.randint(1, 200)) for number in range(logs)]
    written = [1] * differing
    for _ in range(missing - differing):
        written[drawn.randrange(differing)] += 1
    changed = drawn.sample(base, differing)
    news = [
        replace(row, head=row.head + count, tip=drawn.randbytes(4))
        for row, count in zip(changed, written, strict=True)
    ]
    half = differing // 2
    return _after(base, news[:half], drawn), _after(base, news[half:], drawn)


def _after(base: list[Row], news: list[Row], drawn: Random) -> Frontier:
    """Return rows of which ``news`` changed last, the others in any order before."""
    changed = {row.handle: row for row in news}
    old = [row for row in base if row.handle not in changed]
    return changed | {row.handle: row for row in drawn.sample(old, len(old))}
