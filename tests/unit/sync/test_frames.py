"""Frames on their golden vectors: one encoding each, everything else refused."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from node.protocol.errors import DecodeError
from node.protocol.frontier import Hole, Row
from node.protocol.ids import EVERYONE, LogHandle, RoomId
from node.protocol.ranges import MAX_RUNS, Ranges
from node.sync import limits
from node.sync.frames import (
    Asked,
    Buckets,
    ClosedScope,
    Data,
    DataItem,
    Delta,
    Gone,
    Hello,
    Keepalive,
    LogScope,
    RepairAsk,
    RepairItem,
    RepairItems,
    RepairQuery,
    RepairReply,
    Rows,
    RowsMode,
    Stored,
    StoredEntry,
    Summary,
    Want,
    What,
    decode_frame,
)
from tests.vectors.frame_notation import frame_of, refused_bytes
from tests.vectors.notation import load

_VECTORS = load("frames")
_HANDLE = LogHandle(bytes(8))
_ONE = Ranges.at([1])
_ROW = Row(_HANDLE, 5, b"tipp")
_HELLO = Hello(bytes(8), 0, 0, 0, bytes(8), 0, (None,) * 4, None, "")


@pytest.mark.parametrize("vector", _VECTORS["frames"], ids=lambda v: v["name"])
def test_a_frame_has_exactly_the_bytes_of_its_vector(vector: dict[str, Any]) -> None:
    frame, data = frame_of(vector["frame"]), bytes.fromhex(vector["bytes"])
    assert frame.encode() == data
    assert decode_frame(data) == frame


@pytest.mark.parametrize("vector", _VECTORS["refused"], ids=lambda v: v["name"])
def test_bytes_that_are_no_frame_are_refused_for_the_reason_of_their_vector(
    vector: dict[str, Any],
) -> None:
    with pytest.raises(DecodeError) as refused:
        decode_frame(refused_bytes(vector))
    assert refused.value.reason == vector["reason"]


def test_every_start_of_a_frame_but_whole_envelopes_and_entries_is_refused() -> None:
    taken = {"DATA", "GONE", "STORED", "DELTA"}
    for vector in _VECTORS["frames"]:
        data = bytes.fromhex(vector["bytes"])
        starts = (data[:size] for size in range(min(len(data), 2_000)))
        whole = [start for start in starts if _is_taken(start)]
        noted = vector["frame"]
        assert not whole or noted["type"] in taken or noted.get("step") in {"QUERY", "REPLY"}


def _is_taken(data: bytes) -> bool:
    try:
        return decode_frame(data).encode() == data
    except DecodeError:
        return False


@pytest.mark.parametrize("type_byte", range(256))
def test_a_frame_of_zeros_or_ones_is_a_frame_or_refused(type_byte: int) -> None:
    for fill in (0x00, 0x01, 0x7F, 0x80, 0xFF):
        for size in (1, 2, 40, 1_537, limits.MAX_FRAME_BYTES - 1):
            data = bytes([type_byte]) + bytes([fill]) * size
            try:
                assert decode_frame(data).encode() == data
            except DecodeError as refused:
                assert refused.reason  # noqa: PT017 - either is right, anything else is not


_FULL: dict[str, Callable[[int], Any]] = {
    "rows": lambda n: Rows(
        RowsMode.ALL, turn_ends=True, final=True, changed_n=1, rows=(_ROW,) * (limits.MAX_ROWS + n)
    ),
    "rows by bytes": lambda n: Rows(
        RowsMode.ALL,
        turn_ends=True,
        final=True,
        changed_n=1,
        rows=(Row(_HANDLE, 128, b"tipp"),) * (limits.MAX_ROWS_BYTES // 15 + n),
    ),
    "rooms": lambda n: dataclasses.replace(
        _HELLO,
        rooms=frozenset([EVERYONE, *(RoomId(i.to_bytes(32)) for i in range(limits.MAX_ROOMS + n))]),
    ),
    "bytes of a name": lambda n: dataclasses.replace(
        _HELLO, name="x" * (limits.MAX_NAME_BYTES + n)
    ),
    "entries of GONE": lambda n: Gone(((_HANDLE, _ONE),) * (limits.MAX_ENTRIES + n)),
    "entries of STORED": lambda n: Stored(
        (StoredEntry(_HANDLE, _ONE, b"tipp"),) * (limits.MAX_ENTRIES + n)
    ),
    "rows of DELTA": lambda n: Delta((_ROW,) * (limits.MAX_ENTRIES + n)),
    "listed logs": lambda n: Want(0, (), ((_HANDLE, _ONE),) * (limits.MAX_ENTRIES + n)),
    "rows answered": lambda n: Want(limits.MAX_ROWS + n),
    "positions of one log": lambda n: Want(
        1, (Asked(0, Ranges.of([(1, limits.MAX_WANTED_POSITIONS + n)])),)
    ),
    "runs": lambda n: Gone(((_HANDLE, Ranges.at(range(1, 2 * (MAX_RUNS + n), 2))),)),
    "items of a repair": lambda n: RepairItems(
        LogScope(_HANDLE),
        forked=False,
        items=(RepairItem(What.HELD, 2**32 - 1, bytes(32)),) * (limits.MAX_REPAIR_ITEMS + n),
    ),
    "message of a repair": lambda n: RepairQuery(
        LogScope(_HANDLE), forked=False, message=bytes(limits.MAX_REPAIR_MESSAGE_BYTES + n)
    ),
    "bytes of a frame": lambda n: Data(
        (DataItem(0, bytes(9_216)),) * 7 + (DataItem(0, bytes(463 + n)),)
    ),
}


@pytest.mark.parametrize("full", _FULL.values(), ids=_FULL.keys())
def test_a_frame_at_its_bound_is_taken_and_one_beyond_is_not_even_written(
    full: Callable[[int], Any],
) -> None:
    assert decode_frame(full(0).encode()) == full(0)
    with pytest.raises(ValueError, match=r"within|bytes"):
        full(1).encode()


def test_the_largest_frame_has_exactly_its_bound() -> None:
    assert len(_FULL["bytes of a frame"](0).encode()) == limits.MAX_FRAME_BYTES


_SCOPE = LogScope(_HANDLE)
_ROWS = Rows(RowsMode.NEWEST, turn_ends=True, final=False, changed_n=1, rows=(_ROW, _ROW))
_WRONG = [
    dataclasses.replace(_HELLO, incarnation=bytes(7)),
    dataclasses.replace(_HELLO, boot=2**32),
    dataclasses.replace(_HELLO, now_ms=2**48),
    dataclasses.replace(_HELLO, now_ms=-1),
    dataclasses.replace(_HELLO, quality=4),
    dataclasses.replace(_HELLO, your_incarnation=bytes(9)),
    dataclasses.replace(_HELLO, your_changed_n=2**63),
    dataclasses.replace(_HELLO, budgets=(None,) * 3),
    dataclasses.replace(_HELLO, budgets=(None, None, None, 2**63 - 1)),
    dataclasses.replace(_HELLO, rooms=frozenset()),
    dataclasses.replace(_HELLO, rooms=frozenset({EVERYONE, RoomId(bytes(31))})),
    dataclasses.replace(_ROWS, changed_n=-1),
    dataclasses.replace(_ROWS, rest_count=2**32),
    dataclasses.replace(_ROWS, rest_sum=2**64),
    dataclasses.replace(_ROWS, mode=RowsMode.BUCKETED, bitmap=bytes(31)),
    dataclasses.replace(_ROWS, lowest_served=((2, 2),)),
    dataclasses.replace(_ROWS, lowest_served=((1, 2), (0, 2))),
    dataclasses.replace(_ROWS, lowest_served=((0, 1),)),
    dataclasses.replace(_ROWS, lowest_served=((0, 2**32 + 1),)),
    Buckets((0,) * 255),
    Buckets((2**48,) * 256),
    Want(1, (Asked(1, _ONE),)),
    Want(2, (Asked(1, _ONE), Asked(0, _ONE))),
    Want(1, (Asked(0, Ranges()),)),
    Want(1, (Asked(0, _ONE, 2),)),
    Want(1, (Asked(0, Ranges(), 0),)),
    Want(1, (Asked(0, Ranges(), 2**32),)),
    Want(0, (), ((_HANDLE, Ranges()),)),
    Data(()),
    Data((DataItem(0, b""),)),
    Data((DataItem(0, bytes(9_217)),)),
    Data((DataItem(2**32, b"x"),)),
    Gone(()),
    Gone(((LogHandle(bytes(7)), _ONE),)),
    Stored(()),
    Stored((StoredEntry(_HANDLE, _ONE, b"tip"),)),
    Delta(()),
    Delta((Row(_HANDLE, 5, b"tipp", (Hole(1, 1),)),)),
    RepairAsk(ClosedScope(1, EVERYONE)),
    RepairAsk(ClosedScope(2, RoomId(bytes(31)))),
    RepairAsk(LogScope(LogHandle(bytes(9)))),
    RepairQuery(_SCOPE, forked=False, message=b""),
    RepairReply(_SCOPE, forked=False, message=b""),
    RepairItems(_SCOPE, forked=False, items=(RepairItem(What.HELD, 0, bytes(32)),)),
    RepairItems(_SCOPE, forked=False, items=(RepairItem(What.HELD, 1, bytes(31)),)),
    RepairItems(ClosedScope(2, EVERYONE), False, (RepairItem(What.HELD, 1, bytes(32)),)),  # noqa: FBT003
    Keepalive(-1),
    Keepalive(2**63),
    Keepalive(0, Summary(2**63, (bytes(8),) * 4)),
    Keepalive(0, Summary(0, (bytes(8),) * 3)),
    Keepalive(0, Summary(0, (bytes(7),) * 4)),
]


@pytest.mark.parametrize("frame", _WRONG, ids=lambda frame: repr(frame)[:80])
def test_what_no_peer_would_take_is_not_written(frame: Any) -> None:  # noqa: ANN401
    with pytest.raises(ValueError, match=r"within|belong|carries|empty|holes"):
        frame.encode()


def test_an_open_end_is_written_when_it_reaches_the_head_and_read_back_with_it() -> None:
    wanted = Ranges.of([(1, 2), (5, 9)])
    asked = Asked.of(0, wanted, 9)
    assert asked == Asked(0, Ranges.of([(1, 2)]), 5)
    assert asked.positions(9) == wanted
    assert Asked.of(0, wanted, 10) == Asked(0, wanted)
    assert len(asked.encode()) < len(Asked(0, wanted).encode())


@pytest.mark.parametrize(
    ("asked", "head"),
    [
        (Asked(0, Ranges.at([4])), 3),
        (Asked(0, Ranges.of([(2, 4)])), 3),
        (Asked(0, Ranges(), 4), 3),
        (Asked(0, Ranges(), 1), 1_001),
        (Asked(0, Ranges.of([(1, 999)]), 1_001), 1_002),
    ],
    ids=repr,
)
def test_positions_above_the_head_or_too_many_of_them_are_refused(asked: Asked, head: int) -> None:
    with pytest.raises(DecodeError) as refused:
        asked.positions(head)
    assert refused.value.reason == "ranges"


def test_what_an_envelope_takes_of_a_frame_is_known_before() -> None:
    for item in (DataItem(0, b"x"), DataItem(128, bytes(127)), DataItem(2**32 - 1, bytes(9_216))):
        assert len(Data((item,)).encode()) == 1 + item.size_bytes
