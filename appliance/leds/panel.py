"""Shows patterns on two light-emitting diodes, by gpiozero."""

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

import gpiozero

from appliance.leds.patterns import Pattern, Step


class Light(Protocol):
    """As ``gpiozero.LED``, which says its types to nobody."""

    value: float
    """0 dark, 1 lit."""

    def close(self) -> None:
        """Give the pin back."""
        ...


def open_light(pin: int) -> Light:
    """Return the light on a GPIO pin (BCM number), dark; the caller closes it.

    Raises:
        gpiozero.GPIOZeroError: no such pin, or no access to it.
        OSError: this machine has no GPIO; go on without lights.
    """
    return cast("Light", gpiozero.LED(pin))


class Panel:
    """A green and a red light; without pins, nothing happens."""

    def __init__(self, green: Light | None, red: Light | None) -> None:
        """Take the lights; whoever made them closes them."""
        self._green = green
        self._red = red

    def show(self, step: Step) -> None:
        """Set both lights."""
        for light, lit in ((self._green, step.green), (self._red, step.red)):
            if light is not None and light.value != lit:
                light.value = lit

    async def play(self, pattern: Callable[[], Pattern]) -> None:
        """Show what ``pattern`` returns, for ever; a change is shown at the next step.

        Both lights go dark when this is cancelled.
        """
        try:
            while True:
                current = pattern()
                for step in current.steps:
                    if pattern() is not current:
                        break
                    self.show(step)
                    await asyncio.sleep(step.ms / 1000)
        finally:
            self.show(Step(0))
