"""Sockets that speak to and hear the beacon's group on one interface only."""

import socket
import struct
from contextlib import suppress
from typing import Final

BEACON_PORT: Final = 7777
GROUP_IPV4: Final = "239.83.73.1"
GROUP_IPV6: Final = "ff02::d153"

RECEIVE_BUFFER_BYTES: Final = 32_768
"""About forty beacons wait in the kernel; it drops the rest of a flood for us."""

_IP_MULTICAST_ALL: Final = 49  # linux/in.h: hear also what other programs joined; on by default
_ONE_HOP: Final = 1


def open_group_socket(index: int, port: int = BEACON_PORT, *, ipv6: bool) -> socket.socket:
    """Return a non-blocking UDP socket bound to the group on the interface ``index``.

    It receives what was sent to the group there, never unicast; other nodes of this machine
    can have one too (SO_REUSEADDR), but are not heard: own beacons do not loop back.

    Raises:
        OSError: the interface is gone or another program keeps the port; try again later.
    """
    family = socket.AF_INET6 if ipv6 else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.settimeout(0)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        (_join_ipv6 if ipv6 else _join_ipv4)(opened, index, port)
    except BaseException:
        opened.close()
        raise
    return opened


def group_address(index: int, port: int = BEACON_PORT, *, ipv6: bool) -> tuple[str | int, ...]:
    """Return where a beacon goes on this interface."""
    return (GROUP_IPV6, port, 0, index) if ipv6 else (GROUP_IPV4, port)


def _join_ipv4(opened: socket.socket, index: int, port: int) -> None:
    group = socket.inet_aton(GROUP_IPV4)
    with suppress(OSError):  # other systems never hear more than was joined
        opened.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, _ONE_HOP)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    by_index = struct.pack("@4s4si", group, bytes(4), index)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, by_index)
    opened.bind((GROUP_IPV4, port))
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, by_index)


def _join_ipv6(opened: socket.socket, index: int, port: int) -> None:
    group = socket.inet_pton(socket.AF_INET6, GROUP_IPV6)
    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, _ONE_HOP)
    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    opened.bind((GROUP_IPV6, port, 0, index))
    joined = group + struct.pack("@I", index)
    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, joined)
