"""Dials under way, and what they leave to others."""

import math
from collections import Counter
from dataclasses import dataclass

from node.net.discovery.candidates import Candidate, Key
from node.net.discovery.limits import (
    DIALS_AT_ONCE,
    DIALS_PER_S,
    HOPEFUL_S,
    MAX_DIALS,
    MAX_DIALS_PER_INTERFACE,
)
from node.net.discovery.rate import Rate


@dataclass(frozen=True, slots=True)
class _Dial:
    candidate: Candidate
    node: bytes | None
    began_s: float


class Underway:
    """At most so many dials at once and in a while, none twice, to one box one at a time."""

    def __init__(self) -> None:
        """Have none."""
        self._dials: dict[Key, _Dial] = {}
        self._rate = Rate(per_s=DIALS_PER_S, burst=DIALS_AT_ONCE)
        self._on: Counter[str | None] = Counter()
        self._hopeful: list[_Dial] = []
        self.hopeful_until_s = math.inf
        """When the first hopeful dial is one no more."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._dials)

    @property
    def full(self) -> bool:
        """Return whether none more may begin, whoever it is to."""
        return len(self._dials) >= MAX_DIALS

    @property
    def hopeful(self) -> int:
        """Return how many began so short a while ago that they may well succeed."""
        return len(self._hopeful)

    def look(self, now_s: float) -> None:
        """Find out which are hopeful at ``now_s``."""
        self._hopeful = [d for d in self._dials.values() if now_s - d.began_s < HOPEFUL_S]
        began_s = min((dial.began_s for dial in self._hopeful), default=math.inf)
        self.hopeful_until_s = began_s + HOPEFUL_S

    def begin(self, candidate: Candidate, node: bytes | None, now_s: float) -> None:
        """Count a dial to ``candidate``, where ``node`` is or is thought to be."""
        self._dials[candidate.key] = _Dial(candidate, node, now_s)
        self._on[candidate.endpoint.interface] += 1
        self._rate.take(candidate.endpoint.interface, now_s)
        self.look(now_s)

    def end(self, candidate: Candidate, now_s: float) -> None:
        """Take note that a dial is over."""
        ended = self._dials.pop(candidate.key)
        self._on[ended.candidate.endpoint.interface] -= 1
        self.look(now_s)

    def ready_s(self, candidate: Candidate, node: bytes | None, now_s: float) -> float:
        """Return when a dial to it may begin; infinity when another has to end first."""
        interface = candidate.endpoint.interface
        if self.full or self._on[interface] >= MAX_DIALS_PER_INTERFACE:
            return math.inf
        ready_s = self._rate.ready_s(interface, now_s)
        if ready_s > now_s:
            return ready_s
        if candidate.key in self._dials:
            return math.inf
        same = (dial for dial in self._hopeful if node is not None and dial.node == node)
        return max((dial.began_s + HOPEFUL_S for dial in same), default=now_s)
