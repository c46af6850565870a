"""A clock that stands still until it is told otherwise."""

from node.contract.clock import ClockQuality

START_MS = 1_790_000_000_000


class FakeClock:
    """Fits ``node.contract.clock.Clock``; wall and monotonic time are moved apart at will."""

    def __init__(self, quality: ClockQuality = ClockQuality.REFERENCE) -> None:
        self.now_ms = START_MS
        self.now_s = 1_000.0
        self.known = quality

    def wall_ms(self) -> int:
        """Return the wall clock as set."""
        return self.now_ms

    def monotonic_s(self) -> float:
        """Return the monotonic clock as set."""
        return self.now_s

    def quality(self) -> int:
        """Return the quality as set."""
        return self.known

    def pass_s(self, seconds: float) -> None:
        """Let both clocks run on."""
        self.now_s += seconds
        self.now_ms += round(seconds * 1000)
