"""Sends and hears beacons on every interface there is."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from typing import Final, NamedTuple

from node.net.discovery import beacon
from node.net.discovery.beacon import BEACON_BYTES, Beacon
from node.net.discovery.endpoint import Endpoint
from node.net.discovery.group_socket import group_address, open_group_socket
from node.net.discovery.interfaces import Address, Addresses, endpoint_host

READ_AT_ONCE: Final = 32
READ_PAUSE_S: Final = 0.05
"""After so many beacons at once an interface is not read for so long: 640 a second at most.

Stops a flood from taking the loop; boxes send one a second at most.
"""

Heard = Callable[[Beacon, Endpoint], None]
Open = Callable[[int, bool], socket.socket]


class _Side(NamedTuple):
    interface: int
    ipv6: bool


class Beaconing:
    """One socket per interface and family, as interfaces come and go.

    One each, since the kernel lets a socket join twenty IPv4 groups, forgets memberships of an
    interface that went, and one interface's flood would fill a shared socket.
    """

    def __init__(
        self,
        node: bytes,
        own: Callable[[], Beacon],
        heard: Heard,
        counts: Counter[str],
        open_socket: Open = lambda index, ipv6: open_group_socket(index, ipv6=ipv6),
    ) -> None:
        """Open nothing yet.

        Args:
            node: own node id as in a beacon; what comes from it is passed over.
            own: returns the beacon to send now.
            heard: told each valid beacon of another box and where to dial it.
            counts: of what was refused or failed, by reason.
            open_socket: given interface index and whether IPv6; raises OSError.
        """
        self._node = node
        self._own = own
        self._heard = heard
        self._counts = counts
        self._open = open_socket
        self._addresses: Addresses = frozenset()
        self._sockets: dict[_Side, socket.socket] = {}

    def use(self, addresses: Addresses) -> None:
        """Take up interfaces that appeared and let go of those that went."""
        self._addresses = addresses
        sides = {_Side(address.index, address.is_ipv6) for address in addresses}
        for side in set(self._sockets) - sides:
            self._close(side)
        for side in sorted(sides - set(self._sockets)):
            self._try_open(side)

    def send(self) -> None:
        """Send a beacon on every interface; what could not be opened is tried again first."""
        self.use(self._addresses)
        datagram = self._own().encode()
        for side, opened in list(self._sockets.items()):
            try:
                opened.sendto(datagram, group_address(side.interface, ipv6=side.ipv6))
            except OSError:
                self._counts["beacon not sent"] += 1

    def close(self) -> None:
        """Let go of every socket."""
        for side in list(self._sockets):
            self._close(side)

    def _try_open(self, side: _Side) -> None:
        try:
            opened = self._open(*side)
        except OSError:
            self._counts["beacon socket"] += 1
            return
        self._sockets[side] = opened
        asyncio.get_running_loop().add_reader(opened, self._read, side, opened)

    def _close(self, side: _Side) -> None:
        opened = self._sockets.pop(side)
        asyncio.get_running_loop().remove_reader(opened)
        opened.close()

    def _read(self, side: _Side, opened: socket.socket) -> None:
        for _ in range(READ_AT_ONCE):
            try:
                # One byte more than a beacon has tells a longer datagram from one.
                datagram, source = opened.recvfrom(BEACON_BYTES + 1)
            except BlockingIOError:
                return
            except OSError:
                self._counts["beacon socket"] += 1
                self._close(side)  # opened again before the next beacon
                return
            self._take(datagram, str(source[0]), side)
        loop = asyncio.get_running_loop()
        loop.remove_reader(opened)
        loop.call_later(READ_PAUSE_S, self._read_on, side, opened)

    def _read_on(self, side: _Side, opened: socket.socket) -> None:
        if self._sockets.get(side) is opened:
            asyncio.get_running_loop().add_reader(opened, self._read, side, opened)

    def _take(self, datagram: bytes, source: str, side: _Side) -> None:
        said = beacon.decode(datagram)
        if said is None:
            self._counts["beacon malformed"] += 1
            return
        if said.node == self._node:
            return
        here = self._on(side)
        host = endpoint_host(source.partition("%")[0], frozenset(here), index=side.interface)
        if host is None:
            self._counts["beacon from elsewhere"] += 1
            return
        self._heard(said, Endpoint(host, said.port, here[0].name))

    def _on(self, side: _Side) -> list[Address]:
        return [a for a in self._addresses if (a.index, a.is_ipv6) == side]
