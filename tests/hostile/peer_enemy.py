"""The other end of a link, in the hands of somebody who means harm: every byte is its own."""

import asyncio
import hashlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Final, Self, cast

from node.net.handshake import Handshake, Secured
from node.net.identity import LinkIdentity
from node.net.proof import Role
from node.net.records import Opener, Sealer
from node.protocol.keys import SigningKey
from node.sync.frames import (
    NO_INCARNATION,
    Close,
    CloseReason,
    Frame,
    Hello,
    decode_frame,
)

WAIT_S: Final = 10.0
"""For what must come: beyond it the node under attack hangs."""

READ_BYTES: Final = 65_536
LOOPBACK: Final = "127.0.0.1"
HELLO: Final = Hello(
    incarnation=b"attacker",
    boot=1,
    now_ms=1_790_000_000_000,
    quality=0,
    your_incarnation=NO_INCARNATION,
    your_changed_n=0,
    budgets=(None, None, None, None),
    rooms=None,
    name="attacker",
)


def key_of(name: str) -> SigningKey:
    """Return the same key for the same name."""
    return SigningKey(hashlib.sha256(name.encode()).digest())


def source_of(number: int) -> str:
    """Return one of many addresses of this machine: a node counts handshakes by address."""
    return f"127.0.9.{number % 250 + 1}"


class Enemy:
    """One connection after an honest handshake; what it sends from there on is anything."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secured: Secured
    ) -> None:
        """Take a connection over after the handshake."""
        self._reader = reader
        self.writer = writer
        self.secured = secured
        self._sealer = Sealer(secured.send, deflate=secured.deflate)
        self.opener = Opener(secured.receive, deflate=secured.deflate)
        self.reason: CloseReason | None = None
        """Why the node closed, once it said so."""
        self.over = False

    @classmethod
    async def meet(
        cls, port: int, name: str = "enemy", source: str = LOOPBACK, *, deflate: bool = True
    ) -> Self:
        """Return a link to the node at ``port`` under the key of ``name``, before any HELLO.

        Raises:
            ConnectionError: the node let nobody in.
        """
        reader, writer = await asyncio.open_connection(LOOPBACK, port, local_addr=(source, 0))
        handshake = Handshake(Role.DIALLER, LinkIdentity(key_of(name), deflate=deflate))
        try:
            writer.write(handshake.start())
            while (secured := handshake.secured) is None:
                async with asyncio.timeout(WAIT_S):
                    received = await reader.read(READ_BYTES)
                writer.write(handshake.feed(_something(received)))
        except BaseException:
            writer.transport.abort()
            raise
        enemy = cls(reader, writer, secured)
        enemy.opener.feed(handshake.rest())
        return enemy

    @classmethod
    async def greeted(cls, port: int, name: str = "enemy", hello: Hello = HELLO) -> Self:
        """Return a link over which both HELLOs went."""
        enemy = await cls.meet(port, name, source_of(sum(name.encode())))
        enemy.say(hello.encode())
        await enemy.hear()
        return enemy

    def record(self, frame: bytes) -> bytes:
        """Return the record of a frame, whatever that is, for the next place in the stream."""
        return self._sealer.seal(frame)

    def say(self, *frames: bytes) -> None:
        """Send frames, whatever they are."""
        for frame in frames:
            self.writer.write(self.record(frame))

    async def flush(self) -> None:
        """Wait until the node has taken most of what was sent; an end ends the waiting."""
        try:
            async with asyncio.timeout(WAIT_S):
                await self.writer.drain()
        except ConnectionError:
            self.over = True

    async def hear(self) -> Frame | None:
        """Return the node's next frame; None when there are no more."""
        while (data := self.opener.next_frame()) is None:
            try:
                async with asyncio.timeout(WAIT_S):
                    received = await self._reader.read(READ_BYTES)
            except ConnectionError:
                received = b""
            if not received:
                self.over = True
                return None
            self.opener.feed(received)
        frame = decode_frame(data)
        if isinstance(frame, Close):
            self.reason = frame.reason
        return frame

    async def listen(self) -> None:
        """Take whatever the node says until it says no more."""
        while await self.hear() is not None:
            pass

    def deafen(self) -> None:
        """Take nothing more from the node, so that its answers pile up."""
        cast("asyncio.Transport", self.writer.transport).pause_reading()

    async def ended(self) -> CloseReason | None:
        """Return why the node closed; None when it did not say."""
        await self.listen()
        self.leave()
        return self.reason

    def leave(self) -> None:
        """Let go of the connection at once."""
        self.over = True
        self.writer.transport.abort()

    def __enter__(self) -> Self:
        """Use as a context that leaves at its end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave."""
        self.leave()


def _something(received: bytes) -> bytes:
    if not received:
        raise ConnectionResetError("the node closed during the handshake")
    return received


async def in_turn(port: int, name: str, frames: Iterable[bytes]) -> CloseReason | None:
    """Greet, send ``frames``, say goodbye, and return why the node closed."""
    enemy = await Enemy.greeted(port, name)
    with suppress(ConnectionError):
        enemy.say(*frames, Close(CloseReason.DONE).encode())
        await enemy.flush()
    return await enemy.ended()
