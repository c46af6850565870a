"""Counts who is inside."""

from collections import Counter
from typing import Final

MAX_PER_ADDRESS: Final = 24
"""Connections, HTTP and WebSocket together; a browser opens 6 plus its sockets.

Stops one phone from taking every place.
"""

MAX_IN_ALL: Final = 400
"""Connections; 300 phones with a socket each and some to spare. Bounds memory and descriptors."""


class Door:
    """Lets connections in while there is room; one per server."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        self._count = 0

    def enter(self, address: str) -> bool:
        """Count a connection of ``address`` in and return True, or return False when full."""
        if self._count >= MAX_IN_ALL or self._inside[address] >= MAX_PER_ADDRESS:
            return False
        self._inside[address] += 1
        self._count += 1
        return True

    def leave(self, address: str) -> None:
        """Count one connection of ``address`` out; call once for each that came in."""
        self._count -= 1
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]
