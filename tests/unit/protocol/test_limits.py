"""The limits in the normative text are those of the code."""

import re
from pathlib import Path

from node.protocol import limits
from node.protocol.ids import EVERYONE

_TEXT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `([A-Z_0-9]+)` \| ([0-9,]+) \|", re.MULTILINE)


def test_every_limit_is_written_down_with_its_value() -> None:
    written = {name: int(value.replace(",", "")) for name, value in _ROW.findall(_TEXT)}
    assert written == {name: value for name, value in vars(limits).items() if name.isupper()}


def test_the_room_of_everyone_is_written_down() -> None:
    assert EVERYONE.hex() in _TEXT
