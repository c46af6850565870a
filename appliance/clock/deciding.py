"""Decides what the system clock is set to: a pure function."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from appliance.clock.evidence import Bounds, BoxTime, Evidence, PhoneTime, Source

MIN_SESSION_AGE_S: Final = 60.0
"""A session younger than this has no vote: stops one phone from making voters by the minute."""
MIN_VOTES: Final = 3
"""One phone, and one with a friend, may be wrong."""
AGREE_MS: Final = 120_000
"""Votes within two minutes of each other agree."""

STEP_BY_PHONES_MS: Final = 60_000
"""Phones set the clock only when it is off by more: they differ by that much."""
STEP_BY_BOXES_MS: Final = 2_000

MIN_BOX_QUALITY: Final = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now."""

    source: Source
    """Best source of the clock from now on."""
    set_to_ms: int | None
    """Set the system clock to this; None leaves it."""


def decide(now_ms: int, source: Source, evidence: Evidence, bounds: Bounds) -> Decision:
    """Return what to do with a clock that shows ``now_ms`` and was set by ``source``.

    A clock below the floor is raised to it whatever else is known. A source that is worse than
    the one that set the clock changes nothing; a better one may set it back.
    """
    if evidence.reference:
        return Decision(Source.REFERENCE, None)
    if source is Source.REFERENCE:
        return Decision(source, None)  # it was right once, and runs on by itself
    told_ms, by = _best(evidence, bounds)
    if told_ms is not None and by >= source:
        step_ms = STEP_BY_BOXES_MS if by is Source.BOXES else STEP_BY_PHONES_MS
        off = abs(told_ms - now_ms) >= step_ms
        return Decision(by, told_ms if off else None)
    return Decision(source, bounds.floor_ms if now_ms < bounds.floor_ms else None)


def _best(evidence: Evidence, bounds: Bounds) -> tuple[int | None, Source]:
    boxes_ms = _of_boxes(evidence.boxes, bounds)
    if boxes_ms is not None:
        return boxes_ms, Source.BOXES
    return _of_phones(evidence.phones, bounds), Source.PHONES


def _of_boxes(boxes: Sequence[BoxTime], bounds: Bounds) -> int | None:
    """Return the middle of what the boxes with the best clocks say."""
    able = [box for box in boxes if box.quality >= MIN_BOX_QUALITY]
    best = max((box.quality for box in able), default=0)
    said = sorted(box.wall_ms for box in able if box.quality == best)
    said = [ms for ms in said if ms >= bounds.floor_ms]
    return said[(len(said) - 1) // 2] if said else None


def _of_phones(phones: Sequence[PhoneTime], bounds: Bounds) -> int | None:
    """Return the middle of the largest group of votes that agree; None when it is too small.

    Votes outside the bounds are no votes: a crowd of them cannot outvote three that are possible.
    """
    votes = sorted(
        phone.wall_ms
        for phone in phones
        if phone.session_age_s >= MIN_SESSION_AGE_S
        and bounds.floor_ms <= phone.wall_ms <= bounds.ceiling_ms
    )
    best: list[int] = []
    for at, first in enumerate(votes):
        group = [ms for ms in votes[at:] if ms - first <= AGREE_MS]
        if len(group) > len(best):
            best = group
    return best[len(best) // 2] if len(best) >= MIN_VOTES else None
