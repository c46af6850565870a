"""How somebody at the box becomes its admin: the button opens a window, and one session asks."""

from typing import Final

from node.contract.admin import Claim
from node.contract.clock import Clock

WINDOW_S: Final = 120.0
"""After the very long press: long enough to take the phone out."""
SETTLE_S: Final = 15.0
"""Between the first word and the grant: whoever else asks meanwhile is heard too."""
ADMIN_S: Final = 43_200.0
"""Twelve hours: a shift, and then the button again."""


class AdminClaim:
    """One window at a time; if two sessions ask in it, nobody gets it.

    Kept in memory: a restart ends windows and grants.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin closed; of ``clock`` only the monotonic time is read."""
        self._clock = clock
        self._opened_s: float | None = None
        self._first: str | None = None
        self._asked_s = 0.0
        self._contested: set[str] = set()
        self._granted: str | None = None
        self._until_s = 0.0

    def open(self) -> None:
        """Open the window anew; who is admin already stays it."""
        self._opened_s = self._clock.monotonic_s()
        self._first = None
        self._contested = set()

    def ask(self, session: str) -> Claim:
        """Let a session ask, or ask again; return where it stands.

        Args:
            session: names the session to this box and to nobody else.
        """
        now_s = self._clock.monotonic_s()
        if self.holds(session):
            return Claim("granted", 0)
        if session in self._contested:
            return Claim("contested", 0)
        if self._first is None:
            return self._begin(session, now_s)
        if self._first != session:
            return self._dispute(session, now_s)
        left_s = self._asked_s + SETTLE_S - now_s
        if left_s > 0:
            return Claim("waiting", int(left_s) + 1)
        self._granted, self._until_s = session, now_s + ADMIN_S
        self._first = self._opened_s = None
        return Claim("granted", 0)

    def holds(self, session: str) -> bool:
        """Return whether ``session`` is admin now."""
        return session == self._granted and self._clock.monotonic_s() < self._until_s

    def _begin(self, session: str, now_s: float) -> Claim:
        if self._opened_s is None or now_s - self._opened_s > WINDOW_S:
            return Claim("closed", 0)
        self._first, self._asked_s = session, now_s
        return Claim("waiting", int(SETTLE_S))

    def _dispute(self, session: str, now_s: float) -> Claim:
        """Two asked: nobody can tell who stands at the box, so both must press again."""
        if self._first is None or now_s - self._asked_s > SETTLE_S:
            return Claim("closed", 0)
        self._contested = {self._first, session}
        self._first = self._opened_s = None
        return Claim("contested", 0)
