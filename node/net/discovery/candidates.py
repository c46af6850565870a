"""Boxes that might be dialled: a bounded table that no interface can fill."""

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

from node.net.discovery.beacon import Digests
from node.net.discovery.endpoint import Endpoint

MAX_CANDIDATES: Final = 1_024
"""Boxes heard of (0.5 MB). One too many takes the place of a random one on the interface that has
most: stops a flood of invented boxes on one network from crowding out those of another."""

MAX_PER_HOST: Final = 16
"""Ports of one address: stops one station from inventing thousands of boxes under its own."""

_Name = TypeVar("_Name")


class Source(Enum):
    """How a box became known."""

    BEACON = "beacon"
    MDNS = "mdns"
    STATIC = "static"


Key = tuple[Source, Endpoint]
"""What a candidate is known by."""


@dataclass(slots=True)
class Candidate:
    """One box that might be dialled; what is said of it is not proven."""

    source: Source
    endpoint: Endpoint
    node: bytes | None
    """First 8 bytes of its node id; None for a static peer."""
    first_s: float
    """When it was first heard."""
    heard_s: float
    """When it was heard last."""
    boot: bytes | None = None
    digests: Digests | None = None
    differs_since_s: float = math.inf
    """Since when its digests differ from those here; infinity while they are equal."""
    tried_s: float = -math.inf
    wanted_s: float | None = None
    """Since when nothing but the other side's right to dial first is in the way."""

    @property
    def key(self) -> Key:
        """Return what it is known by."""
        return self.source, self.endpoint


class Candidates:
    """Everything heard of, by source and endpoint."""

    def __init__(self, rng: random.Random) -> None:
        """Know of nobody; ``rng`` draws who makes room."""
        self._rng = rng
        self._known: dict[Key, Candidate] = {}
        self._on: Counter[str | None] = Counter()
        self._of_host: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Candidate]:
        """Yield each; take a list of them before any is added or dropped."""
        return iter(self._known.values())

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._known)

    def get(self, source: Source, endpoint: Endpoint) -> Candidate | None:
        """Return the one known by this source and endpoint."""
        return self._known.get((source, endpoint))

    def add(self, candidate: Candidate) -> None:
        """Add one, or put it in the place of the one with its key; others may make room."""
        self.drop(candidate.key)
        host = candidate.endpoint.host
        if self._of_host[host] >= MAX_PER_HOST:
            same = [key for key in self._known if key[1].host == host]
            self._drop_one_of(same)
        self._known[candidate.key] = candidate
        self._of_host[host] += 1
        self._on[candidate.endpoint.interface] += 1
        if len(self._known) > MAX_CANDIDATES:
            fullest = max(self._on, key=lambda name: (name is not None, self._on[name]))
            self._drop_one_of([k for k in self._known if k[1].interface == fullest])

    def drop(self, key: Key) -> None:
        """Forget one, if it is known."""
        candidate = self._known.pop(key, None)
        if candidate is not None:
            _less(self._of_host, key[1].host)
            _less(self._on, candidate.endpoint.interface)

    def _drop_one_of(self, keys: list[Key]) -> None:
        self.drop(self._rng.choice(keys))


def _less(counts: Counter[_Name], name: _Name) -> None:
    counts[name] -= 1
    if not counts[name]:
        del counts[name]
