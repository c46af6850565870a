"""Keeps measured figures in build/quality.json."""

import fcntl
import json
import os
from pathlib import Path
from typing import TypedDict, cast

from locks.environment import ROOT

QUALITY = ROOT / "build" / "quality.json"
FAIL_FACTOR = 4
"""A figure fails a test only beyond this many times its limit: machines differ, faults exceed."""


class Figure(TypedDict):
    """One measured figure."""

    value: float
    unit: str
    limit: float | None
    """The figure promised on the reference machine, or None when nothing is promised."""


def read(path: Path = QUALITY) -> dict[str, Figure]:
    """Return every figure by name; none when nothing was measured."""
    try:
        return cast("dict[str, Figure]", json.loads(path.read_text()))
    except FileNotFoundError:
        return {}


def record(
    name: str, value: float, unit: str, limit: float | None = None, *, path: Path = QUALITY
) -> None:
    """Set one figure and keep the others, also while other processes record theirs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        figures = read(path)
        figures[name] = Figure(value=value, unit=unit, limit=limit)
        made = path.with_suffix(f".{os.getpid()}")
        made.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")
        made.replace(path)


def beyond(value: float, limit: float) -> bool:
    """Return whether a figure is so far over its limit that something must be broken."""
    return value > FAIL_FACTOR * limit
