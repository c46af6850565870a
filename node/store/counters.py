"""The numbers that a store draws: of arrivals, of changes, and its hybrid clock."""

import sqlite3
from typing import Final, NamedTuple

_NO_HLC: Final = b""
"""Below every reading, as bytes compare."""


class Counters(NamedTuple):
    """The numbers drawn for one change."""

    arrival: int
    changed_n: int
    epoch: int
    """This box's own epoch now."""


def count(
    db: sqlite3.Connection, *, arrivals: int = 1, changes: int = 1, hlc: bytes = _NO_HLC
) -> Counters:
    """Draw the next numbers, and raise the hybrid clock to ``hlc`` if that is higher."""
    found = db.execute(
        "UPDATE store SET arrivals = arrivals + ?, changed_n = changed_n + ?,"
        " last_hlc = max(last_hlc, ?) RETURNING arrivals, changed_n, epoch",
        (arrivals, changes, hlc),
    ).fetchone()
    return Counters(*found)
