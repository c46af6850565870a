"""Text of strangers on a terminal."""

import pytest

from node.cli.text import one_line, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb", r"a\rb"),
        ("\x07\x08\x00\x7f", r"\x07\x08\x00\x7f"),
        ("\u202eevil", r"\u202eevil"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("\u2028", r"\u2028"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_spelled_out(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "We are safe. 3 °C",
        "\u0633\u0644\u0627\u0645",
        "\u0645\u06cc\u200c\u062e\u0648",
        "👩\u200d👧",
        "e\u0301",
        "日本語",
    ],
)
def test_what_people_write_is_left_as_it_is(text: str) -> None:
    assert plain(text) == text
    assert one_line(text) == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_line_break_never_begins_a_second_line(end: str) -> None:
    assert one_line(f"one{end}two") == "one ⏎ two"
