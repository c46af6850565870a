"""What the store does in idle time for sync: judges, scrubs, folds."""

import sqlite3

from node.contract.clock import Clock
from node.store.folding import Folding
from node.store.gone import judge_some
from node.store.lifetime import Lifetime
from node.store.scrub import Scrub


class Upkeep:
    """The chores of one open store, by its powered time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._scrub = Scrub()
        self._folding = Folding()
        self._lifetime: Lifetime | None = None

    @property
    def lifetime(self) -> Lifetime:
        """Return the powered time of the store; only after ``begin``."""
        if self._lifetime is None:
            raise AssertionError("the store was not opened")
        return self._lifetime

    def begin(self, db: sqlite3.Connection) -> None:
        """Go on from what the store says; it is not in order until ``mark_clean``."""
        lived_s, clean = db.execute("SELECT lived_s, clean FROM store").fetchone()
        self._lifetime = Lifetime(self._clock, lived_s)
        if not clean:
            self._scrub.demand()
        db.execute("UPDATE store SET clean = 0")

    def step(self, db: sqlite3.Connection) -> bool:
        """Do one slice of each chore; return whether more is left."""
        lived_s = self.lifetime.lived_s()
        more = judge_some(db, lived_s)
        more |= self._scrub.step(db, lived_s)
        return self._folding.step(db, lived_s) | more


def mark_clean(db: sqlite3.Connection) -> None:
    """Say that the store was closed in order: nothing needs to be looked for at the next start."""
    db.execute("UPDATE store SET clean = 1")
