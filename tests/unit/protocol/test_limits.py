"""The limits in the normative text are those of the code."""

import re
from pathlib import Path
from types import ModuleType

from node.protocol import limits, ranges
from node.protocol.ids import EVERYONE
from node.sync import limits as sync_limits

_TEXT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `([A-Z_0-9]+)` \| ([0-9,]+) \|", re.MULTILINE)


def constants(module: ModuleType) -> dict[str, int]:
    return {name: value for name, value in vars(module).items() if name.isupper()}


def test_every_limit_is_written_down_with_its_value() -> None:
    written = {name: int(value.replace(",", "")) for name, value in _ROW.findall(_TEXT)}
    modules = [constants(module) for module in (limits, ranges, sync_limits)]
    assert written == {name: value for each in modules for name, value in each.items()}
    assert len(written) == sum(map(len, modules))


def test_the_room_of_everyone_is_written_down() -> None:
    assert EVERYONE.hex() in _TEXT
