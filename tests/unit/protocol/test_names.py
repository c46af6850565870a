"""Names as they are shown: nothing invisible, nothing that turns a line round."""

import pytest

from node.protocol.names import clean_name, is_presentable


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Ana", "Ana"),
        ("  Ana \t\n María  ", "Ana María"),
        ("Ana\u00a0\u3000B", "Ana B"),
        ("e\u0301", "\u00e9"),
        ("Ana\u202egnp.exe", "Anagnp.exe"),
        ("A\u200bn\u200da\ufeff", "Ana"),
        ("\x00\x07\x1b[31mAna", "[31mAna"),
        ("\u2066Ana\u2069", "Ana"),
        ("\ud800Ana\udfff", "Ana"),
        ("a \u200b b", "a b"),
        ("\u3164\u2800\u115f", ""),
        ("\u202e\u200b", ""),
        ("", ""),
        ("x" * 41, "x" * 40),
        ("x" * 39 + " y", "x" * 39),
        ("नेपाल", "नेपाल"),
        ("水" * 50, "水" * 40),
    ],
)
def test_a_name_is_shown_as(raw: str, shown: str) -> None:
    assert clean_name(raw) == shown


@pytest.mark.parametrize(
    ("raw", "length"),
    [
        ("x" * 39 + "g\u0324\u0302", 39),
        ("x" * 38 + "\U0001f44b\U0001f3fdy", 40),
        ("x" * 39 + "\U0001f44b\U0001f3fd", 39),
        ("x" * 39 + "\U0001f1f3\U0001f1f5", 39),
        ("\U0001f1f3\U0001f1f5" * 30, 40),
        ("x" + "\U0001f1f3\U0001f1f5" * 30, 39),
        ("\u0324" * 60, 40),
    ],
)
def test_a_long_name_is_not_cut_inside_a_character(raw: str, length: int) -> None:
    assert len(clean_name(raw)) == length


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Ana", True), ("", False), (" Ana", False), ("Ana\u202e", False), ("x" * 41, False)],
)
def test_presentable_is_what_needs_no_cleaning(text: str, *, expected: bool) -> None:
    assert is_presentable(text) is expected
