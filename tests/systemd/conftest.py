"""A root directory with the shipped units and the programs they name."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
SYSTEM = Path("/usr/lib/systemd/system")
WITHIN_S = 60.0
_PROGRAM = re.compile(r"^Exec\w+=(\S+)", re.MULTILINE)


def unit_files() -> list[Path]:
    """Return every unit of the product."""
    return sorted(
        path for path in UNITS.iterdir() if path.suffix in {".service", ".socket", ".path"}
    )


def ask(*command: str) -> "subprocess.CompletedProcess[str]":
    """Return how one of systemd's programs ended."""
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=WITHIN_S)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root directory as a box has it, as far as systemd looks."""
    shutil.copytree(SYSTEM, tmp_path / "usr/lib/systemd/system", symlinks=True)
    for unit in unit_files():
        shutil.copy(unit, tmp_path / "usr/lib/systemd/system")
        for program in _PROGRAM.findall(unit.read_text()):
            place = tmp_path / program.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("#!/bin/sh\n")
            place.chmod(0o755)
    return tmp_path
