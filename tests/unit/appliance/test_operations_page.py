"""docs/operations.md says what the code does, row by row."""

import re
from pathlib import Path

import pytest

from appliance.firstboot.config_keys import KEYS
from appliance.leds.patterns import PATTERNS, Trigger
from appliance.radio.plan import make_plan
from tests.unit.appliance.radio.recorded import NAMES, PI, radio

PAGE = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """Return the rows of the table that begins with ``heading``, without its two first lines."""
    after = PAGE[PAGE.index(f"| {heading} |") :]
    table = after.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def shown(trigger: Trigger) -> str:
    names = {"none": "off", "default-on": "steady", "heartbeat": "like a heart"}
    return names.get(trigger.name, f"{trigger.on_ms} ms on, {trigger.off_ms} ms off")


def test_the_table_of_lights_is_the_code_s_in_its_order() -> None:
    told = [[p.state, p.look, shown(p.act)] for p in PATTERNS.values()]
    assert rows("the box is") == told


def test_the_table_of_radios_is_what_is_planned() -> None:
    told = [
        [name, make_plan([radio(name)]).plan, make_plan([radio(PI), radio(name)]).plan]
        for name in NAMES
    ]
    assert rows("radio") == told


def test_the_table_of_keys_has_each_key_and_what_it_takes() -> None:
    told = [[f"`{name}`", key.accepted] for name, key in KEYS.items()]
    assert [row[:2] for row in rows("key")] == told


@pytest.mark.parametrize("heading", ["plan", "the phone says"])
def test_the_other_tables_are_whole(heading: str) -> None:
    table = rows(heading)
    assert len(table) >= 5
    assert all(all(re.search(r"\w", cell) for cell in row) for row in table)
