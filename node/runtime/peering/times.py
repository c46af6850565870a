"""The time of this box: its own clock, or a better one that linked boxes agree on."""

import statistics
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from node.contract.clock import Clock, ClockQuality
from node.contract.status import BoxClock
from node.protocol.ids import VerifyKey

MAX_OFFERS: Final = 64
"""Boxes whose clock is remembered, the latest ones; bounds memory."""

EARLIEST_MS: Final = 1_735_689_600_000
LATEST_MS: Final = 4_102_444_800_000
"""2025 to 2100: what is outside is no time anybody set, whatever quality is claimed."""

_LEARNT: Final = {
    ClockQuality.REFERENCE: ClockQuality.BOX,
    ClockQuality.BOX: ClockQuality.PHONES,
    ClockQuality.PHONES: ClockQuality.PHONES,
}
"""Quality of a peer's clock → quality of what is taken from it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One peer's clock at one moment of ours."""

    quality: ClockQuality
    wall_ms: int
    monotonic_s: float


class SharedClock:
    """Fits ``Clock``: the system's clock until linked boxes have a better one.

    Of the best quality offered the median counts, so that one liar among three moves nothing. Only
    the wall clock is ever taken over, and it decides nothing but places in time.
    """

    def __init__(self, own: Clock) -> None:
        self._own = own
        self._offers: OrderedDict[VerifyKey, Offer] = OrderedDict()

    def wall_ms(self) -> int:
        """Return milliseconds since the Unix epoch, which may jump either way."""
        quality, offers = self._best()
        if quality <= self._own.quality():
            return self._own.wall_ms()
        now_s = self._own.monotonic_s()
        told_ms = [offer.wall_ms + (now_s - offer.monotonic_s) * 1000 for offer in offers]
        return round(statistics.median_low(told_ms))

    def monotonic_s(self) -> float:
        """Return seconds that only move forward, from an arbitrary zero."""
        return self._own.monotonic_s()

    def quality(self) -> int:
        """Return how far ``wall_ms`` can be trusted now."""
        return max(self._own.quality(), self._best()[0])

    @property
    def source(self) -> str:
        """Return whose time it is: of its ``own`` clock, or of the ``boxes`` it links with."""
        return "boxes" if self._best()[0] > self._own.quality() else "own"

    def offer(self, peer: VerifyKey, wall_ms: int, quality: int) -> None:
        """Take note of a linked peer's clock, as it is now; impossible times are ignored."""
        self._offers.pop(peer, None)
        if not 0 <= quality <= ClockQuality.REFERENCE or not EARLIEST_MS <= wall_ms <= LATEST_MS:
            return
        self._offers[peer] = Offer(ClockQuality(quality), wall_ms, self._own.monotonic_s())
        if len(self._offers) > MAX_OFFERS:
            self._offers.popitem(last=False)

    def told(self) -> list[BoxClock]:
        """Return what linked boxes showed, brought to now."""
        now_s = self._own.monotonic_s()
        return [
            BoxClock(offer.wall_ms + round((now_s - offer.monotonic_s) * 1000), int(offer.quality))
            for offer in self._offers.values()
        ]

    def _best(self) -> tuple[int, list[Offer]]:
        """Return the best quality that can be learnt, and the offers it is learnt from."""
        learnt = [(_LEARNT.get(o.quality, ClockQuality.NONE), o) for o in self._offers.values()]
        best = max((quality for quality, _ in learnt), default=ClockQuality.NONE)
        return int(best), [offer for quality, offer in learnt if quality == best]
