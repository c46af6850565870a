"""A whole box in one process, and ways to ask it."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from httpx import ASGITransport

from node.api.application import ApiSettings, Application, build
from node.api.asgi import AsgiApp, Message, Receive, Scope, Send
from node.api.pages import Pages
from node.contract.credentials import Credentials
from node.contract.facts import HotspotFacts
from node.contract.people import Box
from node.runtime.node import Node, Surroundings
from node.store.store import open_store

NODE_ID = "ab" * 32
HOTSPOT = "10.83.73.1"
APPLIANCE_UID = 990
STRANGER_UID = 991
BACKUP = [b"first ", b"second"]


class StillClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.now_ms = 1_790_000_000_000

    def wall_ms(self) -> int:
        """Return the set time."""
        return self.now_ms

    def monotonic_s(self) -> float:
        """Return the set time."""
        return self.now_s

    def quality(self) -> int:
        """Return that nobody set this clock."""
        return 0


@dataclass(frozen=True, slots=True)
class BoxUnderTest:
    """A node over a real store, and its API."""

    node: Node
    app: Application
    clock: StillClock

    def client(self, host: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """Return a client that came in over the network at ``host``."""
        transport = ASGITransport(app=self.app.tcp, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers=headers)

    def local_client(self, uid: int) -> httpx.AsyncClient:
        """Return a client of the Unix socket that runs as user ``uid``."""
        app = with_uid(self.app.unix, uid)
        return httpx.AsyncClient(transport=ASGITransport(app=app), base_url="http://node")

    async def newcomer(self, name: str = "Ana") -> httpx.AsyncClient:
        """Return a client that said its name, and keeps the cookie."""
        client = self.client()
        answer = await client.post("/auth/init", json={"name": name})
        assert answer.status_code == 201, answer.text
        return client


@asynccontextmanager
async def open_box(
    directory: Path,
    *,
    pages: Pages | None = None,
    write_burst: float = 1000.0,
    hotspot: HotspotFacts | Callable[[], HotspotFacts | None] | None = None,
) -> AsyncGenerator[BoxUnderTest]:
    """Yield a running box that keeps its data in ``directory``."""
    clock = StillClock()
    drawn = 0

    def entropy(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return drawn.to_bytes(size, "big")

    async def backup() -> AsyncIterator[bytes]:
        for piece in BACKUP:
            yield piece

    store = await open_store(
        directory / "node.db",
        node_id=NODE_ID,
        clock=clock,
        budget_bytes=100_000_000,
        machine=None,
    )
    try:
        node = Node(
            Box(NODE_ID, NODE_ID, "Box one"),
            store,
            clock,
            entropy,
            Surroundings(hotspot=hotspot if callable(hotspot) else lambda: hotspot),
        )
        settings = ApiSettings(
            clock=clock,
            pages=pages or Pages.load(directory / "no-such-build"),
            backup=backup,
            version="1.2.3",
            public_names=("disasternet.test",),
            hotspot_addresses=frozenset({HOTSPOT}),
            write_rate_per_s=1.0,
            write_burst=write_burst,
            lasting_rate_per_s=1.0,
            lasting_burst=write_burst,
            appliance_uid=APPLIANCE_UID,
        )
        app = build(node, settings)
        running = asyncio.create_task(node.run())
        async with app.lifespan():
            yield BoxUnderTest(node, app, clock)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    finally:
        await store.close()


def with_uid(app: AsgiApp, uid: int) -> AsgiApp:
    """Return ``app`` as the Unix socket's server calls it for a process of user ``uid``."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"credentials": Credentials(1, uid, uid)}}, receive, send)

    return called


@dataclass
class SocketUnderTest:
    """One WebSocket, driven from the client's side."""

    incoming: asyncio.Queue[Message] = field(default_factory=asyncio.Queue[Message])
    outgoing: asyncio.Queue[Message] = field(default_factory=asyncio.Queue[Message])

    async def frame(self) -> dict[str, Any]:
        """Return the next frame, decoded; fails when the socket does something else."""
        message = await self.event()
        assert message["type"] == "websocket.send", message
        decoded: dict[str, Any] = json.loads(message["text"])
        return decoded

    async def event(self) -> Message:
        """Return the next thing the box does."""
        async with asyncio.timeout(5):
            return await self.outgoing.get()

    async def say(self, text: str) -> None:
        """Send a text."""
        await self.incoming.put({"type": "websocket.receive", "text": text})


@asynccontextmanager
async def open_socket(
    app: AsgiApp, target: str, *headers: tuple[bytes, bytes]
) -> AsyncGenerator[SocketUnderTest]:
    """Yield a WebSocket to ``target`` before the box has answered; leaves at the end."""
    path, _, query = target.partition("?")
    scope: MutableMapping[str, Any] = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "ws",
        "headers": [(b"host", b"127.0.0.1"), *headers],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 80),
        "subprotocols": [],
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }
    socket = SocketUnderTest()
    await socket.incoming.put({"type": "websocket.connect"})
    task = asyncio.ensure_future(app(scope, socket.incoming.get, socket.outgoing.put))
    try:
        yield socket
    finally:
        await socket.incoming.put({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(5):
            await task
