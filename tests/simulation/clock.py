"""A box's clocks over virtual time: one that only runs, and one on the wall that may be wrong."""

import asyncio

from node.contract.clock import ClockQuality
from tests.fakes.clock import START_MS


class VirtualClock:
    """Fits ``node.contract.clock.Clock``; the wall clock may be off, drift, and be set."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        offset_ms: int = 0,
        drift: float = 0.0,
        quality: ClockQuality = ClockQuality.REFERENCE,
    ) -> None:
        """Follow ``loop``.

        Args:
            loop: whose time passes.
            offset_ms: how far ahead the wall clock is at time 0.
            drift: seconds it gains in one second.
            quality: what the box knows of its wall clock.
        """
        self._loop = loop
        self._drift = drift
        self.offset_ms = offset_ms
        self.known = quality

    def wall_ms(self) -> int:
        """Return the wall clock, as wrong as it is."""
        return START_MS + self.offset_ms + int(self._loop.time() * 1000 * (1 + self._drift))

    def monotonic_s(self) -> float:
        """Return virtual seconds."""
        return self._loop.time()

    def quality(self) -> int:
        """Return the quality as set."""
        return self.known
