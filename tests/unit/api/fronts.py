"""A server on loopback, and clients of every kind."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from node.api.asgi import Receive, Scope, Send
from node.api.front.server import quiet_server

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING = b"\x89\xfd\0\0\0\0" + b"p" * 125
BIG_BYTES = 16_000_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the size of the body and the credentials; ``/big``: more than buffers hold."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    size_bytes, more = 0, True
    while more:
        message = await receive()
        size_bytes += len(message.get("body", b""))
        more = message.get("more_body", False)
    answer = json.dumps({"size": size_bytes, "credentials": scope["state"].get("credentials")})
    body = b"x" * BIG_BYTES if scope["path"] == "/big" else answer.encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@dataclass
class Front:
    """A running server."""

    port: int
    path: Path

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a new connection of 127.0.0.1."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, request: bytes) -> tuple[int, Any]:
        """Send ``request``; return the status and the decoded body of the answer."""
        reader, writer = await self.connect()
        try:
            writer.write(request)
            return await read_answer(reader)
        finally:
            writer.close()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, Any]:
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return int(head.split()[1]), json.loads(await reader.readexactly(length))


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """Return what still comes until the server closes."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


@asynccontextmanager
async def running(path: Path, *, stock: bool = False) -> AsyncGenerator[Front]:
    tcp = socket.create_server(("127.0.0.1", 0))
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(str(path))
    server = quiet_server(app)
    if stock:
        server.config.load()
        server.config.http_protocol_class = HttpToolsProtocol
    port: int = tcp.getsockname()[1]
    task = asyncio.ensure_future(server.serve(sockets=[tcp, unix]))
    try:
        async with asyncio.timeout(5):
            await server.listening.wait()
        yield Front(port, path)
    finally:
        server.stop()
        async with asyncio.timeout(10):
            await task


def get(*, header_bytes: int = 0) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * header_bytes + b"\r\n\r\n"


def post(size_bytes: int) -> bytes:
    return (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size_bytes + b"a" * size_bytes
    )


async def eventually_served(front: Front) -> None:
    async with asyncio.timeout(5):
        while True:
            try:
                if (await front.ask(get()))[0] == 200:
                    return
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.02)


async def stubborn(front: Front, request: bytes) -> asyncio.StreamWriter:
    """Send ``request`` and never read the answer."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)  # noqa: FBT003 - sockets take it by position only
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", front.port))
    reader, writer = await asyncio.open_connection(sock=sock)
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket transport
    del reader
    writer.write(request)
    return writer


async def until_dropped(writer: asyncio.StreamWriter) -> None:
    """Return when the server has dropped the connection, seen by writing to it."""
    async with asyncio.timeout(10):
        while not writer.is_closing():
            writer.write(b"\r\n")
            await asyncio.sleep(0.05)
