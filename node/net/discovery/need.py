"""Whether one more link is wanted, and to whom."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from node.net.discovery.beacon import NODE_BYTES, Digests
from node.net.discovery.candidates import Candidate, Source
from node.net.discovery.limits import (
    DIFFERS_FOR_S,
    FEW_LINKS,
    FRESH_S,
    MORE_LINKS,
    STALLED_AFTER_S,
    STANDING_LINKS,
    WAIT_FOR_BEACON_S,
)
from node.net.discovery.underway import Underway
from node.protocol.ids import VerifyKey


@dataclass(frozen=True, slots=True)
class Linked:
    """One link that stands, as the dialler sees it."""

    peer: VerifyKey
    boot: bytes | None
    """Of its HELLO; None before that."""
    stalled_s: float = 0.0
    """For how long data sent has been unacknowledged."""

    @property
    def stalled(self) -> bool:
        """Return whether its peer may be dialled again."""
        return self.stalled_s >= STALLED_AFTER_S


@dataclass(frozen=True, slots=True)
class LinkNeed:
    """The links that stand at one moment, and what they leave to be wished."""

    by_node: dict[bytes, Linked]
    """The best link of each peer, by the first 8 bytes of its id."""
    standing: int
    """Peers with a link that is not stalled."""
    own: Digests
    heard: frozenset[bytes | None]
    """Who was heard by beacon a short while ago."""
    now_s: float

    @classmethod
    def of(
        cls, links: Sequence[Linked], own: Digests, heard: frozenset[bytes | None], now_s: float
    ) -> "LinkNeed":
        """Return what ``links`` leave to be wished."""
        by_node: dict[bytes, Linked] = {}
        for link in sorted(links, key=lambda link: -link.stalled_s):
            by_node[link.peer[:NODE_BYTES]] = link
        standing = sum(not link.stalled for link in by_node.values())
        return cls(by_node, standing, own, heard, now_s)

    def ready_s(self, candidate: Candidate, node: bytes | None, dials: Underway) -> float:
        """Return when a link to it is wanted; infinity when not before something changes.

        Args:
            candidate: who might be dialled.
            node: who is there, as far as known.
            dials: those that may become links.
        """
        if candidate.source is Source.BEACON and not self._just_heard(candidate):
            return math.inf
        link = None if node is None else self.by_node.get(node)
        if link is not None:
            return self.now_s if self._replaces(candidate, link) else math.inf
        if candidate.source is Source.STATIC:
            return self.now_s
        if self.standing < FEW_LINKS:
            enough = self.standing + dials.hopeful >= FEW_LINKS
            return dials.hopeful_until_s if enough else self.now_s
        return self._one_more(candidate, self.standing + len(dials))

    def _just_heard(self, candidate: Candidate) -> bool:
        # Once for each beacon: failures through an outage would add up to a long wait after it.
        heard_since = candidate.heard_s > candidate.tried_s
        return heard_since and self.now_s - candidate.heard_s <= FRESH_S

    def _replaces(self, candidate: Candidate, link: Linked) -> bool:
        if link.stalled:
            since_s = self.now_s - link.stalled_s
            return candidate.source is not Source.BEACON or candidate.heard_s >= since_s
        return None not in (link.boot, candidate.boot) and link.boot != candidate.boot

    def _one_more(self, candidate: Candidate, links: int) -> float:
        if candidate.source is Source.MDNS:
            if links >= STANDING_LINKS or candidate.node in self.heard:
                return math.inf
            return max(self.now_s, candidate.first_s + WAIT_FOR_BEACON_S)
        differs = candidate.digests is not None and candidate.digests.differs_from(self.own)
        # Both when it was heard and now: what was new there is here, or here it is old.
        if not differs or candidate.differs_since_s > self.now_s:
            return math.inf
        if links < STANDING_LINKS:
            return self.now_s
        if links < STANDING_LINKS + MORE_LINKS:
            return max(self.now_s, candidate.differs_since_s + DIFFERS_FOR_S)
        return math.inf
