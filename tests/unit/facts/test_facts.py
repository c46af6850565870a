"""What the appliance writes is read strictly, once for each time it was written."""

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node.contract.facts import HotspotFacts
from node.facts import MAX_FACTS_BYTES, FactsFile

OPEN = {"ssid": "DisasterNet", "address": "10.83.73.1"}


def place(path: Path, content: bytes) -> None:
    """Write as the appliance does: under another name, then renamed."""
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hotspot.json"


@pytest.fixture
def facts(path: Path) -> FactsFile[HotspotFacts]:
    return FactsFile(path, HotspotFacts)


def test_facts_come_change_and_go(path: Path, facts: FactsFile[HotspotFacts]) -> None:
    assert facts.read() is None
    place(path, json.dumps(OPEN).encode())
    assert facts.read() == HotspotFacts("DisasterNet", "10.83.73.1")
    place(path, json.dumps({**OPEN, "ssid": "Other", "passphrase": "eight ch"}).encode())
    assert facts.read() == HotspotFacts("Other", "10.83.73.1", "eight ch")
    path.unlink()
    assert facts.read() is None
    place(path, json.dumps(OPEN).encode())
    assert facts.read() == HotspotFacts("DisasterNet", "10.83.73.1")


def test_an_unchanged_file_is_not_opened_again(
    path: Path, facts: FactsFile[HotspotFacts], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    really: Callable[..., int] = os.open

    def counted(file: Any, *rest: Any, **more: Any) -> int:  # noqa: ANN401 - as os.open
        opened.append(file)
        return really(file, *rest, **more)

    monkeypatch.setattr(os, "open", counted)
    place(path, json.dumps(OPEN).encode())
    assert [facts.read() for _ in range(3)] == [HotspotFacts("DisasterNet", "10.83.73.1")] * 3
    assert opened.count(path) == 1
    place(path, b"not JSON")
    assert [facts.read() for _ in range(3)] == [None] * 3
    assert opened.count(path) == 2


def test_fields_of_a_later_release_are_left_out(path: Path, facts: FactsFile[HotspotFacts]) -> None:
    place(path, json.dumps({**OPEN, "channel": 6, "phones": {"now": 3}}).encode())
    assert facts.read() == HotspotFacts("DisasterNet", "10.83.73.1")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not JSON",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 20_000,
        b'{"ssid": "DisasterNet"}',
        b'{"ssid": 7, "address": "10.83.73.1"}',
        b'{"ssid": "", "address": "10.83.73.1"}',
        json.dumps({**OPEN, "ssid": "é" * 17}).encode(),
        json.dumps({**OPEN, "ssid": "\ud800"}).encode(),
        json.dumps({**OPEN, "address": "disasternet.internal"}).encode(),
        json.dumps({**OPEN, "address": "fe80::1"}).encode(),
        json.dumps({**OPEN, "passphrase": "short"}).encode(),
        json.dumps({**OPEN, "passphrase": "x" * 64}).encode(),
        json.dumps({**OPEN, "more": "x" * MAX_FACTS_BYTES}).encode(),
        json.dumps(OPEN).encode() + b" " * MAX_FACTS_BYTES,
    ],
)
def test_wrong_facts_are_no_facts_and_are_told_of_once(
    path: Path,
    facts: FactsFile[HotspotFacts],
    content: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    place(path, content)
    with caplog.at_level(logging.WARNING):
        assert [facts.read() for _ in range(5)] == [None] * 5
    (record,) = caplog.records
    assert str(path) in record.getMessage()


def test_the_largest_facts_are_read(path: Path, facts: FactsFile[HotspotFacts]) -> None:
    bare = json.dumps({**OPEN, "more": ""}).encode()
    place(path, bare.replace(b'""', b'"' + b"x" * (MAX_FACTS_BYTES - len(bare)) + b'"'))
    assert path.stat().st_size == MAX_FACTS_BYTES
    assert facts.read() is not None


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["fifo", "directory"])
def test_what_is_no_file_holds_nobody_up(
    path: Path, facts: FactsFile[HotspotFacts], make: Callable[[Path], None]
) -> None:
    make(path)
    assert [facts.read() for _ in range(2)] == [None, None]
