"""Where crash proofs keep their files, and how many of them there are."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108  # a file system in memory; folders of our own below it

SOAK_FACTOR = 20


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """An empty folder, in memory where there is such a thing: thousands of states are written."""
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        yield Path(folder).resolve()


@pytest.fixture(scope="session")
def repeated() -> int:
    """How many times the usual repetitions are wanted: more under ``make soak``."""
    return SOAK_FACTOR if os.environ.get("DISASTERNET_SOAK") == "1" else 1
