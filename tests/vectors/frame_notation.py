"""Reads frames as ``frames.json`` notes them: bytes in hex, numbers as such or as decimal text."""

from collections.abc import Callable
from typing import Any

from node.protocol.frontier import Row
from node.protocol.ids import EVERYONE, LogHandle, RoomId
from node.protocol.ranges import Ranges
from node.sync.frames import (
    Asked,
    Buckets,
    Close,
    ClosedScope,
    CloseReason,
    Data,
    DataItem,
    Delta,
    Frame,
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
    Scope,
    Stored,
    StoredEntry,
    Summary,
    Want,
    What,
)

Noted = dict[str, Any]
_hex = bytes.fromhex


def frame_of(noted: Noted) -> Frame:
    """Return the frame that a noted one stands for."""
    return _READERS[noted["type"]](noted)


def _hello(noted: Noted) -> Hello:
    rooms = noted["rooms"]
    return Hello(
        incarnation=_hex(noted["incarnation"]),
        boot=noted["boot"],
        now_ms=noted["now_ms"],
        quality=noted["quality"],
        your_incarnation=_hex(noted["your_incarnation"]),
        your_changed_n=int(noted["your_changed_n"]),
        budgets=tuple(left if left is None else int(left) for left in noted["budgets"]),
        rooms=None if rooms is None else frozenset([EVERYONE, *(RoomId(_hex(r)) for r in rooms)]),
        name=noted["name"],
    )


def _rows(noted: Noted) -> Rows:
    bitmap = bytearray(32)
    for bucket in noted.get("buckets", []):
        bitmap[bucket // 8] |= 0x80 >> bucket % 8
    return Rows(
        mode=RowsMode[noted["mode"]],
        turn_ends=noted["turn_ends"],
        final=noted["final"],
        changed_n=int(noted["changed_n"]),
        rows=tuple(Row.decode(_hex(row)) for row in noted["rows"]),
        lowest_served=tuple((index, lowest) for index, lowest in noted["lowest_served"]),
        rest_count=noted.get("rest_count", 0),
        rest_sum=int(noted.get("rest_sum", 0)),
        bitmap=bytes(bitmap),
    )


def _ranges(runs: list[tuple[int, int]]) -> Ranges:
    return Ranges.of((first, last) for first, last in runs)


def _want(noted: Noted) -> Want:
    return Want(
        noted["answers"],
        tuple(Asked(r["index"], _ranges(r["ranges"]), r["open_from"]) for r in noted["rows"]),
        tuple((LogHandle(_hex(handle)), _ranges(runs)) for handle, runs in noted["listed"]),
    )


def _data(noted: Noted) -> Data:
    return Data(tuple(DataItem(item["age_s"], _hex(item["envelope"])) for item in noted["items"]))


def _gone(noted: Noted) -> Gone:
    return Gone(
        tuple((LogHandle(_hex(handle)), _ranges(runs)) for handle, runs in noted["entries"])
    )


def _stored(noted: Noted) -> Stored:
    return Stored(
        tuple(
            StoredEntry(LogHandle(_hex(handle)), _ranges(runs), _hex(tip))
            for handle, runs, tip in noted["entries"]
        )
    )


def _scope(noted: Noted) -> Scope:
    if "handle" in noted:
        return LogScope(LogHandle(_hex(noted["handle"])))
    return ClosedScope(noted["class"], RoomId(_hex(noted["room"])))


def _repair(noted: Noted) -> Frame:
    scope, step = _scope(noted["scope"]), noted["step"]
    if step == "ASK":
        return RepairAsk(scope)
    if step == "ITEMS":
        items = (RepairItem(What(what), seq, _hex(name)) for what, seq, name in noted["items"])
        return RepairItems(scope, noted["forked"], tuple(items))
    made = RepairQuery if step == "QUERY" else RepairReply
    return made(scope, noted["forked"], _hex(noted["message"]))


def _keepalive(noted: Noted) -> Keepalive:
    summary = noted["summary"]
    if summary is None:
        return Keepalive(int(noted["consumed"]))
    digests = tuple(map(_hex, summary["digests"]))
    return Keepalive(int(noted["consumed"]), Summary(int(summary["changed_n"]), digests))


_READERS: dict[str, Callable[[Noted], Frame]] = {
    "CLOSE": lambda noted: Close(CloseReason[noted["reason"].upper()]),
    "HELLO": _hello,
    "ROWS": _rows,
    "BUCKETS": lambda noted: Buckets(tuple(map(int, noted["sums"]))),
    "WANT": _want,
    "DATA": _data,
    "GONE": _gone,
    "STORED": _stored,
    "DELTA": lambda noted: Delta(tuple(Row.decode(_hex(row)) for row in noted["rows"])),
    "REPAIR": _repair,
    "KEEPALIVE": _keepalive,
}


def refused_bytes(vector: Noted) -> bytes:
    """Return the bytes of a refused vector, what is repeated written out."""
    repeated, times = vector.get("repeated", ("", 0))
    return _hex(vector.get("bytes", "") + vector.get("message", "") + repeated * times)
