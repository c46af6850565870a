"""Reads what the board and its card say about themselves; what it does not say is None."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MAX_NUMBER_BYTES: Final = 20
"""No number of sysfs is longer; a longer one is none."""

UNDERVOLTED_BIT: Final = 0
THROTTLED_BIT: Final = 2
UNDERVOLTED_ONCE_BIT: Final = 16
"""Of the firmware's throttling word (raspberrypi.com, vcgencmd get_throttled)."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a Linux tells it."""

    sys: Path = Path("/sys")
    data: Path = Path("/data")


@dataclass(frozen=True, slots=True)
class Vitals:
    """One reading."""

    undervolted: bool | None = None
    undervolted_once: bool | None = None
    """Since power-on."""
    throttled: bool | None = None
    temperature_mc: int | None = None
    """Thousandths of a degree Celsius."""
    card_errors: int | None = None
    """Errors that ext4 met on any file system since it was made."""
    free_bytes: int | None = None
    """On the data partition."""
    read_only: bool | None = None
    """The data partition takes no writes: the kernel found it damaged, or it is not there."""


def read(places: Places) -> Vitals:
    """Return one reading; never fails."""
    word = _throttling(places.sys)
    space = _space(places.data)
    return Vitals(
        undervolted=None if word is None else bool(word >> UNDERVOLTED_BIT & 1),
        undervolted_once=None if word is None else bool(word >> UNDERVOLTED_ONCE_BIT & 1),
        throttled=None if word is None else bool(word >> THROTTLED_BIT & 1),
        temperature_mc=_number(places.sys / "class/thermal/thermal_zone0/temp"),
        card_errors=_card_errors(places.sys / "fs/ext4"),
        free_bytes=None if space is None else space.f_bavail * space.f_frsize,
        read_only=None if space is None else bool(space.f_flag & os.ST_RDONLY),
    )


def _throttling(sys: Path) -> int | None:
    files = sorted(sys.glob("devices/platform/soc*/*firmware/get_throttled"))
    return _number(files[0], base=16) if files else None


def _card_errors(folder: Path) -> int | None:
    counts = [_number(file) for file in sorted(folder.glob("*/errors_count"))]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _space(data: Path) -> os.statvfs_result | None:
    try:
        return os.statvfs(data)
    except OSError:
        return None


def _number(file: Path, base: int = 10) -> int | None:
    try:
        with file.open("rb") as stream:
            return int(_short(stream.read(MAX_NUMBER_BYTES + 1)), base)
    except (OSError, ValueError):
        return None


def _short(raw: bytes) -> str:
    if len(raw) > MAX_NUMBER_BYTES:
        raise ValueError("too long for a number")
    return raw.decode("ascii").strip()
