"""Names this box answers to, and whose pages may act here."""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

_LOCAL: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+local")
_ALWAYS: Final = ("localhost", "disasternet.internal")
_UNSAFE: Final = re.compile(r"[@/?#\\\s]")

MAX_OPEN_CHARS: Final = 80
"""A label of 63 letters, ``.local`` and a port; IPv6 with scope and port is shorter.

Of names that nobody configured, of which there are any number: they go into QR codes, which take
longer with every letter, 0.1 s for 2,000. Stops one phone from holding up the box with them.
"""


class Hosts:
    """Stops DNS rebinding: a name that a stranger could point at this box is not answered."""

    def __init__(self, public_names: Iterable[str]) -> None:
        self._names = {name.lower().rstrip(".") for name in (*_ALWAYS, *public_names)}

    def knows(self, host: str) -> bool:
        """Return whether ``host``, a Host header, is an IP literal or one of this box's names."""
        if _UNSAFE.search(host):
            return False
        try:
            parts = urlsplit(f"//{host}")
            _ = parts.port
        except ValueError:
            return False
        name = (parts.hostname or "").rstrip(".")
        if name in self._names:
            return True
        is_open = _LOCAL.fullmatch(name) is not None or _is_address(name)
        return is_open and len(host) <= MAX_OPEN_CHARS


def is_own_page(origin: str, host: str) -> bool:
    """Return whether a page of ``origin`` is this very site, port included; "null" is not."""
    return origin.lower() == f"http://{host.lower()}"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
