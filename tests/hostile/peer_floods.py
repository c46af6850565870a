"""What an enemy pours over a link, frame after frame, each well-formed: a table of floods."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from node.protocol.carry import prove
from node.protocol.envelope import Envelope, seal
from node.protocol.frontier import Hole, Row
from node.protocol.ids import EVERYONE, LogHandle
from node.protocol.kinds import Profile, to_body
from node.protocol.limits import DEFAULT_TTL_S, MAX_SEQ
from node.protocol.payload import FIRST_PREV, Payload
from node.protocol.ranges import MAX_RUNS, Ranges, Run
from node.sync.frames import (
    CloseReason,
    Data,
    DataItem,
    Delta,
    Gone,
    Keepalive,
    LogScope,
    RepairQuery,
    Rows,
    RowsMode,
    Stored,
    StoredEntry,
    Summary,
    Want,
)
from node.sync.limits import MAX_ENTRIES, MAX_ROWS
from node.sync.negentropy.items import END, Bound
from node.sync.negentropy.messages import MessageWriter, Mode
from tests.hostile.peer_enemy import key_of

EVIL: Final = "planted by an enemy"
"""Text of everything that no node may keep."""

MALFORMED, ORDER, FORGED = CloseReason.MALFORMED, CloseReason.ORDER, CloseReason.FORGED
LIMIT = CloseReason.LIMIT

BATCH: Final = 100
"""Envelopes in one frame of a flood."""


@dataclass
class Known:
    """What the enemy has learnt of the node before it strikes."""

    rng: random.Random
    rows: list[Row] = field(default_factory=list[Row])
    """The node's own, from an exchange."""
    digests: Summary | None = None
    ages: Iterator[int] = field(default_factory=lambda: iter(range(1 << 60)))
    """Numbers never used twice."""

    def handle(self) -> LogHandle:
        """Return a handle nobody has."""
        return LogHandle(self.rng.randbytes(8))

    def invented(self, *, forked: bool = False, head: int = 1_000) -> Row:
        """Return a row of a log that does not exist."""
        return Row(self.handle(), head, self.rng.randbytes(4), (), forked=forked)

    def logs(self) -> list[LogHandle]:
        """Return the handles of the node's own logs."""
        return [row.handle for row in self.rows]


Flood = Callable[[Known], Iterator[bytes]]
"""Frames of one link, in order, maybe without end."""


def envelope(known: Known, name: str, text: str = EVIL, **changes: object) -> Envelope:
    """Return a message that ``name`` signed; ``changes`` replace fields of its payload."""
    key = key_of(name)
    fields: dict[str, object] = {
        "kind": 5,
        "author": key.verify_key,
        "room": EVERYONE,
        "hlc": 1_790_000_000_000 << 16,
        "epoch": 1 + next(known.ages),
        "seq": 1,
        "prev": FIRST_PREV,
        "class_": 2,
        "quality": 3,
        "ttl_s": DEFAULT_TTL_S,
        "body": {0: text},
    }
    return seal(key, Payload(**{**fields, **changes}))  # type: ignore[arg-type]


def data(*exacts: bytes) -> bytes:
    """Return a DATA frame."""
    return Data(tuple(DataItem(0, exact) for exact in exacts)).encode()


def forged(exact: bytes, at: int = -1) -> bytes:
    """Return an envelope with one bit of its signature turned."""
    broken = bytearray(exact)
    broken[at] ^= 1
    return bytes(broken)


def rows(mode: RowsMode, *shown: Row, ends: bool = True) -> bytes:
    """Return a ROWS frame."""
    return Rows(mode, turn_ends=ends, final=ends, changed_n=1, rows=shown).encode()


def many_runs(start: int = 1) -> Ranges:
    """Return positions with as many runs as a frame may have, from ``start``."""
    return Ranges(tuple(Run(start + 2 * n, start + 2 * n) for n in range(MAX_RUNS)))


def negentropy(ranges: int, known: Known) -> bytes:
    """Return a message of that many ranges, of which every fingerprint is wrong."""
    out = MessageWriter()
    for number in range(ranges):
        out.add(Bound(number + 1, b""), Mode.FINGERPRINT, known.rng.randbytes(16))
    out.add(END, Mode.FINGERPRINT, known.rng.randbytes(16))
    return bytes(out.data)


