"""When each link says KEEPALIVE and opens an exchange of its own accord."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

KEEPALIVE_S: Final = 30.0
EXCHANGE_S: Final = 600.0
"""Each ± 50 %, drawn anew every time, so that boxes do not fall into step."""

ASKED_EXCHANGE_S: Final = 2.0
"""Least time between exchanges that a DELTA asked for."""


@dataclass(slots=True)
class Schedule:
    """What is due on one link."""

    draw: Callable[[int], int]
    """Returns a number from 0 to below its argument."""
    dialled: bool
    keepalive_s: float
    exchange_s: float
    asked_s: float

    @classmethod
    def of(cls, draw: Callable[[int], int], *, dialled: bool, now_s: float) -> "Schedule":
        """Return the schedule of a link that came up now."""
        made = cls(draw, dialled, 0.0, 0.0, now_s - ASKED_EXCHANGE_S)
        made.keepalive_s = now_s + made.about(KEEPALIVE_S)
        made.exchange_s = now_s + made.about(EXCHANGE_S)
        return made

    @property
    def next_s(self) -> float:
        """Return when something is due."""
        return min(self.keepalive_s, self.exchange_s) if self.dialled else self.keepalive_s

    def due(self, now_s: float, *, asked: bool) -> tuple[bool, bool]:
        """Return whether to say KEEPALIVE and whether to open an exchange, and count it as done.

        The acceptor opens none: what asks for one makes it say what it has.

        Args:
            now_s: monotonic seconds.
            asked: a DELTA left more behind it than it can say.
        """
        asked = asked and now_s - self.asked_s >= ASKED_EXCHANGE_S
        speaks = now_s >= self.keepalive_s or (asked and not self.dialled)
        opens = self.dialled and (now_s >= self.exchange_s or asked)
        if speaks:
            self.keepalive_s = now_s + self.about(KEEPALIVE_S)
        if opens:
            self.exchange_s = now_s + self.about(EXCHANGE_S)
        if speaks or opens:
            self.asked_s = now_s
        return speaks, opens

    def about(self, seconds: float) -> float:
        """Return ``seconds`` ± 50 %."""
        return seconds * (0.5 + self.draw(1_001) / 1_000)
