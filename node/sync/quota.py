"""How many unknown logs may begin: a rate, never a refusal. What is over it waits at the sender."""

from dataclasses import dataclass
from typing import Final

LOGS_BURST: Final = 16_384
LOGS_PER_S: Final = 20.0
"""Unknown logs of all links together; each costs about 500 bytes for good.

A box that joins a mesh of 500 people in 30 rooms gets all of it at once; whoever invents keys makes
at most 9 MB at once and 0.9 GB a day, which retention then takes first.
"""

LINK_LOGS_BURST: Final = 600
LINK_LOGS_PER_S: Final = 1.0
"""Unknown logs of one link, which it has before it takes from what all links share. Stops one peer
that invents logs from keeping new people of all other boxes waiting.
"""


@dataclass(slots=True)
class Quota:
    """A token bucket."""

    burst: float
    per_s: float
    left: float
    at_s: float

    def take(self, wanted: int, now_s: float) -> int:
        """Return how many of ``wanted`` may go now, and count them."""
        self.left = min(self.burst, self.left + (now_s - self.at_s) * self.per_s)
        self.at_s = now_s
        granted = min(wanted, int(self.left))
        self.left -= granted
        return granted
