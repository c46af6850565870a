"""A program that runs discovery alone and prints what it finds, one JSON object a line.

`python -m tests.namespaces.looking '{"name": "a", "beacon": true, "mdns": true, …}'`. Boxes are
linked by a bare TCP connection over which each side says its node id and then a byte now and then.
"""

import asyncio
import hashlib
import json
import random
import socket
import sys
import time
from contextlib import suppress
from typing import Any

import uvloop

from node.clock import SystemClock
from node.net.discovery import discovery
from node.net.discovery.announced import Announced
from node.net.discovery.beacon import NO_DIGESTS
from node.net.discovery.beaconing import Beaconing
from node.net.discovery.dialling import Links
from node.net.discovery.discovery import Discovery, Ways
from node.net.discovery.endpoint import Endpoint, parse
from node.net.discovery.interfaces import Address, Addresses
from node.net.discovery.need import Linked
from node.protocol.ids import KEY_BYTES, VerifyKey
from tests.namespaces.bare_link import BareLink

PORT = 7777
PULSE_S = 0.5


def node_id(name: str) -> VerifyKey:
    """Return the node id of the program called ``name``."""
    return VerifyKey(hashlib.sha256(name.encode()).digest())


class Box:
    """Keeps connections as if they were links."""

    def __init__(self, name: str, *, never_dials: bool = False) -> None:
        self._never_dials = never_dials
        self.node = node_id(name)
        self.links: list[BareLink] = []
        self.discovery: Discovery | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing: list[str] = []

    def say(self, event: str, **what: object) -> None:
        """Print what happened."""
        sys.stdout.write(json.dumps({"event": event, **what}) + "\n")
        sys.stdout.flush()

    async def connect(self, endpoint: Endpoint) -> VerifyKey:
        """Return who is at ``endpoint``; the connection stays."""
        if self._never_dials:
            raise OSError("only others dial")
        try:
            reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
            peer = await self._meet(reader, writer)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.say("failed", at=str(endpoint), why=str(error))
            raise OSError(str(error)) from error
        self.say("dialled", at=str(endpoint), peer=peer.hex())
        self._keep(BareLink(peer, reader, writer))
        return peer

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep a connection that another box has made."""
        with suppress(OSError, asyncio.IncompleteReadError):
            peer = await self._meet(reader, writer)
            self.say("accepted", peer=peer.hex())
            self._keep(BareLink(peer, reader, writer))

    def standing(self) -> list[Linked]:
        """Return every connection."""
        now_s = time.monotonic()
        return [Linked(link.peer, None, link.stalled_s(now_s)) for link in self.links]

    async def pulse(self) -> None:
        """Send on every connection and say to whom something flows, whenever that changes."""
        while True:
            for link in self.links:
                link.pulse(time.monotonic())
            linked = self.standing()
            flowing = sorted({link.peer.hex() for link in linked if not link.stalled})
            if flowing != self._flowing:
                self._flowing = flowing
                self.say("flowing", peers=flowing)
            await asyncio.sleep(PULSE_S)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> VerifyKey:
        writer.write(self.node)
        return VerifyKey(await reader.readexactly(KEY_BYTES))

    def _keep(self, link: BareLink) -> None:
        for older in self.links:
            if older.peer == link.peer:
                older.abort()
        self.links.append(link)
        task = asyncio.create_task(self._watch(link))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, link: BareLink) -> None:
        began_s = time.monotonic()
        await link.ended()
        self.links.remove(link)
        self.say("fell", peer=link.peer.hex())
        if self.discovery is not None:
            self.discovery.link_fell(link.peer, time.monotonic() - began_s)


class NeverLetsGo(Beaconing):
    """Keeps its sockets when an interface goes: the fault that the tests must see."""

    def use(self, addresses: Addresses) -> None:
        """Take up what appeared, as if nothing had gone."""
        self._all = getattr(self, "_all", frozenset[Address]()) | addresses
        super().use(self._all)


def doors() -> list[socket.socket]:
    """Return sockets that listen on all addresses of both families."""
    opened = [socket.create_server(("", PORT))]
    with suppress(OSError):
        opened.append(socket.create_server(("::", PORT), family=socket.AF_INET6))
    return opened


async def main(options: dict[str, Any]) -> None:
    """Look for others until killed."""
    box = Box(options["name"], never_dials=options.get("never_dials", False))
    for door in doors():
        await asyncio.start_server(box.accept, sock=door)
    ways = Ways(
        beacon=options.get("beacon", True),
        mdns=options.get("mdns", True),
        static=tuple(parse(text) for text in options.get("static", ())),
        hotspot=frozenset(options.get("hotspot", ())),
    )
    announced = Announced(box.node, bytes(4), PORT)
    links = Links(box.connect, box.standing, lambda: NO_DIGESTS)
    box.discovery = Discovery(announced, ways, links, SystemClock(), random.Random())  # noqa: S311
    box.discovery.start()
    box.say("started")
    await box.pulse()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    if given.get("never_lets_go"):
        discovery.__dict__["Beaconing"] = NeverLetsGo
    (asyncio.run if given.get("loop") == "asyncio" else uvloop.run)(main(given))
