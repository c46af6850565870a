"""The box as an mDNS service: what is announced, and what of others' announcements is believed."""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo

from node.net.discovery.beacon import NODE_BYTES
from node.net.discovery.endpoint import MAX_PORT, Endpoint
from node.net.discovery.interfaces import Addresses, endpoint_host
from node.protocol.ids import VerifyKey

SERVICE: Final = "_disasternet._tcp.local."
VERSION: Final = b"1"
MAX_ENDPOINTS: Final = 8
"""Of one announcement: stops one with hundreds of addresses from filling the table."""

_ID: Final = re.compile(rb"[0-9a-f]{64}")


def instance(node: VerifyKey) -> str:
    """Return the full name of a box's service."""
    return f"{node[:NODE_BYTES].hex()}.{SERVICE}"


def announcement(node: VerifyKey, port: int, addresses: Addresses) -> AsyncServiceInfo:
    """Return what is announced: id and version, on all ``addresses``, IPv4 first."""
    ordered = sorted(addresses, key=lambda address: (address.is_ipv6, address))
    return AsyncServiceInfo(
        SERVICE,
        instance(node),
        port=port,
        server=f"disasternet-{node[:NODE_BYTES].hex()}.local.",
        properties={b"id": node.hex().encode(), b"v": VERSION},
        addresses=[ipaddress.ip_address(address.ip).packed for address in ordered],
    )


def listening_on(addresses: Addresses) -> tuple[list[str | int], IPVersion]:
    """Return what zeroconf shall use.

    By address, since of an interface's index zeroconf takes the first IPv6 address, and what is
    sent from one that is not link-local has no scope; by index where two have the same address.
    """
    ipv4 = sorted({address.ip for address in addresses if not address.is_ipv6})
    times = Counter(address.ip for address in addresses)
    ipv6 = [a.ip if times[a.ip] == 1 else a.index for a in sorted(addresses) if a.is_ipv6]
    version = IPVersion.All
    if not ipv4:
        version = IPVersion.V6Only
    elif not ipv6:
        version = IPVersion.V4Only
    return [*ipv4, *ipv6], version


def believed(info: AsyncServiceInfo, addresses: Addresses) -> tuple[bytes, list[Endpoint]] | None:
    """Return the first 8 bytes of the node id and where to dial it; None for a false one.

    Args:
        info: resolved; a stranger wrote all of it.
        addresses: of this machine; only what is on their own networks is dialled.
    """
    properties = info.properties
    claimed, port = properties.get(b"id"), info.port
    if claimed is None or not _ID.fullmatch(claimed) or properties.get(b"v") != VERSION:
        return None
    if port is None or not 1 <= port <= MAX_PORT:
        return None
    node = bytes.fromhex(claimed.decode())[:NODE_BYTES]
    endpoints = list(_endpoints(info, port, addresses))[:MAX_ENDPOINTS]
    return (node, endpoints) if endpoints else None


def _endpoints(info: AsyncServiceInfo, port: int, addresses: Addresses) -> Iterator[Endpoint]:
    for scoped in info.parsed_scoped_addresses():
        ip, _, scope = scoped.partition("%")
        index = int(scope) if scope.isascii() and scope.isdigit() else None
        host = endpoint_host(ip, addresses, index=index)
        if host is not None:
            yield Endpoint(host, port, _interface_of(ip, index, addresses))


def _interface_of(ip: str, index: int | None, addresses: Addresses) -> str:
    return next(
        address.name
        for address in sorted(addresses)
        if index == address.index or endpoint_host(ip, frozenset({address})) is not None
    )
