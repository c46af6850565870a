"""Beacons are those of the vectors, which other programs made."""

import json
from pathlib import Path
from typing import Any

import pytest

from node.net.discovery.beacon import Beacon, Digests, decode

VECTORS = Path(__file__).parents[2] / "vectors" / "beacons.json"
FILE: dict[str, list[dict[str, Any]]] = json.loads(VECTORS.read_text())


@pytest.mark.parametrize("vector", FILE["beacons"], ids=lambda vector: f"port {vector['port']}")
def test_a_beacon_is_read_and_written_as_in_the_vectors(vector: dict[str, Any]) -> None:
    by_class = tuple(map(bytes.fromhex, vector["digests"]))
    beacon = Beacon(
        bytes.fromhex(vector["node"]),
        bytes.fromhex(vector["boot"]),
        vector["port"],
        Digests(by_class, partial=bool(vector["flags"])),
    )
    assert beacon.encode().hex() == vector["bytes"]
    assert decode(bytes.fromhex(vector["bytes"])) == beacon


@pytest.mark.parametrize("vector", FILE["refused"], ids=lambda vector: vector["what"])
def test_what_is_no_beacon_is_dropped(vector: dict[str, Any]) -> None:
    assert decode(bytes.fromhex(vector["bytes"])) is None
