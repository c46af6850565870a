"""Counts what was refused, and says so in the log now and then."""

import logging
from collections import Counter
from collections.abc import Callable

from node.net.errors import Fault, LinkError
from node.net.limits import LOG_INTERVAL_S

_log = logging.getLogger("disasternet")


class Refusals:
    """One line of log per fault and ``LOG_INTERVAL_S``, whatever strangers send."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self.counts: Counter[Fault] = Counter()
        """Connections refused or dropped before they were links, since the start."""
        self._logged: dict[Fault, tuple[float, int]] = {}

    def note(self, error: LinkError, where: str) -> None:
        """Count one connection from ``where``."""
        fault = error.fault
        self.counts[fault] += 1
        now_s = self._monotonic_s()
        last_s, counted = self._logged.get(fault, (None, 0))
        if last_s is None or now_s - last_s >= LOG_INTERVAL_S:
            new = self.counts[fault] - counted
            self._logged[fault] = now_s, self.counts[fault]
            _log.warning("refused %d as %s, the last from %s: %s", new, fault, where, error.detail)
