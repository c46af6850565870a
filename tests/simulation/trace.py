"""What happened, as one hash: two runs are the same when their hashes are."""

import hashlib
from collections import deque
from typing import Final

KEPT: Final = 200
"""Newest notes kept as text, to show what led to a failure."""


class Trace:
    """Notes of everything that crossed a link or was committed, in order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.notes = 0
        self.newest: deque[str] = deque(maxlen=KEPT)

    def note(self, at_s: float, *what: object) -> None:
        """Add one note; ``what`` must look the same in each run."""
        line = f"{at_s:.9f} {' '.join(map(str, what))}"
        self._hash.update(line.encode() + b"\n")
        self.newest.append(line)
        self.notes += 1

    def digest(self) -> str:
        """Return the hash of all notes so far."""
        return self._hash.hexdigest()
