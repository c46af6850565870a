"""How often something may be done, per name."""

from typing import Final

MAX_NAMES: Final = 64
"""More interfaces than a machine has that anybody dials from; the rest share what is forgotten."""


class Rate:
    """A token bucket for each name, full at first."""

    def __init__(self, *, per_s: float, burst: int) -> None:
        """Let ``burst`` be done at once and ``per_s`` in the long run."""
        self._per_s = per_s
        self._burst = burst
        self._buckets: dict[str | None, tuple[float, float]] = {}

    def ready_s(self, name: str | None, now_s: float) -> float:
        """Return when it may be done next; ``now_s`` when at once."""
        tokens = self._tokens(name, now_s)
        return now_s if tokens >= 1 else now_s + (1 - tokens) / self._per_s

    def take(self, name: str | None, now_s: float) -> None:
        """Count that it is done now."""
        tokens = self._tokens(name, now_s)
        self._buckets.pop(name, None)
        self._buckets[name] = (tokens - 1, now_s)
        if len(self._buckets) > MAX_NAMES:
            del self._buckets[next(iter(self._buckets))]

    def _tokens(self, name: str | None, now_s: float) -> float:
        tokens, at_s = self._buckets.get(name, (float(self._burst), now_s))
        return min(float(self._burst), tokens + (now_s - at_s) * self._per_s)
