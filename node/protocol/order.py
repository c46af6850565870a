"""Where a message stands in time, for people; never for acceptance."""

from node.contract.clock import ClockQuality
from node.protocol import hlc


def sort_ms(reading: int, *, quality: int, received_ms: int) -> tuple[int, bool]:
    """Return the place in time of an envelope, and whether it is its author's word.

    Fixed once, at first receipt. The author's milliseconds if the author's clock was set
    and they are not too far ahead of ours; else the time of receipt, "time uncertain". Sort
    by (sort_ms, id): the order is the same on two boxes for what is certain on both.

    Args:
        reading: the envelope's hybrid clock.
        quality: clock quality signed into the envelope.
        received_ms: our wall clock at first receipt.
    """
    if quality < ClockQuality.PHONES or hlc.runs_ahead(reading, now_ms=received_ms):
        return hlc.clamp_ms(received_ms), False
    return hlc.ms_of(reading), True
