"""Rows, on their golden vectors: what was seen, in one form."""

from typing import Any

import pytest

from node.protocol import limits
from node.protocol.errors import DecodeError
from node.protocol.frontier import Hole, LogKey, Row, TooManyHolesError, row_hash
from node.protocol.ids import LogHandle, RoomId, VerifyKey
from tests.vectors.notation import load

_ROWS = load("frontier")["rows"]
_EMPTY = Row(LogHandle(bytes(8)))


def id8(seq: int, branch: int = 0) -> bytes:
    return seq.to_bytes(4) + branch.to_bytes(4)


def row_of(*seqs: int) -> Row:
    row = _EMPTY
    for seq in seqs:
        row = row.with_seen(seq, id8(seq))
    return row


@pytest.mark.parametrize("vector", _ROWS, ids=lambda v: v["name"])
def test_what_was_seen_gives_the_row_of_its_vector(vector: dict[str, Any]) -> None:
    author, room = (bytes.fromhex(vector[name]) for name in ("author", "room"))
    log = LogKey(VerifyKey(author), vector["epoch"], vector["class"], RoomId(room))
    assert log.handle.hex() == vector["handle"]
    row = Row(log.handle)
    for seq, first_bytes in vector["seen"]:
        row = row.with_seen(seq, bytes.fromhex(first_bytes))
    for first, last in vector["told"]:
        row = row.with_told(first, last)
    if vector["forked"]:
        row = row.as_forked(bytes.fromhex(first_bytes) for _, first_bytes in vector["seen"])
    assert row == Row(
        log.handle,
        vector["head"],
        bytes.fromhex(vector["tip"]),
        tuple(Hole(*hole) for hole in vector["holes"]),
        vector["forked"],
    )
    assert row.encode().hex() == vector["bytes"]
    assert f"{row_hash(row):064x}" == vector["hash"]
    assert Row.decode(row.encode()) == row


@pytest.mark.parametrize("vector", load("frontier")["refused"], ids=lambda v: v["name"])
def test_bytes_that_are_no_row_are_refused_for_their_reason(vector: dict[str, Any]) -> None:
    with pytest.raises(DecodeError) as refused:
        Row.decode(bytes.fromhex(vector["bytes"]))
    assert refused.value.reason == vector["reason"]


def test_rows_are_read_one_after_another() -> None:
    rows = [row_of(1), row_of(4), row_of(1, 3).as_forked([id8(1), id8(3)])]
    data = b"".join(row.encode() for row in rows)
    found: list[Row] = []
    at = 0
    while at < len(data):
        row, at = Row.read(data, at)
        found.append(row)
    assert found == rows


def test_an_empty_row_has_seen_nothing_and_has_no_bytes() -> None:
    assert not any(_EMPTY.seen(seq) for seq in (-1, 0, 1, 2))
    with pytest.raises(ValueError, match="nothing was seen"):
        _EMPTY.encode()


@pytest.mark.parametrize(
    ("seqs", "holes"),
    [
        ((1, 2, 3), ()),
        ((3,), ((1, 2),)),
        ((3, 1), ((2, 2),)),
        ((3, 2), ((1, 1),)),
        ((5, 3), ((1, 2), (4, 4))),
        ((5, 3, 4), ((1, 2),)),
        ((9, 1, 2, 3, 4, 5, 6, 7, 8), ()),
    ],
)
def test_holes_open_shrink_split_and_close(
    seqs: tuple[int, ...], holes: tuple[tuple[int, int], ...]
) -> None:
    row = row_of(*seqs)
    assert row.holes == holes
    assert [seq for seq in range(row.head + 2) if row.seen(seq)] == sorted(seqs)
    assert row.tip == id8(max(seqs))[:4]


def test_seeing_a_position_again_changes_no_row_that_is_not_forked() -> None:
    row = row_of(1, 2, 5)
    for seq in (1, 2, 5):
        assert row.with_seen(seq, id8(seq, branch=1)) == row


def test_the_tip_of_a_forked_row_is_the_xor_of_all_ids() -> None:
    row = row_of(1, 2).as_forked([id8(1), id8(2), b"\xff" * 32])
    assert row.tip == bytes([0xFF, 0xFF, 0xFF, 0xFF ^ 1 ^ 2])
    assert row.with_seen(2, b"\xff" * 8).tip == bytes([0, 0, 0, 1 ^ 2])
    assert row.with_seen(7, b"\xff" * 8).tip == bytes([0, 0, 0, 1 ^ 2])


def test_a_fork_flag_alone_changes_the_row_and_its_hash() -> None:
    row = row_of(1)
    assert row_hash(row) != row_hash(row.as_forked([id8(1)]))


def test_the_ninth_hole_is_refused_at_the_head_and_inside() -> None:
    full = row_of(*range(2, 2 * limits.MAX_HOLES, 2), 100)
    assert len(full.holes) == limits.MAX_HOLES
    for seq in (102, 50):
        with pytest.raises(TooManyHolesError):
            full.with_seen(seq, id8(seq))
    assert full.with_seen(101, id8(101)).head == 101
    assert len(full.with_seen(99, id8(99)).holes) == limits.MAX_HOLES
    assert len(full.with_seen(1, id8(1)).with_seen(50, id8(50)).holes) == limits.MAX_HOLES


def test_told_positions_make_room_for_another_hole() -> None:
    full = row_of(*range(2, 2 * limits.MAX_HOLES + 2, 2))
    told = full.with_told(1, 1)
    assert told.seen(1)
    assert (told.head, told.tip) == (full.head, full.tip)
    assert told.with_seen(102, id8(102)).head == 102
    with pytest.raises(TooManyHolesError):
        row_of(*range(2, 2 * limits.MAX_HOLES, 2), 100).with_told(50, 50)


@pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 1), (1, 6), (6, 6)])
def test_nothing_is_told_beyond_what_was_verified(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="not within"):
        row_of(5).with_told(first, last)


@pytest.mark.parametrize(
    ("seq", "first_bytes"), [(0, bytes(8)), (-1, bytes(8)), (2**32, bytes(8)), (1, bytes(32))]
)
def test_what_is_no_position_or_id_is_a_mistake_of_the_caller(seq: int, first_bytes: bytes) -> None:
    with pytest.raises(ValueError, match="no position"):
        _EMPTY.with_seen(seq, first_bytes)


def test_a_jump_to_the_highest_position_is_one_hole() -> None:
    row = row_of(limits.MAX_SEQ)
    assert row.holes == ((1, limits.MAX_SEQ - 1),)
    assert row.with_told(1, limits.MAX_SEQ - 1).holes == ()
