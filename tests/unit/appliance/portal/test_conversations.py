"""What each system asks, in which order and when, is answered as that system wants it."""

import json
from pathlib import Path
from typing import Any

import pytest

from appliance.portal.probes import PROBES, System, probe_of
from tests.unit.appliance.portal.asking import Street

pytestmark = pytest.mark.anyio

CONVERSATIONS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "vectors" / "portal" / "conversations.json").read_text()
)


@pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: talk["name"])
async def test_a_conversation_goes_as_recorded(talk: dict[str, Any]) -> None:
    street = Street()
    heard: list[str] = []
    for step in talk["steps"]:
        street.now_s = 1000.0 + step["at_s"]
        answer = await street.ask(step["host"], step["path"], agent=step["user_agent"])
        heard.append(answer.kind)
        if answer.kind == "online":
            probe = probe_of(step["host"], step["path"])
            assert probe is not None
            assert (answer.status, answer.body) == (probe.online.status, probe.online.body)
    assert heard == [step["expect"] for step in talk["steps"]]


def test_every_system_speaks_in_a_conversation() -> None:
    spoken = {
        probe.system
        for talk in CONVERSATIONS
        for step in talk["steps"]
        if (probe := probe_of(step["host"], step["path"])) is not None
    }
    assert spoken == set(System)
    assert all(talk["source"] for talk in CONVERSATIONS)


def test_every_host_of_the_table_is_asked_by_name_only() -> None:
    assert all(probe.source and "/" not in probe.host for probe in PROBES)
    assert len({(probe.host, probe.paths) for probe in PROBES}) == len(PROBES)
