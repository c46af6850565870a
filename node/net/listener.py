"""Accepts links from other boxes, and bounds what strangers can take meanwhile."""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from node.net.admission import Admission, Guest
from node.net.errors import Fault, LinkError
from node.net.identity import LinkIdentity
from node.net.link import TcpLink, secure
from node.net.proof import Role
from node.net.refusals import Refusals
from node.net.wire import Wire
from node.runtime.peering.ports import LinkClosedError

_log = logging.getLogger("disasternet")


class Listener:
    """Hands each established link to ``serve``, which owns it until it returns."""

    def __init__(
        self,
        doors: Sequence[socket.socket],
        identity: LinkIdentity,
        serve: Callable[[TcpLink], Awaitable[None]],
        admission: Admission | None = None,
    ) -> None:
        """Take listening sockets, which are closed by ``stop``.

        Args:
            doors: as ``open_peer_doors`` returns them.
            identity: of this node.
            serve: called once for each link; the link is closed when it returns.
            admission: who may come in; the usual limits and no hotspot unless given.
        """
        self._doors = doors
        self.port: Final = int(doors[0].getsockname()[1])
        self._identity = identity
        self._serve = serve
        self._admission = admission or Admission()
        self._refusals = Refusals(lambda: asyncio.get_running_loop().time())
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def counts(self) -> Counter[Fault]:
        """Return how many connections were refused or dropped, by fault."""
        return self._refusals.counts

    @property
    def half_open(self) -> int:
        """Return how many handshakes are under way."""
        return self._admission.half_open

    @property
    def links(self) -> int:
        """Return how many accepted links there are."""
        return self._admission.links

    async def start(self) -> None:
        """Begin to accept."""
        loop = asyncio.get_running_loop()
        for door in self._doors:
            self._servers.append(
                await loop.create_server(lambda: _GuestWire(self._meet), sock=door)
            )

    async def stop(self) -> None:
        """Accept no more, and end what is under way and every accepted link's ``serve``."""
        for server in self._servers:
            server.close()
        if not self._servers:
            for door in self._doors:
                door.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _meet(self, wire: Wire) -> None:
        """Let a fresh connection in, or drop it before a byte of it is read."""
        local, remote = wire.local, wire.remote
        if local is None or remote is None:
            wire.abort()  # it left before it was looked at
            return
        tasks: list[asyncio.Task[None]] = []

        def drop(error: LinkError) -> None:
            self._refusals.note(error, str(remote))
            for task in tasks:
                task.cancel()

        try:
            guest = self._admission.enter(local, remote, drop)
        except LinkError as error:
            self._refusals.note(error, str(remote))
            wire.abort()
            return

        def leave(task: asyncio.Task[None]) -> None:
            # Not by the task itself: one that is cancelled before its first step does nothing.
            wire.abort()
            self._admission.leave(guest)
            self._tasks.discard(task)

        task = asyncio.get_running_loop().create_task(self._host(wire, guest))
        task.add_done_callback(leave)
        tasks.append(task)
        self._tasks.add(task)

    async def _host(self, wire: Wire, guest: Guest) -> None:
        try:
            link = await self._secure(wire, guest)
            if link is not None:
                try:
                    await self._serve(link)
                finally:
                    await link.close()
        except LinkClosedError:
            pass
        except Exception:  # noqa: BLE001 - a supervisor: logged, and the others go on
            _log.exception("a link failed by a fault of this node")

    async def _secure(self, wire: Wire, guest: Guest) -> TcpLink | None:
        try:
            async with asyncio.timeout(self._admission.limits.handshake_s):
                link = await secure(wire, Role.ACCEPTOR, self._identity)
            self._admission.settle(guest)
        except LinkError as error:
            self._refusals.note(error, str(wire.remote))
        except TimeoutError:
            late = LinkError(
                Fault.LATE, f"no handshake in {self._admission.limits.handshake_s:g} s"
            )
            self._refusals.note(late, str(wire.remote))
        else:
            return link
        return None


class _GuestWire(Wire):
    """A connection that somebody else opened."""

    def __init__(self, meet: Callable[[Wire], None]) -> None:
        super().__init__()
        self._meet = meet

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, then ask whether it may stay."""
        super().connection_made(transport)
        self._meet(self)
