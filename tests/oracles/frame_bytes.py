"""Frames written a second time, from the table in docs/protocol.md alone: nothing of ``node``."""

from collections.abc import Callable
from typing import Any

_CLOSE = ("done", "malformed", "order", "limit", "forged", "replaced", "stopping", "silent",
          "busy", "fault")  # fmt: skip
_MODES = ("SINCE", "ALL", "NEWEST", "BUCKETED", "ANSWER")
_STEPS = ("ASK", "QUERY", "REPLY", "ITEMS")

Noted = dict[str, Any]


def frame_bytes(noted: Noted) -> bytes:
    """Return the bytes of a frame of ``tests/vectors/frames.json``."""
    number, body = _TYPES[noted["type"]]
    return bytes([number]) + body(noted)


def varint(number: int) -> bytes:
    """Return base 128, most significant digit first."""
    digits = [number % 128]
    while number := number // 128:
        digits.insert(0, 128 + number % 128)
    return bytes(digits)


def ranges(runs: list[list[int]], open_from: int | None = None) -> bytes:
    """Return a set of positions, or of positions and what is from another one to the head."""
    numbers: list[int] = []
    after = 0
    for first, last in runs:
        numbers += [first - after - bool(after), last - first + 1]
        after = last
    if open_from is not None:
        numbers.append(open_from - after - bool(after))
    return b"".join(map(varint, [*numbers, 0]))


def bits(indices: list[int], count: int) -> bytes:
    """Return a bitmap over ``count``, the first in the highest bit."""
    digits = "".join("1" if index in indices else "0" for index in range(-(-count // 8) * 8))
    return int("0" + digits, 2).to_bytes(len(digits) // 8, "big")


def _hello(noted: Noted) -> bytes:
    name = noted["name"].encode()
    rooms = noted["rooms"]
    return b"".join([
        bytes.fromhex(noted["incarnation"]),
        int(noted["boot"]).to_bytes(4, "big"),
        int(noted["now_ms"]).to_bytes(6, "big"),
        bytes([noted["quality"]]),
        bytes.fromhex(noted["your_incarnation"]),
        varint(int(noted["your_changed_n"])),
        *(varint(0 if left is None else 1 + int(left)) for left in noted["budgets"]),
        varint(0 if rooms is None else 1 + len(rooms)),
        *map(bytes.fromhex, rooms or []),
        varint(len(name)),
        name,
    ])  # fmt: skip


def _rows(noted: Noted) -> bytes:
    by_mode = {
        "NEWEST": lambda: varint(noted["rest_count"]) + int(noted["rest_sum"]).to_bytes(8, "big"),
        "BUCKETED": lambda: bits(noted["buckets"], 256),
    }.get(noted["mode"], bytes)()
    trailer = noted["lowest_served"]
    return b"".join([
        bytes([_MODES.index(noted["mode"]), noted["turn_ends"] + 2 * noted["final"]]),
        varint(int(noted["changed_n"])),
        by_mode,
        varint(len(noted["rows"])),
        *map(bytes.fromhex, noted["rows"]),
        varint(len(trailer)),
        *(varint(index) + varint(lowest) for index, lowest in trailer),
    ])  # fmt: skip


def _want(noted: Noted) -> bytes:
    rows, listed = noted["rows"], noted["listed"]
    return b"".join([
        varint(noted["answers"]),
        bits([row["index"] for row in rows], noted["answers"]),
        *(ranges(row["ranges"], row["open_from"]) for row in rows),
        varint(len(listed)),
        *(bytes.fromhex(handle) + ranges(runs) for handle, runs in listed),
    ])  # fmt: skip


def _data(noted: Noted) -> bytes:
    return b"".join(
        varint(len(item["envelope"]) // 2) + varint(item["age_s"]) + bytes.fromhex(item["envelope"])
        for item in noted["items"]
    )


def _gone(noted: Noted) -> bytes:
    return b"".join(bytes.fromhex(handle) + ranges(runs) for handle, runs in noted["entries"])


def _stored(noted: Noted) -> bytes:
    return b"".join(
        bytes.fromhex(handle) + ranges(runs) + bytes.fromhex(tip)
        for handle, runs, tip in noted["entries"]
    )


def _repair(noted: Noted) -> bytes:
    scope = noted["scope"]
    if "handle" in scope:
        where = b"\0" + bytes.fromhex(scope["handle"])
    else:
        where = bytes([1, scope["class"]]) + bytes.fromhex(scope["room"])
    start = bytes([_STEPS.index(noted["step"])]) + where
    if noted["step"] == "ASK":
        return start
    start += bytes([noted["forked"]])
    if noted["step"] != "ITEMS":
        return start + bytes.fromhex(noted["message"])
    items = noted["items"]
    said = (bytes([what]) + varint(seq) + bytes.fromhex(name) for what, seq, name in items)
    return start + varint(len(items)) + b"".join(said)


def _keepalive(noted: Noted) -> bytes:
    summary = noted["summary"]
    start = varint(int(noted["consumed"])) + bytes([summary is not None])
    if summary is None:
        return start
    digests = b"".join(map(bytes.fromhex, summary["digests"]))
    return start + varint(int(summary["changed_n"])) + digests


_TYPES: dict[str, tuple[int, Callable[[Noted], bytes]]] = {
    "CLOSE": (0, lambda noted: bytes([_CLOSE.index(noted["reason"])])),
    "HELLO": (1, _hello),
    "ROWS": (2, _rows),
    "BUCKETS": (3, lambda noted: b"".join(int(s).to_bytes(6, "big") for s in noted["sums"])),
    "WANT": (4, _want),
    "DATA": (5, _data),
    "GONE": (6, _gone),
    "STORED": (7, _stored),
    "DELTA": (8, lambda noted: b"".join(map(bytes.fromhex, noted["rows"]))),
    "REPAIR": (9, _repair),
    "KEEPALIVE": (10, _keepalive),
}
