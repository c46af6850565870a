"""Two lights on mock pins show what a pattern says."""

import asyncio
from collections.abc import Iterator

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from appliance.leds.panel import Light, Panel, open_light
from appliance.leds.patterns import PATTERNS, State, Step
from tests.fakes.deadlines import eventually

pytestmark = pytest.mark.anyio


@pytest.fixture
def lights(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Light, Light]]:
    factory = MockFactory()
    monkeypatch.setattr(Device, "pin_factory", factory)
    green, red = open_light(17), open_light(27)
    yield green, red
    green.close()
    red.close()
    factory.close()


def test_a_step_sets_both_lights(lights: tuple[Light, Light]) -> None:
    panel = Panel(*lights)
    panel.show(Step(1, green=True))
    assert [light.value for light in lights] == [1, 0]
    panel.show(Step(1, red=True))
    assert [light.value for light in lights] == [0, 1]


def test_a_panel_without_lights_does_nothing() -> None:
    Panel(None, None).show(Step(1, green=True, red=True))


async def test_a_new_pattern_is_shown_at_the_next_step_and_the_end_is_dark(
    lights: tuple[Light, Light],
) -> None:
    state = State.STORING_FAULT
    playing = asyncio.create_task(Panel(*lights).play(lambda: PATTERNS[state]))
    await asyncio.sleep(0)
    assert [light.value for light in lights] == [0, 1]
    state = State.LOCATE

    async def is_green() -> bool:
        return lights[0].value == 1

    await eventually(is_green)
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    assert [light.value for light in lights] == [0, 0]
