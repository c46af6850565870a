"""What was promised and done in a world, kept outside all boxes: what they are judged by."""

import functools
from dataclasses import dataclass

from node.protocol.envelope import Envelope, reopen
from node.protocol.ids import EnvelopeId, LogHandle, VerifyKey


@functools.lru_cache(maxsize=65_536)
def look(exact: bytes) -> Envelope:
    """Return an envelope from its bytes; opened once, however many boxes hold it."""
    return reopen(exact)


@dataclass(frozen=True, slots=True)
class Promise:
    """An envelope that a box acknowledged to whoever wrote it there."""

    envelope: Envelope
    box: str
    at_s: float

    def lives_beyond(self, at_s: float) -> bool:
        """Return whether its life cannot be over then; spans that boxes forgot make it longer."""
        ttl_s = self.envelope.payload.ttl_s
        return not ttl_s or self.at_s + ttl_s > at_s


class Ledger:
    """Every promise, and who committed what."""

    def __init__(self) -> None:
        self.promises: dict[EnvelopeId, Promise] = {}
        self.committed: dict[EnvelopeId, set[VerifyKey]] = {}
        self.heads: dict[LogHandle, int] = {}
        """Highest position that anybody ever signed in a log."""
        self.void: set[EnvelopeId] = set()
        """Promises broken from outside: the only copies were on a disk that was replaced."""

    def note_commit(self, node: VerifyKey, added: list[bytes]) -> None:
        """Note that ``node`` has these envelopes on its disk."""
        for exact in added:
            envelope = look(exact)
            self.committed.setdefault(envelope.id, set()).add(node)
            self.note_signed(envelope)

    def note_signed(self, envelope: Envelope) -> None:
        """Note that somebody signed ``envelope``."""
        log = envelope.payload.log.handle
        self.heads[log] = max(self.heads.get(log, 0), envelope.payload.seq)

    def promise(self, envelope: Envelope, box: str, at_s: float) -> None:
        """Note that ``box`` acknowledged ``envelope``."""
        self.promises[envelope.id] = Promise(envelope, box, at_s)

    def lose_disk(self, node: VerifyKey, kept: set[EnvelopeId]) -> None:
        """Note that a box's disk was replaced by one that holds ``kept``; only copies are lost."""
        for envelope_id, nodes in self.committed.items():
            if nodes == {node} and envelope_id not in kept:
                self.void.add(envelope_id)
