"""Root does what is in the list, with arguments that make sense, and nothing else."""

import json

import msgspec
import pytest

from appliance.act.verbs import MAX_REPORT_BYTES, MAX_REQUEST_BYTES, WrongRequestError, parse

GOOD = [
    {"verb": "hotspot-apply"},
    {"verb": "clock-set", "wall_ms": 1_790_000_000_000},
    {"verb": "radio-rebind", "device": "1-1.4:1.0"},
    {"verb": "radio-rebind", "device": "mmc1:0001:1"},
    {"verb": "reboot"},
    {"verb": "poweroff"},
    {"verb": "write-report", "text": "All is well.\n"},
    {"verb": "release-switch", "version": "1.2.0"},
    {"verb": "factory-reset"},
]
BAD: list[object] = [
    None,
    [],
    {},
    {"verb": "shell"},
    {"verb": "reboot", "now": True},
    {"verb": ["reboot"]},
    {"verb": "clock-set"},
    {"verb": "clock-set", "wall_ms": "1790000000000"},
    {"verb": "clock-set", "wall_ms": 0},
    {"verb": "clock-set", "wall_ms": 4_300_000_000_000},
    {"verb": "radio-rebind", "device": "../../../etc"},
    {"verb": "radio-rebind", "device": "1-1:1.0\n"},
    {"verb": "radio-rebind", "device": "mmc1:0001:1/.."},
    {"verb": "release-switch", "version": ".."},
    {"verb": "release-switch", "version": "1.2/../../etc"},
    {"verb": "release-switch", "version": "1.2\n"},
    {"verb": "release-switch", "version": "/1.2"},
    {"verb": "write-report", "text": "x" * (MAX_REPORT_BYTES + 1)},
]


@pytest.mark.parametrize("request_", GOOD, ids=str)
def test_a_request_of_the_list_is_understood(request_: object) -> None:
    asked = msgspec.to_builtins(parse(json.dumps(request_).encode()))
    assert asked == request_


@pytest.mark.parametrize("request_", BAD, ids=lambda r: str(r)[:50])
def test_anything_else_is_refused(request_: object) -> None:
    with pytest.raises(WrongRequestError):
        parse(json.dumps(request_).encode())


@pytest.mark.parametrize("raw", [b"", b"\xff", b"{", b"[" * 40_000, b" " * MAX_REQUEST_BYTES * 2])
def test_what_is_no_request_is_refused(raw: bytes) -> None:
    with pytest.raises(WrongRequestError):
        parse(raw)
