"""Logs by handle, and digests over rows, on their golden vectors."""

import dataclasses
from typing import Any

import pytest

from node.protocol.frontier import DIGEST_BYTES, LogKey, Row, Sum, digest
from node.protocol.ids import EVERYONE, RoomId, VerifyKey
from tests.vectors.notation import load

_LOG = LogKey(VerifyKey(bytes(32)), 1, 2, EVERYONE)


@pytest.mark.parametrize("vector", load("frontier")["digests"], ids=lambda v: v["name"])
def test_rows_add_up_to_the_digest_of_their_vector(vector: dict[str, Any]) -> None:
    sums: list[Sum] = []
    for group in vector["sums"]:
        total = Sum()
        for row in group["rows"]:
            total = total.add(Row.decode(bytes.fromhex(row)))
        assert f"{total.total:064x}" == group["total"]
        assert total.rows == group["count"]
        sums.append(total)
    assert digest(sums).hex() == vector["digest"]
    assert digest(reversed(sums)) == digest([sum(sums, Sum())])
    assert len(digest(sums)) == DIGEST_BYTES


@pytest.mark.parametrize(
    "change",
    [
        {"author": VerifyKey(b"\x01" + bytes(31))},
        {"epoch": 2},
        {"class_": 3},
        {"room": RoomId(bytes(32))},
    ],
    ids=repr,
)
def test_each_part_of_a_log_is_in_its_handle(change: dict[str, Any]) -> None:
    assert dataclasses.replace(_LOG, **change).handle != _LOG.handle


def test_a_changed_row_is_one_subtract_and_one_add() -> None:
    old = Row(_LOG.handle).with_seen(1, bytes(8))
    new = old.with_seen(2, b"\x01" * 8)
    other = Row(LogKey(_LOG.author, 9, 2, EVERYONE).handle).with_seen(1, bytes(8))
    before = Sum().add(old).add(other)
    assert before.subtract(old).add(new) == Sum().add(other).add(new)
    assert digest([before]) != digest([before.subtract(old).add(new)])
    assert before.subtract(other).subtract(old) == Sum()


def test_the_number_of_rows_is_in_the_digest() -> None:
    assert digest([Sum(5, 1)]) != digest([Sum(5, 2)])
