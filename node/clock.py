"""The system's clock. It fits ``node.contract.clock.Clock`` by shape, without importing it."""

import ctypes
import time
from typing import Final

_STA_UNSYNC: Final = 0x0040  # linux/timex.h: nothing disciplines the kernel's clock
_UNKNOWN: Final = 0
_REFERENCE: Final = 3  # the two of docs/protocol.md's clock qualities that a kernel can vouch for


class _Timex(ctypes.Structure):
    """The head of ``struct timex`` (linux/timex.h, 64-bit), and space for the rest of it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 208),
    )


class SystemClock:
    """Reads the operating system's clocks."""

    def wall_ms(self) -> int:
        """Return milliseconds since the Unix epoch, which may jump either way."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Return seconds that only move forward, from an arbitrary zero."""
        return time.monotonic()

    def quality(self) -> int:
        """Return 3 when the kernel says that a time source disciplines its clock, else 0.

        Asks adjtimex(2) with ``modes`` 0, which changes nothing and needs no right. Where the
        call is missing or filtered, nobody vouches for the clock: 0.
        """
        timex = _Timex()
        try:
            state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
        except (OSError, AttributeError):
            return _UNKNOWN
        return _UNKNOWN if state < 0 or timex.status & _STA_UNSYNC else _REFERENCE
