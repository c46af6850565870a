"""Waiting for what a box must come to, with an end."""

import time
from collections.abc import Callable

LIMIT_S = 20.0
POLL_S = 0.1


def until(holds: Callable[[], bool]) -> None:
    """Return once ``holds`` says so.

    Raises:
        AssertionError: it did not within ``LIMIT_S``.
    """
    deadline_s = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline_s, "it did not come to this in time"
        time.sleep(POLL_S)
