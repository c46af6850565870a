"""What the appliance wrote stands in the status; what it wrote wrongly is left out."""

import json
from pathlib import Path
from typing import Any

from tests.cli.running import over_socket, serving

RADIO = {
    "plan": "P4",
    "sentence": "The only radio is for phones. This box can hold 7 phones.",
    "originators": [
        {
            "mac": "02:d1:5a:00:00:02",
            "node_id": None,
            "tq": 210,
            "next_hop": "02:d1:5a:00:00:02",
            "last_seen_ms": 400,
        }
    ],
}
PHONES = {"now": 5, "max": 7, "turned_away": 2}
CHECKS = {"checks": [{"check": "power", "state": "fail", "why": "Too weak.", "fix": "Another."}]}


def write(folder: Path, **files: object) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        part = folder / f"{name}.part"
        part.write_text(content if isinstance(content, str) else json.dumps(content))
        part.replace(folder / f"{name}.json")


def test_plan_phones_and_the_board_s_health_are_told(tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    write(facts, radio=RADIO, phones=PHONES, checks=CHECKS)
    settings = tmp_path / "node.toml"
    settings.write_text(f'facts_dir = "{facts}"\n')
    with serving(tmp_path / "data", "--config", str(settings)) as node, over_socket(node) as ask:

        def status() -> dict[str, Any]:
            told: dict[str, Any] = ask.get("/status").json()
            return told

        told = status()
        assert {key: told["network"][key] for key in RADIO} == RADIO
        assert told["phones"] == PHONES
        assert told["health"][-1] == CHECKS["checks"][0]
        write(facts, phones="{not json", radio={"plan": 7}, checks={"checks": [{"state": "bad"}]})
        told = status()
        assert told["network"]["plan"] is None
        assert told["phones"] == {"now": None, "max": None, "turned_away": None}
        assert "power" not in [check["check"] for check in told["health"]]
