"""Cells of strangers stay cells, and are never formulas."""

import csv
import io

import pytest

from node.api.spreadsheet import iso_time, lines_of


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize(
    "cell",
    [
        "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r1", "\n1",
        "＝1", "＋1", "－1", "＠SUM(A1)",  # noqa: RUF001 - full width is the point
    ],
)  # fmt: skip
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    assert read(lines_of([["Ana", cell]])) == [["Ana", f"'{cell}"]]


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "Ana",
        "a; b",
        "a\n\nb",
        "a\tb",
        'say "hi", ok',
        "two\nlines",
        "two\r\nlines",
        "a;b\tc",
        "فاطمة",
        "1=1",
        "a-b",
        "'",
    ],
)
def test_every_other_cell_is_as_it_was(cell: str) -> None:
    assert read(lines_of([["x", cell, "y"]])) == [["x", cell, "y"]]


@pytest.mark.parametrize(
    ("cell", "dead"),
    [
        ("x;=cmd|' /C calc'!A0;", "x;'=cmd|' /C calc'!A0;"),
        ('x";@SUM(A1)', "x\";'@SUM(A1)"),
        ("x\n=1\r\n+1", "x\n'=1\r\n'+1"),
        ("x;－1", "x;'－1"),  # noqa: RUF001 - full width is the point
        ("\r\n=1", "'\r\n'=1"),
    ],
)
def test_no_cell_begins_like_a_formula_where_semicolons_part_cells(cell: str, dead: str) -> None:
    assert read(lines_of([["Ana", cell]])) == [["Ana", dead]]


def test_lines_end_as_the_standard_says() -> None:
    assert lines_of([["a", "b"], ["c"]]) == "a,b\r\nc\r\n"


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_790_000_000_999, "2026-09-21T14:13:20Z"),
        (253_402_300_800_000, ""),  # the year 10000
        (2**63 - 1, ""),
    ],
)
def test_times_are_iso_8601_in_utc(ms: int, text: str) -> None:
    assert iso_time(ms) == text
