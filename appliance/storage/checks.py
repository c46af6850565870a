"""What the board and its card mean for a person: checks with a sentence and what to do."""

from collections.abc import Callable
from typing import Final

from appliance import sentences
from appliance.storage.vitals import Vitals
from node.contract.status import Check, CheckState

HOT_MC: Final = 80_000
"""The firmware begins to slow the board down (raspberrypi.com, frequency management)."""

TIGHT_BYTES: Final = 64 * 1024 * 1024
"""About a week of a busy village; time to act."""


def _fine(check: str) -> Check:
    return Check(check, CheckState.OK, sentences.HEALTH[check]["ok"][0], "")


def _said(check: str, state: CheckState, key: str) -> Check:
    why, fix = sentences.HEALTH[check][key]
    return Check(check, state, why, fix)


def check_power(vitals: Vitals) -> Check | None:
    """Return whether the power supply is strong enough; None on a board that does not say."""
    if vitals.undervolted is None:
        return None
    if vitals.undervolted:
        return _said("power", CheckState.FAIL, "now")
    if vitals.undervolted_once:
        return _said("power", CheckState.WARN, "once")
    return _fine("power")


def check_heat(vitals: Vitals) -> Check | None:
    """Return whether the board is cool enough; None on a board that does not say."""
    if vitals.temperature_mc is None:
        return None
    hot = vitals.temperature_mc >= HOT_MC or vitals.throttled
    return _said("heat", CheckState.WARN, "hot") if hot else _fine("heat")


def check_card(vitals: Vitals) -> Check:
    """Return whether the card takes and keeps what is written."""
    if vitals.read_only is None:
        return _said("card", CheckState.FAIL, "absent")
    if vitals.read_only:
        return _said("card", CheckState.FAIL, "read-only")
    if vitals.card_errors:
        return _said("card", CheckState.WARN, "errors")
    if vitals.free_bytes is not None and vitals.free_bytes < TIGHT_BYTES:
        return _said("card", CheckState.WARN, "tight")
    return _fine("card")


CHECKS: Final[tuple[Callable[[Vitals], Check | None], ...]] = (check_power, check_heat, check_card)


def checks_of(vitals: Vitals) -> list[Check]:
    """Return every check that this board can make."""
    return [check for make in CHECKS if (check := make(vitals)) is not None]
