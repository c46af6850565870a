"""A person is told what is wrong with the board or the card, and what to do."""

from dataclasses import replace
from typing import Any

import pytest

from appliance import sentences
from appliance.storage.checks import HOT_MC, TIGHT_BYTES, checks_of
from appliance.storage.vitals import Vitals
from node.contract.status import CheckState

WELL = Vitals(
    undervolted=False,
    undervolted_once=False,
    throttled=False,
    temperature_mc=50_000,
    card_errors=0,
    free_bytes=TIGHT_BYTES,
    read_only=False,
)


def test_a_healthy_box_has_nothing_to_fix() -> None:
    found = checks_of(WELL)
    assert [check.check for check in found] == ["power", "heat", "card"]
    assert all(check.state is CheckState.OK and not check.fix for check in found)


@pytest.mark.parametrize(
    ("change", "check", "state"),
    [
        ({"undervolted": True}, "power", CheckState.FAIL),
        ({"undervolted_once": True}, "power", CheckState.WARN),
        ({"temperature_mc": HOT_MC}, "heat", CheckState.WARN),
        ({"throttled": True}, "heat", CheckState.WARN),
        ({"read_only": None}, "card", CheckState.FAIL),
        ({"read_only": True}, "card", CheckState.FAIL),
        ({"card_errors": 1}, "card", CheckState.WARN),
        ({"free_bytes": TIGHT_BYTES - 1}, "card", CheckState.WARN),
    ],
    ids=str,
)
def test_each_fault_is_told_with_what_to_do(
    change: dict[str, Any], check: str, state: CheckState
) -> None:
    found = {one.check: one for one in checks_of(replace(WELL, **change))}
    assert found.pop(check).state is state
    assert all(one.state is CheckState.OK for one in found.values())


def test_a_board_that_does_not_say_is_not_judged() -> None:
    assert [check.check for check in checks_of(Vitals())] == ["card"]


def test_every_fault_has_a_fix_in_words() -> None:
    for cases in sentences.HEALTH.values():
        for case, (why, fix) in cases.items():
            assert why.endswith(".")
            assert bool(fix) == (case != "ok")
