"""What a box can know about the time, and how far each kind of it is believed."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

DAY_MS: Final = 86_400_000
YEAR_MS: Final = 365 * DAY_MS


class Source(IntEnum):
    """Where the time comes from; a higher one may set back what a lower one set."""

    NONE = 0
    PHONES = 1
    BOXES = 2
    REFERENCE = 3
    """GPS or NTP."""


@dataclass(frozen=True, slots=True)
class BoxTime:
    """What another box says, brought to now."""

    wall_ms: int
    quality: int
    """Of its clock: 3 has a reference, 2 heard one that has; the others say nothing here."""


@dataclass(frozen=True, slots=True)
class PhoneTime:
    """What one session's phone says, brought to now."""

    wall_ms: int
    session_age_s: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between what no phone is believed beyond."""

    built_ms: int
    """When this software was built: it cannot be earlier."""
    saved_ms: int
    """The last time saved on the card: nor before that."""
    newest_envelope_ms: int | None
    """The newest verified envelope of clock quality 2 or better: it is about then."""

    @property
    def floor_ms(self) -> int:
        """Return the earliest time there can be."""
        return max(self.built_ms, self.saved_ms)

    @property
    def ceiling_ms(self) -> int:
        """Return the latest time phones are believed: they may all be wrong, or one hand's."""
        most = self.built_ms + BELIEVED_YEARS * YEAR_MS
        if self.newest_envelope_ms is None:
            return most
        return min(most, self.newest_envelope_ms + BELIEVED_AFTER_ENVELOPE_MS)


BELIEVED_YEARS: Final = 3
BELIEVED_AFTER_ENVELOPE_MS: Final = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known at one moment."""

    reference: bool = False
    """GPS or NTP keeps the system clock right now."""
    boxes: tuple[BoxTime, ...] = ()
    phones: tuple[PhoneTime, ...] = field(default=())
