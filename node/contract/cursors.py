"""Places in the order of arrival, opaque to whoever holds them."""

import re
from dataclasses import dataclass
from typing import Final

from node.contract.problems import CURSOR, OTHER_STORE, RefusedError

_FORM: Final = re.compile(r"([0-9a-f]{16})\.(0|[1-9][0-9]{0,18})")
_MAX_ARRIVAL: Final = 2**63 - 1  # SQLite's largest rowid


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place right after one envelope's arrival in one incarnation of a store."""

    incarnation: bytes
    """8 random bytes, new whenever a store is created or restored: arrivals are renumbered then."""
    arrival: int
    """Arrival number; 0 is before everything."""

    def __str__(self) -> str:
        """Return the text that travels in JSON and query strings."""
        return f"{self.incarnation.hex()}.{self.arrival}"

    @classmethod
    def parse(cls, text: str, incarnation: bytes) -> "Cursor":
        """Return the cursor written in ``text``, for the store of ``incarnation``.

        Raises:
            RefusedError: ``CURSOR`` when ``text`` is no cursor, ``OTHER_STORE`` when it belongs
                to another incarnation; the caller drops the cursor and loads anew.
        """
        match = _FORM.fullmatch(text)
        if match is None or int(match[2]) > _MAX_ARRIVAL:
            raise RefusedError(CURSOR)
        if bytes.fromhex(match[1]) != incarnation:
            raise RefusedError(OTHER_STORE)
        return cls(incarnation, int(match[2]))
