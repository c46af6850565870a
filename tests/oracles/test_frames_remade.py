"""The golden frames, made again from their fields by a writer of its own."""

from typing import Any

import pytest

from tests.oracles.frame_bytes import frame_bytes
from tests.vectors.frame_notation import frame_of
from tests.vectors.notation import load

_FRAMES = load("frames")["frames"]


@pytest.mark.parametrize("vector", _FRAMES, ids=lambda v: v["name"])
def test_a_golden_frame_is_written_alike_from_the_text_of_the_protocol(
    vector: dict[str, Any],
) -> None:
    again = frame_bytes(vector["frame"])
    assert again.hex() == vector["bytes"]
    assert frame_of(vector["frame"]).encode() == again


def test_a_changed_field_changes_what_is_written() -> None:
    for vector in _FRAMES:
        for key, value in vector["frame"].items():
            if isinstance(value, bool):
                other = {**vector["frame"], key: not value}
                assert frame_bytes(other).hex() != vector["bytes"], key
