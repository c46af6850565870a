"""Measured figures are kept, all of them."""

import subprocess
import sys
from pathlib import Path

from locks.environment import ROOT
from tests.suites.quality import beyond, read, record

WRITERS = 8
FIGURES_EACH = 5
PROGRAM = f"""
import sys
from pathlib import Path
from tests.suites.quality import record
for number in range({FIGURES_EACH}):
    record(f"{{sys.argv[2]}}-{{number}}", number, "s", path=Path(sys.argv[1]))
"""


def test_a_figure_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "build" / "quality.json"
    record("a", 1, "s", 2, path=path)
    record("b", 5.5, "MB", path=path)
    record("a", 3, "s", 2, path=path)
    assert read(path) == {
        "a": {"value": 3, "unit": "s", "limit": 2},
        "b": {"value": 5.5, "unit": "MB", "limit": None},
    }


def test_writers_at_once_lose_no_figure(tmp_path: Path) -> None:
    path = tmp_path / "quality.json"
    writers = [
        subprocess.Popen((sys.executable, "-c", PROGRAM, str(path), str(number)), cwd=ROOT)
        for number in range(WRITERS)
    ]
    assert [writer.wait(60) for writer in writers] == [0] * WRITERS
    assert len(read(path)) == WRITERS * FIGURES_EACH


def test_nothing_measured_is_no_figures(tmp_path: Path) -> None:
    assert read(tmp_path / "absent.json") == {}


def test_a_figure_fails_only_beyond_four_times_its_limit() -> None:
    assert not beyond(8, 2)
    assert beyond(8.1, 2)
