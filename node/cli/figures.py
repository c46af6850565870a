"""Sizes, spans and moments as people read them."""

from datetime import UTC, datetime
from typing import Final

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_STEP: Final = 1000
_SPANS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def size(bytes_: float) -> str:
    """Return a size with its unit, in powers of 1000 as on the label of a card."""
    unit = 0
    while bytes_ >= _STEP and unit < len(_UNITS) - 1:
        bytes_ /= _STEP
        unit += 1
    return f"{bytes_:.0f} {_UNITS[unit]}" if unit == 0 else f"{bytes_:.1f} {_UNITS[unit]}"


def span(seconds: int) -> str:
    """Return a span of time in its largest unit, rounded down."""
    for length, unit in _SPANS:
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return "0 s"


def moment(ms: int | None) -> str:
    """Return a time in this machine's zone; ``-`` when it is unknown or beyond any calendar."""
    if ms is None:
        return "-"
    try:
        local = datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone()
    except (ValueError, OverflowError, OSError):
        return "-"
    return local.strftime("%Y-%m-%d %H:%M")
