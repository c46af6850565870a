"""The lights tell the most pressing thing, and no two of them look alike."""

import itertools
from dataclasses import fields, replace

import pytest

from appliance.leds.patterns import PATTERNS, Pattern, Signs, State, pattern_for

SIGNS = [field.name for field in fields(Signs)]


def test_every_state_has_a_pattern_of_its_own() -> None:
    assert list(PATTERNS) == list(State)
    assert len({pattern.steps for pattern in PATTERNS.values()}) == len(State)
    assert len({pattern.act for pattern in PATTERNS.values()}) == len(State)
    assert len({pattern.look for pattern in PATTERNS.values()}) == len(State)


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=lambda pattern: pattern.state)
def test_a_pattern_can_be_seen_and_harms_nobody(pattern: Pattern) -> None:
    assert all(100 <= step.ms <= 2000 for step in pattern.steps)
    lit = [step.green or step.red for step in pattern.steps]
    assert any(lit) == (pattern.state is not State.SAFE_TO_UNPLUG)
    red_flashes = sum(
        b.red and not a.red for a, b in zip(pattern.steps, pattern.steps[1:], strict=False)
    )
    period_s = sum(step.ms for step in pattern.steps) / 1000
    # Red more than three times a second can bring on a seizure (WCAG 2.3.1); the locate light
    # changes color at equal brightness.
    assert pattern.state is State.LOCATE or red_flashes / period_s <= 3


def test_a_quiet_box_is_ready_and_alone() -> None:
    assert pattern_for(Signs()).state is State.READY_ALONE


@pytest.mark.parametrize("sign", SIGNS)
def test_each_sign_alone_has_its_state(sign: str) -> None:
    state = pattern_for(replace(Signs(), **{sign: True})).state
    assert state.replace(" ", "_") == ("safe_to_unplug" if sign == "stopped" else sign)


@pytest.mark.parametrize("pair", itertools.combinations(SIGNS, 2), ids="+".join)
def test_of_two_signs_the_more_pressing_one_is_shown(pair: tuple[str, str]) -> None:
    alone = [pattern_for(replace(Signs(), **{sign: True})).state for sign in pair]
    both = pattern_for(replace(Signs(), **dict.fromkeys(pair, True))).state
    assert both == min(alone, key=list(State).index)
