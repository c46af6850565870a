"""The only door to time."""

from enum import IntEnum
from typing import Protocol


class ClockQuality(IntEnum):
    """How far a box's wall clock can be trusted; signed into each envelope."""

    NONE = 0
    """Never set by anybody: a Pi after power-on."""
    PHONES = 1
    """Set by phones, or by a box whose own quality is ``PHONES``."""
    BOX = 2
    """Taken over from a box of quality ``REFERENCE``."""
    REFERENCE = 3
    """Disciplined by GPS or NTP."""


class Clock(Protocol):
    """Tells time; tests and simulations pass their own."""

    def wall_ms(self) -> int:
        """Return milliseconds since the Unix epoch, which may jump either way."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that only move forward, from an arbitrary zero."""
        ...

    def quality(self) -> int:
        """Return how far ``wall_ms`` can be trusted now, as a ``ClockQuality``."""
        ...
