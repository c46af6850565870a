"""The node's key is made once, stays here, and is never two boxes'."""

import json
import stat
from pathlib import Path

import pytest

from node.protocol.keys import SigningKey
from node.store.identity import FOLDER, load_or_make, machine_mark, rotate
from node.store.opening import DamagedError
from tests.fakes.entropy import seeded

ENTROPY = seeded(3)


def test_the_key_is_made_once_and_the_name_can_change(tmp_path: Path) -> None:
    first = load_or_make(tmp_path, None, ENTROPY, None)
    named = load_or_make(tmp_path, "Gym", ENTROPY, None)
    again = load_or_make(tmp_path, None, ENTROPY, None)
    assert first.box.id == named.box.id == again.box.id
    assert first.box.name == f"Box {first.box.id[:4]}"
    assert again.box.name == "Gym"
    public = json.loads((tmp_path / FOLDER / "public.json").read_text())
    assert public == {"node_id": first.box.id, "name": "Gym"}


def test_nobody_else_can_read_the_key(tmp_path: Path) -> None:
    load_or_make(tmp_path, None, ENTROPY, b"machine")
    for path in (tmp_path / FOLDER, tmp_path / FOLDER / "node.key"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_copied_card_gets_a_key_of_its_own_and_keeps_the_old_one_aside(tmp_path: Path) -> None:
    original = load_or_make(tmp_path, "Gym", ENTROPY, b"one")
    copy = load_or_make(tmp_path, None, ENTROPY, b"two")
    assert copy.box.id != original.box.id
    assert copy.box.name == "Gym"
    assert load_or_make(tmp_path, None, ENTROPY, b"two").box.id == copy.box.id
    kept = [path.read_text() for path in (tmp_path / FOLDER).glob("node.key.*.old")]
    assert [SigningKey(bytes.fromhex(text)).verify_key.hex() for text in kept] == [original.box.id]


def test_rotation_makes_a_new_key_and_repeats_safely(tmp_path: Path) -> None:
    ids = {load_or_make(tmp_path, None, ENTROPY, None).box.id}
    for _ in range(3):
        ids.add(rotate(tmp_path, ENTROPY, None).box.id)
    assert len(ids) == 4
    assert len(list((tmp_path / FOLDER).glob("*.old"))) == 3


@pytest.mark.parametrize("content", ["", "zz", "ab" * 31, "ab" * 33])
def test_a_key_that_is_none_is_said_and_left_alone(tmp_path: Path, content: str) -> None:
    load_or_make(tmp_path, None, ENTROPY, None)
    key = tmp_path / FOLDER / "node.key"
    key.write_text(content)
    with pytest.raises(DamagedError, match=r"node\.key"):
        load_or_make(tmp_path, None, ENTROPY, None)
    assert key.read_text() == content


def test_a_torn_public_file_is_made_again(tmp_path: Path) -> None:
    box = load_or_make(tmp_path, None, ENTROPY, None).box
    (tmp_path / FOLDER / "public.json").write_text('{"node_id": "')
    assert load_or_make(tmp_path, None, ENTROPY, None).box == box


@pytest.mark.parametrize(
    ("serial", "marked"), [(b"10000000abcdef12\0", True), (b"\0", False), (None, False)]
)
def test_only_a_serial_number_marks_a_machine(
    tmp_path: Path, serial: bytes | None, *, marked: bool
) -> None:
    if serial is not None:
        (tmp_path / "serial").write_bytes(serial)
    assert (machine_mark(tmp_path / "serial") is not None) is marked
