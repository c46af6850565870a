"""The board's light is given to the kernel, in the order it wants."""

from pathlib import Path

import pytest

from appliance.leds.board_light import drive, find
from appliance.leds.patterns import PATTERNS, State, Trigger


def light(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir()
    for file in ("trigger", "delay_on", "delay_off"):
        (place / file).write_text("")
    return place


@pytest.mark.parametrize("name", ["ACT", "led0"])
def test_the_light_is_found_by_either_name(tmp_path: Path, name: str) -> None:
    assert find(tmp_path) is None
    made = light(tmp_path, name)
    assert find(tmp_path) == made


def test_a_timer_gets_its_delays(tmp_path: Path) -> None:
    made = light(tmp_path, "ACT")
    drive(made, PATTERNS[State.UNSYNCED].act)
    said = [(made / file).read_text() for file in ("trigger", "delay_on", "delay_off")]
    assert said == ["timer", "1800", "200"]


def test_another_trigger_leaves_the_delays_alone(tmp_path: Path) -> None:
    made = light(tmp_path, "ACT")
    drive(made, Trigger("heartbeat"))
    assert (made / "trigger").read_text() == "heartbeat"
    assert (made / "delay_on").read_text() == ""
