"""Counts wrong tries, so that nobody finds words by trying."""

import math
from collections import OrderedDict, deque
from typing import Final

from node.contract.clock import Clock
from node.contract.problems import SLOW_DOWN, RefusedError

TRIES: Final = 5
"""Wrong tries of one address in ``WINDOW_S``; more than a person needs, too few to guess."""
WINDOW_S: Final = 600.0

TRIES_IN_ALL: Final = 60
"""Wrong tries of all addresses in ``WINDOW_IN_ALL_S``: an attacker on the open hotspot has as many
addresses as it likes. Lets it lock others out for a minute, never find 44 bits."""
WINDOW_IN_ALL_S: Final = 60.0

MAX_ADDRESSES: Final = 4_096
"""Addresses remembered (1 MB); the longest unseen is forgotten. Stops invented addresses from
filling memory; what they try counts in all."""

_WAIT: Final = "Too many wrong words. Wait {} seconds, then type them slowly."


class Tries:
    """Wrong tries on monotonic time; a stepped wall clock neither locks out nor lets in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._of: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()

    def begin(self, address: str) -> float:
        """Count a try of ``address`` as wrong, and return its time for ``take_back``.

        Counted before anybody knows: a hundred at once must not all be looked at.

        Raises:
            RefusedError: ``SLOW_DOWN``, with the seconds to wait; nothing was counted.
        """
        now_s = self._clock.monotonic_s()
        own = self._of.pop(address, deque())
        self._of[address] = own
        while len(self._of) > MAX_ADDRESSES:
            self._of.popitem(last=False)
        wait_s = max(
            _wait_s(own, TRIES, WINDOW_S, now_s),
            _wait_s(self._all, TRIES_IN_ALL, WINDOW_IN_ALL_S, now_s),
        )
        if wait_s:
            raise RefusedError(SLOW_DOWN, _WAIT.format(wait_s), retry_after_s=wait_s)
        own.append(now_s)
        self._all.append(now_s)
        return now_s

    def take_back(self, address: str, at_s: float) -> None:
        """Uncount the try that began at ``at_s``: it was right, or said nothing about the words."""
        for times in (self._of.get(address), self._all):
            if times is not None and at_s in times:
                times.remove(at_s)


def _wait_s(times: deque[float], most: int, window_s: float, now_s: float) -> int:
    """Return how long to wait until there is a try again, after forgetting what is long past."""
    while times and times[0] <= now_s - window_s:
        times.popleft()
    return 0 if len(times) < most else math.ceil(times[0] + window_s - now_s)
