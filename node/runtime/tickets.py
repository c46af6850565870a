"""Tickets: what lets a form begin a session, once, from one address, though nothing is kept."""

import hmac
import re
from collections.abc import Callable
from typing import Final

from node.runtime.ports import LogPort
from node.runtime.sessions import derive

LIFE_S: Final = 86_400
"""Powered seconds a ticket is good, and what it began: a day in a crowded gym, not the next
owner's."""

_NONCE_BYTES: Final = 16
_TIME_BYTES: Final = 4
_MAC_BYTES: Final = 16
_TICKET: Final = re.compile(r"[0-9a-f]{72}")


class Tickets:
    """Gives tickets and knows them again, also after a restart."""

    def __init__(self, log: LogPort, entropy: Callable[[int], bytes]) -> None:
        self._log = log
        self._entropy = entropy

    def draw(self, address: str) -> str:
        """Return a new ticket for ``address``."""
        made = self._entropy(_NONCE_BYTES) + self._log.lived_s().to_bytes(_TIME_BYTES, "big")
        return (made + self._mac(made, address)).hex()

    def is_own(self, ticket: str, address: str) -> bool:
        """Return whether this box gave ``ticket`` to ``address`` within ``LIFE_S``."""
        if not _TICKET.fullmatch(ticket):
            return False
        whole = bytes.fromhex(ticket)
        made, mac = whole[:-_MAC_BYTES], whole[-_MAC_BYTES:]
        made_s = int.from_bytes(made[_NONCE_BYTES:], "big")
        # After a power cut the time may be a little before the ticket's: it is young, then.
        is_young = self._log.lived_s() - made_s < LIFE_S
        return hmac.compare_digest(mac, self._mac(made, address)) and is_young

    def _mac(self, made: bytes, address: str) -> bytes:
        return derive(self._log.form_key, "ticket", made, address.encode(), size_bytes=_MAC_BYTES)
