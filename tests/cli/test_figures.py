"""Sizes, spans and moments."""

import pytest

from node.cli.figures import moment, size, span


@pytest.mark.parametrize(
    ("bytes_", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_000_000_000, "2.0 GB"), (5e15, "5000.0 TB")],
)
def test_a_size_has_the_unit_a_card_has_on_its_label(bytes_: float, shown: str) -> None:
    assert size(bytes_) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"), (7_300, "2 h"), (200_000, "2 d")],
)
def test_a_span_has_its_largest_unit(seconds: int, shown: str) -> None:
    assert span(seconds) == shown


def test_a_moment_is_in_the_zone_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import time  # noqa: PLC0415 - only to let the C library read TZ again

    monkeypatch.setenv("TZ", "UTC-3")
    time.tzset()
    shown = moment(1_700_000_000_000)
    monkeypatch.undo()
    time.tzset()
    assert shown == "2023-11-15 01:13"


@pytest.mark.parametrize("ms", [None, 2**48, 2**63, -(2**63)])
def test_a_moment_beyond_any_calendar_is_a_dash(ms: int | None) -> None:
    assert moment(ms) == "-"
