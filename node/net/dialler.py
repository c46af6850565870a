"""Whom to dial, and when: a policy without sockets, tasks or clock."""

import math
import random
from collections.abc import Iterable, Sequence

from node.net.discovery.beacon import NODE_BYTES, Beacon, Digests
from node.net.discovery.candidates import Candidate, Candidates, Source
from node.net.discovery.endpoint import Endpoint
from node.net.discovery.limits import (
    FORGET_BEACON_S,
    FORGET_MDNS_S,
    FRESH_S,
    YIELD_S,
)
from node.net.discovery.need import Linked, LinkNeed
from node.net.discovery.outcomes import Outcomes
from node.net.discovery.underway import Underway
from node.protocol.ids import VerifyKey


class Dialler:
    """Keeps who was heard and what became of dialling; `plan` says whom to dial now."""

    def __init__(
        self, node: VerifyKey, rng: random.Random, static: Iterable[Endpoint] = ()
    ) -> None:
        """Know of nobody but the static peers.

        Args:
            node: own node id.
            rng: every choice is drawn from it.
            static: peers the operator names: dialled for ever, whatever else is linked.
        """
        self._node = node[:NODE_BYTES]
        self._rng = rng
        self._outcomes = Outcomes(rng)
        self.candidates = Candidates(rng)
        """Who was heard."""
        self._static = [Candidate(Source.STATIC, endpoint, None, 0.0, 0.0) for endpoint in static]
        self._dials = Underway()
        self.again_s = math.inf
        """When to plan again, if nothing happens before."""

    def heard(self, beacon: Beacon, endpoint: Endpoint, own: Digests, now_s: float) -> None:
        """Take note of a beacon; ``own`` are the digests here."""
        known = self._candidate(Source.BEACON, endpoint, beacon.node, now_s)
        known.heard_s = now_s
        known.boot = beacon.boot
        known.digests = beacon.digests
        if not beacon.digests.differs_from(own):
            known.differs_since_s = math.inf
        elif known.differs_since_s > now_s:
            known.differs_since_s = now_s

    def announced(self, node: bytes, endpoint: Endpoint, now_s: float) -> None:
        """Take note that mDNS still has a box at ``endpoint``; ``node`` as in a beacon."""
        self._candidate(Source.MDNS, endpoint, node, now_s).heard_s = now_s

    def interfaces(self, names: frozenset[str], appeared: frozenset[str]) -> None:
        """Forget who was heard elsewhere than on ``names``; do not wait where one appeared."""
        for candidate in list(self.candidates):
            if candidate.endpoint.interface not in names:
                self.candidates.drop(candidate.key)
        for name in appeared:
            self._outcomes.interface_appeared(name)

    def plan(self, links: Sequence[Linked], own: Digests, now_s: float) -> list[Candidate]:
        """Return whom to dial now, static peers first, others in random order.

        Each counts as being dialled until `done` is called for it.
        """
        self.again_s = math.inf
        self._dials.look(now_s)
        need = LinkNeed.of(links, own, self._heard_lately(now_s), now_s)
        ready = [c for c in self.candidates if self._is_ready(c, need, now_s)]
        self._rng.shuffle(ready)
        chosen: list[Candidate] = []
        for candidate in (*self._static, *ready):
            # Looked at again: each dial that begins may be the last that is wanted.
            if self._is_ready(candidate, need, now_s):
                candidate.tried_s = now_s
                candidate.wanted_s = None
                self._dials.begin(candidate, self._outcomes.node(candidate), now_s)
                chosen.append(candidate)
        return chosen

    def done(self, candidate: Candidate, peer: VerifyKey | None, now_s: float) -> None:
        """Take note that a planned dial is over: who answered, or None."""
        self._dials.end(candidate, now_s)
        self._outcomes.done(candidate, peer, now_s)

    def link_fell(self, peer: VerifyKey, lasted_s: float) -> None:
        """Take note that a link to ``peer`` has ended after ``lasted_s``."""
        self._outcomes.link_fell(peer, lasted_s)

    def penalise(self, peer: VerifyKey, now_s: float) -> None:
        """Do not dial ``peer`` for a minute, twice as long each time: it broke the protocol."""
        self._outcomes.penalise(peer, now_s)

    def _candidate(
        self, source: Source, endpoint: Endpoint, node: bytes, now_s: float
    ) -> Candidate:
        known = self.candidates.get(source, endpoint)
        if known is None or known.node != node or known.endpoint.interface != endpoint.interface:
            tried_s = -math.inf if known is None else known.tried_s
            known = Candidate(source, endpoint, node, now_s, now_s, tried_s=tried_s)
            self.candidates.add(known)
        return known

    def _heard_lately(self, now_s: float) -> frozenset[bytes | None]:
        """Return who sends beacons; forget who is not heard any more."""
        heard: set[bytes | None] = set()
        for candidate in list(self.candidates):
            beacons = candidate.source is Source.BEACON
            silent_s = now_s - candidate.heard_s
            if silent_s > (FORGET_BEACON_S if beacons else FORGET_MDNS_S):
                self.candidates.drop(candidate.key)
            elif beacons and silent_s <= FRESH_S:
                heard.add(candidate.node)
        return frozenset(heard)

    def _is_ready(self, candidate: Candidate, need: LinkNeed, now_s: float) -> bool:
        ready_s = self._ready_s(candidate, need, now_s)
        if ready_s > now_s or candidate.node is None or self._node < candidate.node:
            candidate.wanted_s = None
        elif candidate.wanted_s is None:
            candidate.wanted_s = now_s
        if candidate.wanted_s is not None:
            ready_s = candidate.wanted_s + YIELD_S
        if ready_s > now_s:
            self.again_s = min(self.again_s, ready_s)
            return False
        return True

    def _ready_s(self, candidate: Candidate, need: LinkNeed, now_s: float) -> float:
        """Return when to dial it as things stand, or when to look again; infinity for never."""
        node = self._outcomes.node(candidate)
        ready_s = need.ready_s(candidate, node, self._dials)
        # The cheap reasons to wait first: in a flood this is asked for a thousand boxes.
        if ready_s <= now_s:
            ready_s = self._dials.ready_s(candidate, node, now_s)
        if ready_s <= now_s:
            ready_s = self._outcomes.until_s(candidate)
        return ready_s
