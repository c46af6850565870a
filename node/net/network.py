"""The node's side towards other boxes: accepts links, looks for boxes, and dials."""

import asyncio
import logging
import math
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from node.contract.clock import Clock
from node.contract.problems import RefusedError
from node.net.admission import Admission
from node.net.dial import dial
from node.net.discovery.announced import Announced
from node.net.discovery.beacon import NO_DIGESTS, Digests
from node.net.discovery.dialling import Links
from node.net.discovery.discovery import Discovery, Ways
from node.net.discovery.endpoint import Endpoint
from node.net.discovery.need import Linked
from node.net.errors import LinkError
from node.net.identity import LinkIdentity
from node.net.link import TcpLink
from node.net.listener import Listener
from node.protocol.ids import VerifyKey
from node.runtime.peering.endings import Ending
from node.runtime.peering.peering import Peering
from node.runtime.peering.ports import Link, UnreachableError
from node.sync.frames import CloseReason

_log = logging.getLogger("disasternet.net")

DEFAULT_PORT: Final = 7777

CARRIED_BYTES: Final = 32_768
"""A link that brought so much was no failure, however short it stood."""

DIGEST_PAUSE_S: Final = 0.5
"""Digests for beacons are read at most so often, however much is written."""


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """What the operator decides."""

    static: tuple[Endpoint, ...] = ()
    discovery: bool = True
    hotspot: frozenset[str] = frozenset()
    """Interfaces that phones share: no discovery, no IPv4, link-local couriers only."""


class Network:
    """Links of one node, from ``start`` to ``stop``."""

    def __init__(
        self,
        peering: Peering,
        identity: LinkIdentity,
        doors: Sequence[socket.socket],
        settings: NetworkSettings,
        clock: Clock,
    ) -> None:
        """Do nothing yet.

        Args:
            peering: runs the sessions.
            identity: of this node.
            doors: listening sockets, closed by ``stop``.
            settings: what the operator decides.
            clock: its monotonic time is read.
        """
        self._peering = peering
        self._identity = identity
        self._links: dict[TcpLink, float] = {}
        self._tasks: set[asyncio.Task[Ending]] = set()
        self._clock = clock
        self._digests = NO_DIGESTS
        self._listener = Listener(doors, identity, self._host, Admission(settings.hotspot))
        boot = peering.ground.boot.to_bytes(4, "big")
        node_id = peering.ground.node_id
        self._discovery = Discovery(
            Announced(node_id, boot, self._listener.port),
            Ways(
                beacon=settings.discovery,
                mdns=settings.discovery,
                static=settings.static,
                hotspot=settings.hotspot,
            ),
            Links(self._connect, self._standing, lambda: self._digests),
            clock,
            random.Random(),  # noqa: S311 - spreads load, keeps no secret
        )
        self._digest_task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Return the TCP port for links."""
        return self._listener.port

    async def __aenter__(self) -> Self:
        """Start, as a context."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Accept links and look for boxes."""
        self._peering.attach(self.dial_once, self._refusals)
        await self._read_digests()
        await self._listener.start()
        self._discovery.start()
        self._digest_task = asyncio.create_task(self._follow_digests())

    async def stop(self) -> None:
        """End discovery and every link in order."""
        await self._discovery.stop()
        if self._digest_task is not None:
            self._digest_task.cancel()
            await asyncio.gather(self._digest_task, return_exceptions=True)
        await self._peering.stop()
        await self._listener.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _refusals(self) -> dict[str, int]:
        return {str(fault): count for fault, count in self._listener.counts.items()}

    async def dial_once(self, address: str, interface: str | None) -> Link:
        """Return a new link to ``address``, ``HOST`` or ``HOST:PORT``.

        Raises:
            UnreachableError: none was made.
        """
        host, port = _host_and_port(address)
        try:
            return await dial(host, port, identity=self._identity, interface=interface)
        except (LinkError, OSError) as error:
            raise UnreachableError(str(error)) from error

    async def _connect(self, endpoint: Endpoint) -> VerifyKey:
        link = await dial(endpoint.host, endpoint.port, identity=self._identity)
        task = asyncio.create_task(self._run(link))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return link.peer

    async def _host(self, link: TcpLink) -> None:
        await self._run(link)

    async def _run(self, link: TcpLink) -> Ending:
        began_s = self._clock.monotonic_s()
        self._links[link] = began_s
        self._discovery.links_changed()
        try:
            ending = await self._peering.run_link(link)
        finally:
            del self._links[link]
            await link.close()
        lasted_s = self._clock.monotonic_s() - began_s
        if link.bytes_in > CARRIED_BYTES:
            lasted_s = math.inf  # it fell soon, but was of use: dial again without waiting
        if ending.breach:
            self._discovery.penalise(link.peer)
        if ending.reason is not CloseReason.REPLACED:
            self._discovery.link_fell(link.peer, lasted_s)
        return ending

    def _standing(self) -> list[Linked]:
        sessions = self._peering.sessions
        standing: list[Linked] = []
        for link in self._links:
            session = sessions.get(link.peer)
            boot = None
            if session is not None and session.link is link:
                boot = session.talk.hello.boot.to_bytes(4, "big")
            standing.append(Linked(link.peer, boot, link.stalled_s()))
        return standing

    async def _read_digests(self) -> None:
        ground = self._peering.ground
        _, by_class = await ground.log.digests(ground.carried)
        self._digests = Digests(tuple(by_class), ground.carried is not None)

    async def _follow_digests(self) -> None:
        while True:
            await self._peering.changed.wait()
            self._peering.changed.clear()
            try:
                await self._read_digests()
            except RefusedError as error:
                _log.info("digests for beacons could not be read, again soon: %s", error)
                self._peering.changed.set()
            self._discovery.links_changed()
            await asyncio.sleep(DIGEST_PAUSE_S)


def _host_and_port(address: str) -> tuple[str, int]:
    """Return the parts of HOST, HOST:PORT, [IPV6]:PORT or a bare IPv6 address."""
    if address.startswith("["):
        host, _, rest = address[1:].partition("]")
        return host, _port(rest.removeprefix(":"))
    if address.count(":") == 1:
        host, _, port = address.partition(":")
        return host, _port(port)
    return address, DEFAULT_PORT


def _port(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else DEFAULT_PORT
