"""One TCP connection as bytes: counted, bounded in both directions, closed in bounded time."""

import asyncio
import socket
from contextlib import suppress
from typing import Final, cast

from node.net.addresses import Endpoint
from node.net.errors import Fault, LinkError
from node.net.kernel import Stall, rtt_ms, tune, unacknowledged_bytes

READ_BYTES: Final = 16_384
"""Read at once, and held unread before reading pauses; stops a peer from filling the memory
of a box that is slower than it."""

CHUNK_BYTES: Final = 16_384
HIGH_WATER_BYTES: Final = 16_384
LOW_WATER_BYTES: Final = 4_096
"""At most ``HIGH_WATER_BYTES`` + ``CHUNK_BYTES`` wait in this process and as much again in the
kernel, so that what is urgent waits behind little."""

CLOSE_S: Final = 1.0
"""What a closing connection may take; stops a peer that does not read from keeping it open."""


class Wire(asyncio.BufferedProtocol):
    """Reads and writes one connection; ``LinkError`` ``ENDED`` once it has ended."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray(READ_BYTES)
        self._received = bytearray()
        self._arrival = asyncio.Event()
        """Set when there is something to read, or nothing more will come."""
        self._room = asyncio.Event()
        """Set when something may be written, or nothing can be any more."""
        self._lost = asyncio.Event()
        self._ended = False
        self._closing = False
        self.bytes_in = 0
        self.bytes_out = 0
        self._stall = Stall(asyncio.get_running_loop().time)
        self.local: Endpoint | None = None
        self.remote: Endpoint | None = None
        """None for a peer that left before its connection was looked at."""

    @property
    def over(self) -> bool:
        """Return whether nothing can be sent any more."""
        return self._ended or self._closing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection and set its options."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER_BYTES, low=LOW_WATER_BYTES)
        self._room.set()
        sock = self._sock(self._transport)
        tune(sock)
        with suppress(OSError):
            self.local = Endpoint.of(sock.getsockname())
            self.remote = Endpoint.of(sock.getpeername())

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - one size for all
        """Return where the loop puts what it reads."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read; pause when enough is held."""
        self.bytes_in += nbytes
        if self._closing:
            return
        self._received += memoryview(self._buffer)[:nbytes]
        self._arrival.set()
        transport = self._open_transport
        if len(self._received) >= READ_BYTES and transport is not None:
            transport.pause_reading()

    def eof_received(self) -> bool:
        """Let the transport flush and close: a peer that will not speak is not spoken to."""
        self._end()
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - any end is one
        """Wake everybody who waits."""
        self._end()
        self._lost.set()

    def pause_writing(self) -> None:
        """Make writers wait."""
        self._room.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._room.set()

    async def read(self) -> bytes:
        """Return what was received, at least one byte; what came before the end comes first.

        Raises:
            LinkError: ``ENDED``.
        """
        while not self._received:
            if self.over:
                raise LinkError(Fault.ENDED, "the connection was closed")
            self._arrival.clear()
            await self._arrival.wait()
        data = bytes(self._received)
        self._received.clear()
        transport = self._open_transport
        if transport is not None:
            transport.resume_reading()
        return data

    async def room(self) -> None:
        """Return when little waits to be sent.

        Raises:
            LinkError: ``ENDED``.
        """
        await self._room.wait()
        if self.over:
            raise LinkError(Fault.ENDED, "the connection was closed")

    async def write(self, data: bytes) -> None:
        """Hand over ``data``, in pieces for which there is room; one call at a time.

        Wait for ``room`` before. The first piece is taken without waiting and, when cancelled, the
        rest at once: a message is written whole or not at all.

        Raises:
            LinkError: ``ENDED``.
        """
        view = memoryview(data)
        self._put(view[:CHUNK_BYTES])
        for at in range(CHUNK_BYTES, len(view), CHUNK_BYTES):
            try:
                await self.room()
            except asyncio.CancelledError:
                self._put(view[at:])
                raise
            self._put(view[at : at + CHUNK_BYTES])

    def stalled_s(self) -> float:
        """Return for how long nothing of what waits to be acknowledged was; 0 if nothing waits."""
        self._note_progress()
        return self._stall.seconds

    @property
    def rtt_ms(self) -> int | None:
        """Return the round trip as TCP measures it; None when it does not say."""
        transport = self._open_transport
        return None if transport is None else rtt_ms(self._sock(transport))

    async def close(self) -> None:
        """Send what was written and let go, at most ``CLOSE_S`` later.

        Waits for the other side's end: what is unread when a socket closes makes the kernel
        throw away what was not yet delivered.
        """
        if self._transport is None or self._lost.is_set():
            return
        self._closing = True
        self._received.clear()
        self._wake()
        transport = self._open_transport
        try:
            if transport is not None:
                transport.resume_reading()
                transport.write_eof()
            async with asyncio.timeout(CLOSE_S):
                await self._lost.wait()
        except (TimeoutError, OSError):
            pass
        finally:
            self.abort()
        await self._lost.wait()

    def abort(self) -> None:
        """Let go at once, whatever was not sent."""
        self._closing = True
        self._wake()
        if self._transport is not None:
            self._transport.abort()

    @property
    def _open_transport(self) -> asyncio.Transport | None:
        """The transport while it can be used: uvloop's raises once it closes itself."""
        transport = self._transport
        return None if transport is None or transport.is_closing() else transport

    @staticmethod
    def _sock(transport: asyncio.Transport) -> socket.socket:
        return cast("socket.socket", transport.get_extra_info("socket"))

    @property
    def buffered_bytes(self) -> int:
        """Return how many written bytes the kernel has not taken yet."""
        transport = self._open_transport
        return 0 if transport is None else transport.get_write_buffer_size()

    def _put(self, data: memoryview) -> None:
        transport = self._open_transport
        if transport is None or self.over or not data:
            return
        waiting = self._note_progress()
        transport.write(data)
        self.bytes_out += len(data)
        self._stall.note(self.bytes_out, waiting + len(data))

    def _note_progress(self) -> int:
        """Return how many written bytes are not acknowledged yet."""
        transport = self._open_transport
        waiting = self.buffered_bytes
        if transport is not None:
            waiting += unacknowledged_bytes(self._sock(transport))
        self._stall.note(self.bytes_out, waiting)
        return waiting

    def _end(self) -> None:
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        self._arrival.set()
        self._room.set()