def _invented_rows(known: Known) -> Iterator[bytes]:
    """Shows 4,096 logs that do not exist, again and again, and never serves them."""
    while True:
        shown = [known.invented(head=100) for _ in range(MAX_ROWS)]
        yield rows(RowsMode.ALL, *shown)
        yield Want(len(known.rows)).encode()


def _openings(known: Known) -> Iterator[bytes]:
    """Asks for all rows again and again, six bytes each time."""
    while True:
        yield rows(RowsMode.ALL)
        yield Want(len(known.rows)).encode()


def _ragged_rows(known: Known) -> Iterator[bytes]:
    """Shows one log that does not exist, its holes elsewhere each time."""
    handle, head = known.handle(), 100
    while True:
        shown: list[Row] = []
        for _ in range(1_000):
            holes = tuple(Hole(head - 40 + 4 * n, head - 39 + 4 * n) for n in range(8))
            shown.append(Row(handle, head, bytes(4), holes))
            head += 50
        yield rows(RowsMode.ALL, *shown)
        yield Want(len(known.rows)).encode()


def _new_logs(known: Known) -> Iterator[bytes]:
    """Brings messages of people nobody knows, each a log of its own."""
    while True:
        yield data(*(envelope(known, f"sybil {next(known.ages)}").exact for _ in range(BATCH)))


def _urgent_logs(known: Known) -> Iterator[bytes]:
    """Brings urgent messages of people nobody knows."""
    while True:
        made = (envelope(known, f"sybil {next(known.ages)}", class_=0) for _ in range(BATCH))
        yield data(*(each.exact for each in made))


def _again(known: Known) -> Iterator[bytes]:
    """Brings the same messages for ever."""
    frame = data(*(envelope(known, "again").exact for _ in range(BATCH)))
    while True:
        yield frame


def _far_future(known: Known) -> Iterator[bytes]:
    """Brings messages from the end of time, which claim a good clock."""
    while True:
        yield data(*(envelope(known, "future", hlc=(1 << 64) - 1).exact for _ in range(BATCH)))


def _claims(known: Known) -> Iterator[bytes]:
    """Brings profiles of a crowd who change whom they continue, and whom they deny, each time."""
    keys = [key_of(f"claimer {number}") for number in range(BATCH)]
    while True:
        above, hlc = known.rng.choice(keys), (1_790_000_000_000 + next(known.ages)) << 16
        old, denied = above.verify_key, known.rng.choice(keys).verify_key
        made: list[Envelope] = []
        for number, key in enumerate(keys):
            proof = prove(above, old, key.verify_key)
            profile = to_body(Profile("claimer", old, (old, proof), (denied,)))
            said = {"kind": 1, "class_": 1, "ttl_s": 0, "hlc": hlc, "body": profile}
            made.append(envelope(known, f"claimer {number}", EVIL, **said))
        yield data(*(each.exact for each in made))


def _unknown_kinds(known: Known) -> Iterator[bytes]:
    """Brings kinds that mean nothing yet, each kind in turn."""
    while True:
        made = (
            envelope(known, "kinds", kind=6 + next(known.ages) % 250, class_=3)
            for _ in range(BATCH)
        )
        yield data(*(each.exact for each in made))


def _jumps(known: Known) -> Iterator[bytes]:
    """Brings the last position of logs, so that four billion are lacking below each."""
    while True:
        made = (envelope(known, "jumps", seq=MAX_SEQ, class_=3) for _ in range(BATCH))
        yield data(*(each.exact for each in made))


def _forks(known: Known) -> Iterator[bytes]:
    """Forks one log of its own without end."""
    while True:
        made = (
            envelope(known, "forks", f"{EVIL} {next(known.ages)}", epoch=1, seq=1 + n % 50)
            for n in range(BATCH)
        )
        yield data(*(each.exact for each in made))


def _gone_all(known: Known) -> Iterator[bytes]:
    """Says that everything there is, and much that is not, is gone."""
    whole = Ranges.of([(1, MAX_SEQ)])
    while True:
        strangers = [known.handle() for _ in range(MAX_ENTRIES - len(known.rows))]
        yield Gone(tuple((handle, whole) for handle in [*known.logs(), *strangers])).encode()


def _gone_ragged(known: Known) -> Iterator[bytes]:
    """Says of ever more scattered positions of one log that they are gone."""
    handle, start = known.handle(), 1
    while True:
        entries = [(handle, many_runs(start + 2 * MAX_RUNS * n)) for n in range(15)]
        start += 2 * MAX_RUNS * 15
        yield Gone(tuple(entries)).encode()


