"""How long to leave alone what did not work, with bounded memory."""

import math
import random
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

MAX_REMEMBERED: Final = 2_048
"""Endpoints or peers (0.4 MB); the one due soonest is forgotten, and starts anew.

Stops invented ones from filling memory.
"""

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class _Wait:
    times: int
    until_s: float


class BackOff(Generic[Key]):
    """Doubles the wait at each failure of a key, each drawn from the upper half of its range."""

    def __init__(self, rng: random.Random, *, first_s: float, longest_s: float) -> None:
        """Remember nothing yet.

        Args:
            rng: spreads the waits, so that boxes do not fall into step.
            first_s: shortest wait after the first failure, longest is twice that.
            longest_s: no wait is longer.
        """
        self._rng = rng
        self._first_s = first_s
        self._longest_s = longest_s
        self._waits: dict[Key, _Wait] = {}

    def failed(self, key: Key, now_s: float) -> None:
        """Wait longer than the last time."""
        wait = self._waits.get(key)
        forgotten = wait is None or now_s > wait.until_s + 2 * self._longest_s
        times = 1 if wait is None or forgotten else wait.times + 1
        most_s = min(self._longest_s, self._first_s * 2.0 ** min(times, 32))
        until_s = now_s + most_s * self._rng.uniform(0.5, 1.0)
        self._waits[key] = _Wait(times, until_s)
        if len(self._waits) > MAX_REMEMBERED:
            del self._waits[min(self._waits, key=lambda known: self._waits[known].until_s)]

    def forget(self, key: Key) -> None:
        """Start anew: it works."""
        self._waits.pop(key, None)

    def until_s(self, key: Key) -> float:
        """Return when ``key`` may be tried again; minus infinity when it never failed."""
        wait = self._waits.get(key)
        return -math.inf if wait is None else wait.until_s

    def remembered(self) -> list[Key]:
        """Return every key that is remembered."""
        return list(self._waits)

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._waits)
