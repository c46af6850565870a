"""The state of one session that its parts share."""

import math
from dataclasses import dataclass, field

from node.protocol.ids import EnvelopeId, LogHandle
from node.runtime.peering.ground import Ground
from node.runtime.peering.ports import Checkpoint, Link, Rooms
from node.runtime.peering.remembered import Remembered
from node.runtime.peering.wire import Wire
from node.sync.frames import Hello, pack_want
from node.sync.outbox import Marks, Outbox
from node.sync.quota import LINK_LOGS_BURST, LINK_LOGS_PER_S, Quota


@dataclass(slots=True)
class Talk:
    """One session's shared state, from the moment both HELLOs are known."""

    ground: Ground
    link: Link
    number: int
    """Of this link, among all of this run."""
    hello: Hello
    """The peer's."""
    pair: Rooms
    outbox: Outbox
    wire: Wire
    since_s: float
    known_there: int
    """The peer has seen everything changed here up to this number."""
    known_here: Checkpoint | None
    """Everything that the peer had changed up to this was seen."""
    gone: Remembered = field(default_factory=Remembered)
    """Said by the peer to be gone there."""
    ahead: Remembered = field(default_factory=Remembered)
    """Said by the peer to be stored there, and not seen here."""
    bringing: set[EnvelopeId] = field(default_factory=set[EnvelopeId])
    """Envelopes that came over this link and are being committed."""
    unconfirmed: Marks = field(default_factory=Marks)
    unconfirmed_count: int = 0
    """Envelopes that the peer is known to lack, or has not said to have."""
    grew_s: float = math.inf
    """When the peer was last found to lack something; never, once digests were compared since."""
    is_compared: bool = False
    """An exchange was completed."""
    owes_room: bool = False
    """Something the peer sent was not taken, and it cannot send that again over this link."""
    strikes: int = 0
    """Logs the peer's rows promised and it did not deliver."""
    heard_s: float = 0.0
    new_logs: Quota = field(
        default_factory=lambda: Quota(LINK_LOGS_BURST, LINK_LOGS_PER_S, LINK_LOGS_BURST, 0.0)
    )
    """Unknown logs the peer may begin, whatever others do."""
    settled: tuple[tuple[bytes, ...], tuple[bytes, ...]] | None = None
    """Both digests at the end of the last exchange: still so, there is nothing to do."""

    @property
    def missing_here(self) -> int:
        """Return how many positions the peer showed that this box lacks."""
        return self.ground.wishes.missing(self.number)

    @property
    def in_sync(self) -> bool:
        """Return whether both sides have all that the other one can give."""
        return self.is_compared and not self.missing_here and not self.unconfirmed_count

    def may_begin(self, logs: int) -> int:
        """Return how many of ``logs`` unknown ones the peer may begin now, and count them."""
        now_s = self.ground.now_s()
        own = self.new_logs.take(logs, now_s)
        return own + self.ground.new_logs.take(logs - own, now_s)

    def lacks(self, arrival: int) -> None:
        """Note that the peer is not known to have an envelope."""
        if arrival not in self.unconfirmed:
            self.unconfirmed.add(arrival)
            self.unconfirmed_count += 1
            self.grew_s = self.ground.now_s()

    def all_confirmed(self) -> None:
        """Note that the peer has all that this box has."""
        self.unconfirmed = Marks()
        self.unconfirmed_count = 0

    def has(self, arrival: int) -> None:
        """Note that the peer has an envelope: it never goes to it again."""
        self.outbox.crossed.add(arrival)
        if arrival in self.unconfirmed:
            self.unconfirmed.discard(arrival)
            self.unconfirmed_count -= 1

    def ask(self, handles: list[LogHandle]) -> None:
        """Ask the peer, by name, for what it showed of these logs and nobody else was asked."""
        now_s = self.ground.now_s()
        wanted = [(h, self.ground.wishes.ask(self.number, h, now_s)) for h in handles]
        asks = [(h, positions) for h, positions in wanted if positions]
        self.wire.post(*pack_want((), {}, asks))
