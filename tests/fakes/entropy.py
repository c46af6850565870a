"""Random bytes that come again with the same seed."""

import random
from collections.abc import Callable


def seeded(seed: int) -> Callable[[int], bytes]:
    """Return a source of bytes for tests that must replay."""
    return random.Random(seed).randbytes  # noqa: S311 - nothing here is secret
