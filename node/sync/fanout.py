"""Which links get a new envelope itself, and which only hear of it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from node.protocol import kinds

BULK_PUSHES: Final = 2
"""Links that get chat and the rest at once. With the logarithm of all links 41 % of the crossings
were duplicates (a model of 12 boxes)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One link as fan-out sees it."""

    link: int
    quality: float
    """0 to 1; what the radio says of the neighbour, 0.5 when nothing does."""
    since_s: float
    """When it came up."""


def choose(candidates: Sequence[Candidate], class_: int, draw: Callable[[int], int]) -> set[int]:
    """Return the links to push to: the best ones, and always one at random.

    Args:
        candidates: links whose peer carries the room and did not bring the envelope.
        class_: effective class.
        draw: returns a number from 0 to below its argument.
    """
    count = len(candidates)
    if not count:
        return set()
    wanted = math.ceil(math.log2(count)) + 1 if class_ <= kinds.SAFETY else BULK_PUSHES
    if wanted >= count:
        return {candidate.link for candidate in candidates}
    best = sorted(candidates, key=lambda c: (-c.quality, c.since_s))
    chosen = best[: wanted - 1]
    others = best[wanted - 1 :]
    return {c.link for c in (*chosen, others[draw(len(others))])}
