"""One button says four things, and none of them by accident."""

import pytest

from appliance.leds.button import Gesture, gesture


@pytest.mark.parametrize(
    ("held_s", "means"),
    [
        (0, None),
        (0.05, Gesture.LOCATE),
        (0.99, Gesture.LOCATE),
        (1.0, None),
        (2.99, None),
        (3.0, Gesture.SHUT_DOWN),
        (9.99, Gesture.SHUT_DOWN),
        (10.0, Gesture.CLAIM),
        (3600.0, Gesture.CLAIM),
    ],
)
def test_how_long_it_is_held_decides(held_s: float, means: Gesture | None) -> None:
    assert gesture(held_s) == means


@pytest.mark.parametrize(("held_s", "means"), [(19.9, None), (20.0, Gesture.FACTORY_RESET)])
def test_held_from_power_on_it_only_ever_resets(held_s: float, means: Gesture | None) -> None:
    assert gesture(held_s, from_power_on=True) == means
