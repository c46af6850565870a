"""How long an envelope is kept: time spent, never wall time.

All seconds are monotonic and counted on through reboots; time without power does not count.
"""

import math

from node.protocol import limits


def life_left_s(ttl_s: int, *, age_s: float, held_s: float) -> float:
    """Return the seconds an envelope may still be kept; 0 when its life is over.

    Unlimited (``math.inf``) for a ttl of 0: such an envelope lives as long as something
    here names it.

    Args:
        ttl_s: as signed.
        age_s: time spent before it came here, as said beside it by whoever brought it. It is
            unsigned, so it never shortens life here below max(1 h, ttl / 4): a liar cannot
            make messages vanish.
        held_s: time it has been here.
    """
    return max(_life_at_receipt_s(ttl_s, age_s) - max(held_s, 0), 0)


def expires_at_s(ttl_s: int, *, age_s: float, received_s: float) -> float:
    """Return when life is over, on the clock of ``received_s``; ``math.inf`` for a ttl of 0."""
    return received_s + _life_at_receipt_s(ttl_s, age_s)


def _life_at_receipt_s(ttl_s: int, age_s: float) -> float:
    if ttl_s == 0:
        return math.inf
    return max(ttl_s - max(age_s, 0), limits.MIN_TTL_S, ttl_s / 4)
