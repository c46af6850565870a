"""Reads the data file itself: is it sound, and is every log of this box's people whole?"""

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from node.protocol.envelope import Envelope, reopen
from node.protocol.payload import FIRST_PREV
from node.store.connection import open_reader


def faults(data_file: Path) -> list[str]:
    """Return what is wrong with a data file that nobody has open; nothing when it is whole."""
    with closing(open_reader(data_file)) as db:
        found = [line for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]
        return found or _log_faults(db)


def _log_faults(db: sqlite3.Connection) -> list[str]:
    own = "SELECT log_no, head FROM log JOIN person USING (author_no)"
    entries = "SELECT seq, branch, exact FROM envelope WHERE log_no = ? ORDER BY seq, branch"
    found: list[str] = []
    for log_no, head in db.execute(own).fetchall():
        rows = db.execute(entries, (log_no,)).fetchall()
        places = [(seq, branch) for seq, branch, _ in rows]
        if places != [(seq, 0) for seq in range(1, head + 1)]:
            found.append(f"log {log_no} with head {head} holds {places}")
        else:
            found += _chain_faults(log_no, [reopen(exact) for _, _, exact in rows])
    return found


def _chain_faults(log_no: int, envelopes: list[Envelope]) -> list[str]:
    found: list[str] = []
    if envelopes and envelopes[0].payload.prev != FIRST_PREV:
        found.append(f"log {log_no} does not begin at its beginning")
    for before, after in pairwise(envelopes):
        if after.payload.prev != before.id[:8]:
            found.append(f"log {log_no} forks at {after.payload.seq}")
        if after.payload.hlc <= before.payload.hlc:
            found.append(f"log {log_no} goes back in time at {after.payload.seq}")
    return found
