"""The store's own time: seconds it has been powered, counted on through restarts."""

import sqlite3

from node.contract.clock import Clock


class Lifetime:
    """Measures life and waiting without any wall clock."""

    def __init__(self, clock: Clock, before_s: int) -> None:
        """Go on from ``before_s``, as read from the store at opening."""
        self._clock = clock
        self._zero_s = clock.monotonic_s() - before_s

    def lived_s(self) -> int:
        """Return the powered time so far; never falls."""
        return int(self._clock.monotonic_s() - self._zero_s)

    def save(self, db: sqlite3.Connection) -> None:
        """Remember the powered time; what passes until the next call is lost in a power cut."""
        db.execute("UPDATE store SET lived_s = max(lived_s, ?)", (self.lived_s(),))
