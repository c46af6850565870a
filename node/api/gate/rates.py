"""Token buckets, on a clock that only moves forward."""

import re
from collections import OrderedDict
from typing import Final, NamedTuple

from node.contract.clock import Clock

MAX_KEYS: Final = 4_096
"""Addresses and sessions remembered (0.5 MB); the longest unseen is forgotten, and starts full.

Stops a stranger from filling memory with invented sessions.
"""


LASTING_PATHS: Final = frozenset(
    {"/auth/init", "/auth/carry", "/lite/begin", "/lite/carry", "/rooms"}
)
"""Where a POST makes a person or a room: kept without an end, so made at a rate of their own."""

_CARRY_ACT: Final = re.compile(r"/lite/(?:s/[^/]+|act)/carry")
"""Where one who has a session names an author, whom the box must remember though nobody is it."""

IN_ALL_RATE: Final = 5
IN_ALL_BURST: Final = 10
"""What all addresses together may make, as multiples of one: an attacker on the open hotspot has
as many addresses as it likes. With the default rate, at most 86,400 persons (about 90 MB) a day."""


def is_lasting(path: str) -> bool:
    """Return whether a POST to ``path``, without empty parts, makes what is kept without an end."""
    return path in LASTING_PATHS or _CARRY_ACT.fullmatch(path) is not None


class _Bucket(NamedTuple):
    tokens: float
    at_s: float


class Rates:
    """Says who must wait."""

    def __init__(self, clock: Clock, *, per_s: float, burst: float) -> None:
        """Start with every bucket full.

        Args:
            clock: only its monotonic time is read; a stepped wall clock locks nobody out.
            per_s: tokens that come back each second.
            burst: tokens of a full bucket.
        """
        self._clock = clock
        self._per_s = per_s
        self._burst = burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_s(self, *keys: str) -> float:
        """Take a token from each key's bucket; return how long to wait, 0 when none was empty."""
        return max((self._take(key) for key in keys), default=0.0)

    @classmethod
    def of_lasting(cls, clock: Clock, *, per_s: float, burst: float) -> "tuple[Rates, Rates]":
        """Return the limits on what lasts: one address, and all of them."""
        in_all = cls(clock, per_s=per_s * IN_ALL_RATE, burst=burst * IN_ALL_BURST)
        return cls(clock, per_s=per_s, burst=burst), in_all

    def _take(self, key: str) -> float:
        now_s = self._clock.monotonic_s()
        tokens, at_s = self._buckets.pop(key, _Bucket(self._burst, now_s))
        tokens = min(self._burst, tokens + (now_s - at_s) * self._per_s)
        enough = tokens >= 1.0
        self._buckets[key] = _Bucket(tokens - 1.0 if enough else tokens, now_s)
        if len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)
        return 0.0 if enough else (1.0 - tokens) / self._per_s
