"""Where a box may be dialled."""

import ipaddress
from dataclasses import dataclass, field
from typing import Final

MAX_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a TCP port."""

    host: str
    """A numeric address, link-local IPv6 with its ``%scope``; of a static peer also a name."""
    port: int
    interface: str | None = field(default=None, compare=False)
    """Name of the interface it was heard on; None for static peers."""

    def __str__(self) -> str:
        """Return ``host:port``, with IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def numeric(self) -> bool:
        """Return whether it can be dialled without asking for a name."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True


def parse(text: str) -> Endpoint:
    """Return the endpoint that ``HOST:PORT`` names; IPv6 stands in brackets.

    Raises:
        ValueError: it is none; its text says what is wrong, for the operator.
    """
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    bare = host[1:-1] if bracketed else host
    if not colon or not bare or not port.isascii() or not port.isdigit():
        raise ValueError(f"{text} is not HOST:PORT")
    if ":" in bare and not bracketed:
        raise ValueError(f"{text}: write an IPv6 address in brackets, [ADDRESS]:PORT")
    if not 1 <= int(port) <= MAX_PORT:
        raise ValueError(f"{text}: {port} is no port")
    return Endpoint(bare, int(port))
