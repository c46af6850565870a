"""Where the ends of a connection are: host, port and, on link-local, the interface."""

import ipaddress
import socket
from dataclasses import dataclass
from typing import Any

import ifaddr


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a connection."""

    host: str
    """Numeric, without a scope."""
    port: int
    scope_id: int = 0
    """Index of the interface that a link-local address belongs to."""

    @classmethod
    def of(cls, name: tuple[Any, ...]) -> "Endpoint":
        """Return the endpoint of what ``getsockname`` or ``getpeername`` returned."""
        host = str(name[0]).partition("%")[0]
        return cls(host, int(name[1]), int(name[3]) if len(name) > len(("host", "port")) else 0)

    def __str__(self) -> str:
        """Return ``host:port``, IPv6 in brackets, the scope included."""
        scope = f"%{interface_name(self.scope_id) or self.scope_id}" if self.scope_id else ""
        return (
            f"[{self.host}{scope}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        )

    @property
    def family(self) -> socket.AddressFamily:
        """Return the address family."""
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    @property
    def is_link_local_v6(self) -> bool:
        """Return whether it is IPv6 and only means something together with its interface."""
        address = ipaddress.ip_address(self.host)
        return address.version == 6 and address.is_link_local  # noqa: PLR2004 - IPv6

    @property
    def name(self) -> tuple[str, int] | tuple[str, int, int, int]:
        """Return what a socket connects to or binds to."""
        short = (self.host, self.port)
        return (*short, 0, self.scope_id) if self.family is socket.AF_INET6 else short


def parse(address: str, port: int, interface: str | int | None = None) -> Endpoint:
    """Return the endpoint of a numeric address, ``%`` and a scope behind it or not.

    Args:
        address: IPv4 or IPv6.
        port: 1 to 65535.
        interface: name or index, for a link-local address that does not say it.

    Raises:
        ValueError: it is no address, its interface is not there, or a link-local one has none.
    """
    host, _, said = address.partition("%")
    numeric = ipaddress.ip_address(host)
    scope_id = 0
    if numeric.version == 6 and numeric.is_link_local:  # noqa: PLR2004 - IPv6
        scope_id = _index(said or interface or "")
    if not 0 < port <= 65_535:  # noqa: PLR2004 - the largest there is
        raise ValueError(f"no port {port}")
    return Endpoint(str(numeric), port, scope_id)


def interface_name(index: int) -> str | None:
    """Return the name of an interface; None when it has gone."""
    try:
        return socket.if_indextoname(index)
    except OSError:
        return None


def interface_of(local: Endpoint) -> str | None:
    """Return the interface that has this local address; None when none has it any more."""
    if local.scope_id:
        return interface_name(local.scope_id)
    for adapter in ifaddr.get_adapters():
        for address in adapter.ips:
            host = address.ip if isinstance(address.ip, str) else address.ip[0]
            if host == local.host:
                return adapter.name
    return None


def _index(interface: str | int) -> int:
    if isinstance(interface, int) or interface.isdecimal():
        return int(interface)
    try:
        return socket.if_nametoindex(interface)
    except OSError as error:
        raise ValueError(f"no interface {interface!r}") from error
