"""What a press of the box's one button means: by how long it was held."""

from enum import StrEnum
from typing import Final

SHORT_S: Final = 1.0
LONG_S: Final = 3.0
VERY_LONG_S: Final = 10.0
RESET_S: Final = 20.0
"""Held from power-on: nobody leans on a button for so long by accident, as the power comes."""


class Gesture(StrEnum):
    """What is asked of the box."""

    LOCATE = "locate"
    SHUT_DOWN = "shut down"
    CLAIM = "claim"
    FACTORY_RESET = "factory reset"


def gesture(held_s: float, *, from_power_on: bool = False) -> Gesture | None:
    """Return what a press that has ended means; None between the meanings, and for bouncing.

    Between short and long nothing happens: a hesitant finger must not stop a box.

    Args:
        held_s: seconds between press and release.
        from_power_on: the button was down when the box was powered.
    """
    if from_power_on:
        return Gesture.FACTORY_RESET if held_s >= RESET_S else None
    if held_s >= VERY_LONG_S:
        return Gesture.CLAIM
    if held_s >= LONG_S:
        return Gesture.SHUT_DOWN
    return Gesture.LOCATE if 0 < held_s < SHORT_S else None
