"""Hybrid logical clock: 48 bits of milliseconds, 16 bits of counter, one rising integer.

The wall clock is an argument and may be anything: below zero it counts as 0, above 48 bits
as the highest. A counter that overflows carries into the milliseconds, so the clock still
rises and merely runs ahead.
"""

from typing import Final

from node.contract.clock import ClockQuality
from node.protocol import limits

_COUNTER_BITS: Final = 16
MAX_COUNTER: Final = (1 << _COUNTER_BITS) - 1
MAX_MS: Final = (1 << 48) - 1
"""The year 10889."""
MAX_HLC: Final = limits.MAX_UINT64


def pack(ms: int, counter: int) -> int:
    """Return both as one integer, whose order is that of (ms, counter).

    Raises:
        ValueError: one of them does not fit its bits.
    """
    if not 0 <= ms <= MAX_MS or not 0 <= counter <= MAX_COUNTER:
        raise ValueError(f"{ms} ms and counter {counter} do not fit 48 and 16 bits")
    return ms << _COUNTER_BITS | counter


def ms_of(hlc: int) -> int:
    """Return the milliseconds since the Unix epoch."""
    return hlc >> _COUNTER_BITS


def counter_of(hlc: int) -> int:
    """Return the counter."""
    return hlc & MAX_COUNTER


def clamp_ms(now_ms: int) -> int:
    """Return ``now_ms`` as the clock can hold it: 0 to 48 bits."""
    return min(max(now_ms, 0), MAX_MS)


def tick(last: int, now_ms: int) -> int:
    """Return the next reading: above ``last``, and not before ``now_ms``.

    Raises:
        OverflowError: ``last`` is the highest there is; start a new epoch.
    """
    if last >= MAX_HLC:
        raise OverflowError("the hybrid clock is at its end; start a new epoch")
    return max(last + 1, pack(clamp_ms(now_ms), 0))


def merge(last: int, received: int, *, quality: int, now_ms: int) -> int:
    """Return the clock after seeing ``received``; never below ``last``.

    A received reading counts only if its author's clock was set (quality at least 1) and it
    is at most ``limits.MAX_AHEAD_MS`` ahead of ours. This never decides acceptance.
    """
    if quality < ClockQuality.PHONES or runs_ahead(received, now_ms=now_ms):
        return last
    return max(last, received)


def runs_ahead(hlc: int, *, now_ms: int) -> bool:
    """Return whether a reading is over ``limits.MAX_AHEAD_MS`` ahead of the wall clock.

    When it is a box's own and the wall clock became better than it was, the caller starts a
    new epoch: within one epoch readings only rise.
    """
    return ms_of(hlc) > clamp_ms(now_ms) + limits.MAX_AHEAD_MS
