"""Looks at every frame that crosses, and tells what must never be seen."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from node.sync.frames import (
    Buckets,
    Close,
    CloseReason,
    Data,
    Frame,
    FrameType,
    Keepalive,
    RepairItems,
    Rows,
    Want,
    What,
    decode_frame,
)
from tests.simulation.ledger import look
from tests.simulation.net import Cable, VirtualLink
from tests.simulation.trace import Trace

ORDERLY: Final = frozenset({CloseReason.DONE, CloseReason.REPLACED, CloseReason.STOPPING})
"""Why honest boxes may end a link between them."""

MAX_TOLD: Final = 50
"""Faults of one world that are told in words; one broken rule makes thousands."""


@dataclass(slots=True)
class _Way:
    """One direction of one link."""

    name: str
    honest: bool
    sent: Counter[bytes] = field(default_factory=Counter[bytes])
    """Exact bytes of envelopes."""
    asked: Counter[bytes] = field(default_factory=Counter[bytes])
    """Ids that the receiver asked for in a repair: each may cross once more."""


class Watch:
    """Follows all links of a world."""

    def __init__(self, trace: Trace) -> None:
        self.faults: list[str] = []
        """What must never be seen, and was."""
        self.loud: list[str] = []
        """Since ``begin_quiet``: frames that boxes which agree have no reason for."""
        self.frames: Counter[FrameType] = Counter()
        self.bytes: Counter[FrameType] = Counter()
        self.crossings = 0
        """Envelopes handed over in DATA since the beginning."""
        self._quiet = False
        self._trace = trace
        self._liars: set[str] = set()

    def distrust(self, name: str) -> None:
        """Expect anything of the box of this name, and over its links."""
        self._liars.add(name)

    def begin_quiet(self) -> None:
        """Count anew, and note every frame that is not quiet."""
        self._quiet = True
        self.loud.clear()
        self.frames.clear()
        self.bytes.clear()

    def end_quiet(self) -> None:
        """Expect every frame again."""
        self._quiet = False

    def follow(self, cable: Cable) -> None:
        """Look at every frame of ``cable`` from now on."""
        honest = not self._liars.intersection(cable.names)
        there, back = cable.names
        ways = (_Way(f"{there}>{back}", honest), _Way(f"{back}>{there}", honest))

        def tap(end: VirtualLink, data: bytes) -> None:
            mine, other = ways if end.dialled else ways[::-1]
            if cable.silent_s():
                mine.honest = False  # whatever its ends make of the silence
            self._look(cable.now_s(), data, mine, other)

        cable.taps.append(tap)

    def _look(self, at_s: float, data: bytes, way: _Way, back: _Way) -> None:
        kind = FrameType(data[0])
        self.frames[kind] += 1
        self.bytes[kind] += len(data)
        self._trace.note(
            at_s, way.name, kind.name, hashlib.blake2b(data, digest_size=8).hexdigest()
        )
        frame = decode_frame(data)
        match frame:
            case Data():
                self._count(at_s, frame, way)
            case RepairItems():
                back.asked.update(item.id for item in frame.items if item.what is What.LACKED)
            case Close(reason=reason) if way.honest and reason not in ORDERLY:
                self._fault(f"{way.name} closed for {reason.name} at {at_s:.1f} s")
            case _:
                pass
        if self._quiet and way.honest and is_loud(frame) and len(self.loud) < MAX_TOLD:
            self.loud.append(f"{way.name} at {at_s:.1f} s: {frame!r:.300}")

    def _count(self, at_s: float, frame: Data, way: _Way) -> None:
        self.crossings += len(frame.items)
        for item in frame.items:
            way.sent[item.exact] += 1
            if way.sent[item.exact] == 1:
                continue
            envelope = look(item.exact)
            if way.sent[item.exact] > 1 + way.asked[envelope.id]:
                payload = envelope.payload
                log = payload.log.handle.hex()[:8]
                self._fault(f"twice on {way.name}: {log}/{payload.seq} at {at_s:.1f} s")

    def _fault(self, what: str) -> None:
        if len(self.faults) < MAX_TOLD:
            self.faults.append(what)


def is_loud(frame: Frame) -> bool:
    """Return whether boxes that agree have no reason to send ``frame``."""
    match frame:
        case Keepalive() | Rows() | Buckets():
            return False
        case Want():
            return bool(frame.rows or frame.listed)
        case _:
            return True
