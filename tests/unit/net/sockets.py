"""Listeners on loopback, and peers that speak to them by hand."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from node.net.admission import Admission
from node.net.cipher import KeyPair
from node.net.dial import dial
from node.net.doors import open_peer_doors
from node.net.handshake import Handshake
from node.net.identity import LinkIdentity
from node.net.limits import Limits
from node.net.link import TcpLink
from node.net.listener import Listener
from node.net.proof import Role
from node.net.records import Opener, Sealer
from tests.unit.net.ends import box

DEADLINE_S = 8.0
LOCAL = "127.0.0.1"


async def until(holds: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
    """Return once ``holds`` does; fail when it does not in time."""
    async with asyncio.timeout(deadline_s):
        while not holds():  # noqa: ASYNC110 - what is awaited sets no event
            await asyncio.sleep(0.002)


@dataclass
class Host:
    """A listener and the links it handed over, each kept until the test ends."""

    listener: Listener
    links: list[TcpLink] = field(default_factory=list[TcpLink])

    async def link(self, number: int = 0) -> TcpLink:
        """Return the accepted link of this number once it is there."""
        await until(lambda: len(self.links) > number)
        return self.links[number]


@asynccontextmanager
async def listening(
    *,
    hotspots: frozenset[str] = frozenset(),
    limits: Limits | None = None,
    identity: LinkIdentity | None = None,
    seed: int = 1,
) -> AsyncGenerator[Host]:
    """Run a listener on a free port of loopback and everything else."""
    forever = asyncio.Event()
    links: list[TcpLink] = []

    async def keep(link: TcpLink) -> None:
        links.append(link)
        await forever.wait()

    admission = Admission(hotspots, limits, random.Random(seed))  # noqa: S311 - must replay
    listener = Listener(open_peer_doors(0), identity or box("B"), keep, admission)
    await listener.start()
    try:
        yield Host(listener, links)
    finally:
        await listener.stop()


@asynccontextmanager
async def two_ends(*, deflate: bool = False) -> AsyncGenerator[tuple[TcpLink, TcpLink]]:
    """Link two boxes over loopback: the dialler's end and the acceptor's."""
    async with listening(identity=box("B", deflate=deflate)) as host:
        link = await dial(LOCAL, host.listener.port, identity=box("A", deflate=deflate))
        try:
            yield link, await host.link()
        finally:
            await link.close()


@dataclass
class ByHand:
    """A dialler whose bytes the test writes itself, after an honest handshake."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sealer: Sealer
    opener: Opener


@asynccontextmanager
async def by_hand(port: int, name: str = "A") -> AsyncGenerator[ByHand]:
    """Dial and shake hands over plain streams."""
    reader, writer = await asyncio.open_connection(LOCAL, port)
    handshake = Handshake(Role.DIALLER, box(name, deflate=False), KeyPair.draw())
    writer.write(handshake.start())
    while handshake.secured is None:
        writer.write(handshake.feed(await reader.read(1_000)))
    await writer.drain()
    opener = Opener(handshake.secured.receive, deflate=False)
    opener.feed(handshake.rest())
    try:
        yield ByHand(reader, writer, Sealer(handshake.secured.send, deflate=False), opener)
    finally:
        writer.transport.abort()
