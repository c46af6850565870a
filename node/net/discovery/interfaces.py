"""What addresses this machine has for finding others, and when that changes."""

import errno
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ifaddr

FIRST_RESCAN_S: Final = 0.5
RESCAN_S: Final = 1.0
FIRST_RESCANS_FOR_S: Final = 60.0
"""Interfaces come up in the first minute of a box: there each half second counts."""

_SIOCGIFFLAGS: Final = 0x8913  # linux/sockios.h
_IFF_UP: Final = 0x1
_IFF_LOOPBACK: Final = 0x8
_IFF_RUNNING: Final = 0x40
_IFF_MULTICAST: Final = 0x1000
_USABLE: Final = _IFF_UP | _IFF_RUNNING | _IFF_MULTICAST
_IFA_F_TENTATIVE: Final = 0x40  # linux/if_addr.h: duplicate address detection is not over
_IF_INET6: Final = Path("/proc/net/if_inet6")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One address that others on its network can reach."""

    ip: str
    """Numeric, without scope."""
    prefix: int
    """Length of its network's prefix."""
    index: int
    """Of its interface; the scope of link-local IPv6."""
    name: str
    """Of its interface."""

    @property
    def is_ipv6(self) -> bool:
        """Return whether it is a (link-local) IPv6 address."""
        return ":" in self.ip


Addresses = frozenset[Address]


def scan(hotspot: frozenset[str]) -> Addresses:
    """Return IPv4 and link-local IPv6 addresses in use, not tentative ones.

    Of interfaces that are up, have a carrier and carry multicast; not of loopback, nor of
    ``hotspot``, the names of interfaces where phones are.

    Raises:
        OSError: the system does not say; look again later.
    """
    tentative = _tentative()
    found: set[Address] = set()
    for adapter in ifaddr.get_adapters():
        name = str(adapter.name).partition(":")[0]  # eth0:1 is a second address of eth0
        if name in hotspot or adapter.index is None or not _usable(name):
            continue
        for ip in adapter.ips:
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0].partition("%")[0]
            address = ipaddress.ip_address(text)
            if address.version == 4 or (address.is_link_local and (text, name) not in tentative):  # noqa: PLR2004 - the name of the protocol
                found.add(Address(text, ip.network_prefix, adapter.index, name))
    return frozenset(found)


def endpoint_host(ip: str, addresses: Addresses, *, index: int | None = None) -> str | None:
    """Return ``ip`` as it can be dialled; None when no interface's own network has it.

    Stops a forged announcement from making this box knock at machines elsewhere.

    Args:
        ip: numeric, without scope.
        addresses: of this machine.
        index: the interface it was heard on; needed for link-local IPv6.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    if address.is_multicast or address.is_unspecified or address.is_loopback:
        return None
    if address.version == 6:  # noqa: PLR2004 - the name of the protocol
        heard_here = any(a.is_ipv6 and a.index == index for a in addresses)
        return f"{ip}%{index}" if address.is_link_local and heard_here else None
    near = (
        a
        for a in addresses
        if not a.is_ipv6 and index in (None, a.index) and _in_network(address, a)
    )
    return ip if any(near) else None


def _in_network(address: ipaddress.IPv4Address, of: Address) -> bool:
    return address in ipaddress.IPv4Network(f"{of.ip}/{of.prefix}", strict=False)


def _usable(name: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH22x", name.encode()[:15], 0)
        try:
            answer = fcntl.ioctl(any_socket.fileno(), _SIOCGIFFLAGS, request)
        except OSError as error:
            # Gone meanwhile; a system with another number for this call is not asked at all.
            return error.errno not in (errno.ENODEV, errno.ENXIO)
    (flags,) = struct.unpack_from("H", answer, 16)
    return flags & _USABLE == _USABLE and not flags & _IFF_LOOPBACK


def _tentative() -> set[tuple[str, str]]:
    try:
        lines = _IF_INET6.read_text().splitlines()
    except OSError:
        return set()  # no IPv6 here
    fields = [line.split() for line in lines]
    return {
        (str(ipaddress.IPv6Address(bytes.fromhex(address))), name)
        for address, _, _, _, flags, name in fields
        if int(flags, 16) & _IFA_F_TENTATIVE
    }


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the addresses since the last look."""

    addresses: Addresses
    """All there are now."""
    appeared: Addresses
    gone: Addresses


class Watcher:
    """Tells what changed from look to look."""

    def __init__(self, look: Callable[[], Addresses]) -> None:
        """Know of no address yet; ``look`` returns those there are, or raises OSError."""
        self._look = look
        self.addresses: Addresses = frozenset()
        """As of the last look."""

    def rescan(self) -> Change | None:
        """Look again; return what changed, None when nothing did or the system does not say."""
        try:
            now = self._look()
        except OSError:
            return None
        before, self.addresses = self.addresses, now
        return None if now == before else Change(now, now - before, before - now)


def rescan_pause_s(running_s: float) -> float:
    """Return how long after the last look the next one is due."""
    return FIRST_RESCAN_S if running_s < FIRST_RESCANS_FOR_S else RESCAN_S
