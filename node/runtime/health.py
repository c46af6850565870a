"""The health checks: each looks at one thing and says what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.contract.clock import ClockQuality
from node.contract.status import Check, CheckState, StorageState

MIN_FREE_BYTES: Final = 64 * 1024 * 1024
"""Below this much free disk the box is about to refuse messages; time to act."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One reading of everything the checks look at."""

    storage: StorageState
    clock_quality: int
    peers_connected: int
    links_broken: int = 0
    """Links closed since the start because of what the peer sent."""


def check_store(vitals: Vitals) -> Check:
    """Return whether new messages can be kept."""
    if vitals.storage.writable:
        return Check("store", CheckState.OK, "Messages are being kept.", "")
    why = "The last message could not be written; reading still works."
    return Check("store", CheckState.FAIL, why, "Free some space, or use a bigger card.")


def check_space(vitals: Vitals) -> Check:
    """Return whether the disk has room."""
    free_mb = vitals.storage.free_bytes // 1_000_000
    if vitals.storage.free_bytes >= MIN_FREE_BYTES:
        return Check("space", CheckState.OK, f"{free_mb} MB are free.", "")
    why = f"Only {free_mb} MB are free on the disk."
    return Check("space", CheckState.WARN, why, "Free some space, or use a bigger card.")


def check_clock(vitals: Vitals) -> Check:
    """Return whether this box knows the time."""
    if vitals.clock_quality != ClockQuality.NONE:
        return Check("clock", CheckState.OK, "The clock has been set.", "")
    why = "Nobody has set this clock; times are shown as uncertain."
    return Check("clock", CheckState.WARN, why, "Nothing is lost. A phone or GPS will set it.")


def check_peers(vitals: Vitals) -> Check:
    """Return whether another box is linked."""
    count = vitals.peers_connected
    if count:
        linked = "1 other box is linked." if count == 1 else f"{count} other boxes are linked."
        return Check("peers", CheckState.OK, linked, "")
    why = "No other box is linked; messages stay on this one."
    return Check("peers", CheckState.WARN, why, "Bring another box near, or connect a cable.")


def check_links(vitals: Vitals) -> Check:
    """Return whether the boxes around keep to the protocol."""
    if not vitals.links_broken:
        return Check("links", CheckState.OK, "Other boxes keep to the protocol.", "")
    why = f"{vitals.links_broken} links were closed because the other side broke the protocol."
    fix = "Nothing of it was kept. If it goes on, look for a box of another make or a faulty one."
    return Check("links", CheckState.WARN, why, fix)


CHECKS: Final[tuple[Callable[[Vitals], Check], ...]] = (
    check_store,
    check_space,
    check_clock,
    check_peers,
    check_links,
)
