"""What may not be sent, and the reason for which the link must close: a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from node.protocol.frontier import Hole, Row
from node.protocol.limits import MAX_SEQ
from node.protocol.ranges import Ranges
from node.sync.frames import (
    Asked,
    Buckets,
    CloseReason,
    Delta,
    Keepalive,
    LogScope,
    RepairAsk,
    RepairItem,
    RepairItems,
    RepairQuery,
    RepairReply,
    RowsMode,
    Want,
    What,
)
from node.sync.limits import MAX_REPAIR_ITEMS, MAX_REPAIR_ROUNDS
from tests.hostile.peer_enemy import HELLO
from tests.hostile.peer_floods import Known, data, envelope, forged, negentropy, rows

ORDER, MALFORMED = CloseReason.ORDER, CloseReason.MALFORMED
FORGED, LIMIT = CloseReason.FORGED, CloseReason.LIMIT


@dataclass(frozen=True)
class Offence:
    """Frames after both HELLOs, of which the last ones may not come."""

    reason: CloseReason
    frames: Callable[[Known], Sequence[bytes]]


def _scope(known: Known) -> LogScope:
    return LogScope(known.logs()[0])


def _items(known: Known) -> bytes:
    named = [RepairItem(What.HELD, 1, known.rng.randbytes(32)) for _ in range(MAX_REPAIR_ITEMS)]
    return RepairItems(_scope(known), True, tuple(named)).encode()  # noqa: FBT003


def _again_and_again(known: Known) -> Sequence[bytes]:
    query = RepairQuery(_scope(known), False, negentropy(10, known)).encode()  # noqa: FBT003
    return [query] * (MAX_REPAIR_ROUNDS + 1)


def _above_head(known: Known) -> Sequence[bytes]:
    count = len(known.rows)
    asked = Asked(0, Ranges.at([MAX_SEQ]))
    return [rows(RowsMode.ALL), Want(count, (asked,)).encode()]


def _random(known: Known) -> Sequence[bytes]:
    return [bytes([11 + known.rng.randrange(245)]) + known.rng.randbytes(1_000)]


def _one_of_many_forged(known: Known) -> Sequence[bytes]:
    good = [envelope(known, "forger").exact for _ in range(50)]
    return [data(*good[:49], forged(good[49]))]


NOTHING_WRONG: Final = "nothing wrong"

OFFENCES: Final[dict[str, Offence]] = {
    "HELLO twice": Offence(ORDER, lambda _: [HELLO.encode()]),
    "WANT for rows never sent": Offence(ORDER, lambda _: [Want(4).encode()]),
    "WANT above the head": Offence(MALFORMED, _above_head),
    "more consumed than was sent": Offence(ORDER, lambda _: [Keepalive(1).encode()]),
    "BUCKETS outside an exchange": Offence(ORDER, lambda _: [Buckets((0,) * 256).encode()]),
    "ANSWER outside an exchange": Offence(ORDER, lambda _: [rows(RowsMode.ANSWER)]),
    "ITEMS out of the blue": Offence(ORDER, lambda known: [_items(known)]),
    "REPLY out of the blue": Offence(
        ORDER,
        lambda known: [RepairReply(_scope(known), False, b"\x61").encode()],  # noqa: FBT003
    ),
    "ASK of the dialler": Offence(ORDER, lambda known: [RepairAsk(_scope(known)).encode()]),
    "negentropy that never ends": Offence(MALFORMED, _again_and_again),
    "negentropy that is none": Offence(
        MALFORMED,
        lambda known: [RepairQuery(_scope(known), False, bytes(49_152)).encode()],  # noqa: FBT003
    ),
    "a forged signature": Offence(
        FORGED, lambda known: [data(forged(envelope(known, "forger").exact))]
    ),
    "one forged among fifty": Offence(FORGED, _one_of_many_forged),
    "an envelope that is none": Offence(MALFORMED, lambda known: [data(known.rng.randbytes(300))]),
    "a frame of no type": Offence(MALFORMED, _random),
    "the longest frame, all zeros": Offence(MALFORMED, lambda _: [bytes([5]) + bytes(64_999)]),
    "a row with holes in DELTA": Offence(
        MALFORMED,
        lambda known: [b"\x08" + Row(known.handle(), 9, bytes(4), (Hole(2, 3),)).encode()],
    ),
    "half a DELTA": Offence(MALFORMED, lambda known: [Delta((known.invented(),)).encode()[:-3]]),
}
