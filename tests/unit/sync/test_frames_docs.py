"""The tables of frames in the normative text are those of the code."""

import re
from enum import IntEnum
from pathlib import Path

import pytest

from node.sync.frames import CloseReason, FrameType, RowsMode
from node.sync.frames.repair import RepairStep

_TEXT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")


def table(text: str, head: str) -> dict[int, str]:
    """Return number and name of each line of the table whose head begins so."""
    _, found, after = text.partition(f"\n{head}")
    assert found, f"no table {head}"
    lines = after.partition("\n\n")[0].splitlines()[2:]
    rows = [re.split(r" *\| *", line)[1:3] for line in lines]
    return {int(number): name for number, name in rows}


_TABLES: list[tuple[str, type[IntEnum]]] = [
    ("| type | frame |", FrameType),
    ("| code | reason |", CloseReason),
    ("| mode | name |", RowsMode),
    ("| step | name |", RepairStep),
]


def agrees(text: str, head: str, codes: type[IntEnum]) -> bool:
    written = {number: name.upper() for number, name in table(text, head).items()}
    return written == {int(code): code.name for code in codes}


@pytest.mark.parametrize(("head", "codes"), _TABLES, ids=[codes.__name__ for _, codes in _TABLES])
def test_every_code_is_written_down_with_its_number(head: str, codes: type[IntEnum]) -> None:
    assert agrees(_TEXT, head, codes)


@pytest.mark.parametrize(("head", "codes"), _TABLES, ids=[codes.__name__ for _, codes in _TABLES])
def test_a_line_that_is_missing_or_changed_is_noticed(head: str, codes: type[IntEnum]) -> None:
    name = next(iter(table(_TEXT, head).values()))
    start = _TEXT.index(head)
    line = _TEXT.index(f"| 0 | {name} |", start)
    end = _TEXT.index("\n", line)
    assert not agrees(_TEXT[:line] + _TEXT[end + 1 :], head, codes)
    assert not agrees(_TEXT[:line] + _TEXT[line:].replace(name, "other", 1), head, codes)