def _stored_all(known: Known) -> Iterator[bytes]:
    """Says that it stored everything, with the right tips and with wrong ones."""
    while True:
        honest = [StoredEntry(r.handle, Ranges.of([(1, r.head)]), r.tip) for r in known.rows]
        wrong = [StoredEntry(r.handle, Ranges.of([(1, MAX_SEQ)]), bytes(4)) for r in known.rows]
        strange = [StoredEntry(known.handle(), Ranges.at([9]), bytes(4)) for _ in range(1_000)]
        yield Stored((*honest, *wrong, *strange)).encode()


def _stored_ragged(known: Known) -> Iterator[bytes]:
    """Says of ever more scattered positions of one log that it stored them."""
    handle, start = known.handle(), 1
    while True:
        sets = [many_runs(start + 2 * MAX_RUNS * n) for n in range(15)]
        start += 2 * MAX_RUNS * 15
        yield Stored(tuple(StoredEntry(handle, each, bytes(4)) for each in sets)).encode()


def _heads(known: Known) -> Iterator[bytes]:
    """Tells of new heads of the node's own logs, higher each time, one to a frame."""
    while True:
        for handle in known.logs():
            yield Delta((Row(handle, 10**6 + next(known.ages), bytes(4)),)).encode()


def _many_heads(known: Known) -> Iterator[bytes]:
    """Tells of thousands of heads of one log in each frame."""
    handle = known.logs()[0]
    while True:
        heads = (10**6 + 2 * next(known.ages) for _ in range(3_500))
        yield Delta(tuple(Row(handle, head, bytes(4)) for head in heads)).encode()


def _fork_flags(known: Known) -> Iterator[bytes]:
    """Flags every log of the node as forked, in its rows."""
    while True:
        shown = [Row(r.handle, r.head, known.rng.randbytes(4), forked=True) for r in known.rows]
        yield rows(RowsMode.ALL, *shown)
        yield Want(0).encode()


def _keepalives(known: Known) -> Iterator[bytes]:
    """Says the node's own digests back to it, with another count each time."""
    digests = known.digests.digests if known.digests else (bytes(8),) * 4
    while True:
        yield Keepalive(0, Summary(next(known.ages), digests)).encode()


def _odd_keepalives(known: Known) -> Iterator[bytes]:
    """Says other digests each time."""
    while True:
        digests = tuple(known.rng.randbytes(8) for _ in range(4))
        yield Keepalive(0, Summary(next(known.ages), digests)).encode()


def _queries(known: Known) -> Iterator[bytes]:
    """Begins repairs of every log, each with as many wrong fingerprints as fit."""
    message = negentropy(2_400, known)
    while True:
        for handle in known.logs():
            yield RepairQuery(LogScope(handle), True, message).encode()  # noqa: FBT003


def _wants(known: Known) -> Iterator[bytes]:
    """Asks by name for everything the node has, again and again."""
    listed = tuple((row.handle, Ranges.of([(1, min(row.head, 1_000))])) for row in known.rows)
    while True:
        yield Want(0, (), listed).encode()


TOLERATED: Final[dict[str, Flood]] = {
    "rows of logs that do not exist": _invented_rows,
    "exchanges opened without end": _openings,
    "rows of one log with other holes each time": _ragged_rows,
    "messages of a hundred new people a frame": _new_logs,
    "urgent messages of new people": _urgent_logs,
    "the same messages for ever": _again,
    "messages from the end of time": _far_future,
    "kinds that mean nothing yet": _unknown_kinds,
    "profiles of a crowd who are somebody else each time": _claims,
    "positions four billion above the last": _jumps,
    "one log forked without end": _forks,
    "GONE for everything": _gone_all,
    "GONE for scattered positions": _gone_ragged,
    "STORED for everything": _stored_all,
    "STORED for scattered positions": _stored_ragged,
    "DELTA for every log": _heads,
    "DELTA of thousands of heads": _many_heads,
    "the node's own digests": _keepalives,
    "other digests each time": _odd_keepalives,
    "fork flags on every log": _fork_flags,
    "huge repairs of every log": _queries,
    "WANT for everything": _wants,
}
"""Allowed by the letter; they may cost the sender, and nobody else."""
