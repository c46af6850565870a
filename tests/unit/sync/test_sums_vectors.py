"""Salted sums are those of the vectors, which other programs made."""

import json
from pathlib import Path
from typing import Any

import pytest

from node.protocol.ids import LogHandle
from node.sync.exchange import BUCKETS, SALT_BYTES, Exchange, Rest, salted_hash
from node.sync.frames import RowsMode

VECTORS = Path(__file__).parents[2] / "vectors" / "sums.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text())["sums"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_the_sums_of_an_exchange_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    salt = bytes.fromhex(case["handshake_hash"])[:SALT_BYTES]
    rows = [bytes.fromhex(row) for row in case["rows"]]
    exchange = Exchange.of([(LogHandle(row[:8]), salted_hash(salt, row)) for row in rows])
    turn = exchange.open(since=False, quick=True)
    assert turn.mode is RowsMode.NEWEST
    assert turn.rest == Rest(case["count"], int(case["sum"], 16))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_the_buckets_of_an_exchange_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    salt = bytes.fromhex(case["handshake_hash"])[:SALT_BYTES]
    sums = [0] * BUCKETS
    for row in map(bytes.fromhex, case["rows"]):
        sums[row[0]] = (sums[row[0]] + salted_hash(salt, row)) % 2**48
    named = {f"{bucket:02x}": f"{value:012x}" for bucket, value in enumerate(sums) if value}
    assert named == case["buckets"]


def test_another_salt_gives_other_sums() -> None:
    """Control."""
    case = next(case for case in CASES if case["count"])
    row = bytes.fromhex(case["rows"][0])
    salts = [bytes.fromhex(case["handshake_hash"])[:SALT_BYTES], bytes(SALT_BYTES)]
    assert len({salted_hash(salt, row) for salt in salts}) == 2
