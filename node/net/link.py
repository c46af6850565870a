"""Links over TCP; they fit ``node.runtime.peering.ports.Link`` by shape."""

import asyncio
from typing import Final

from node.net.addresses import interface_of
from node.net.errors import Fault, LinkError
from node.net.handshake import Handshake, Secured
from node.net.identity import LinkIdentity
from node.net.proof import Role
from node.net.records import Opener, Sealer
from node.net.wire import Wire
from node.runtime.peering.ports import LinkClosedError

_YIELD_FRAMES: Final = 64
"""Frames received without a pause; stops a flood of tiny frames from holding up all others."""


class TcpLink:
    """One authenticated, encrypted connection to another box."""

    def __init__(self, wire: Wire, secured: Secured, rest: bytes, *, dialled: bool) -> None:
        """Take over ``wire`` after the handshake; ``rest`` was received behind it."""
        self._wire = wire
        self._sealer = Sealer(secured.send, deflate=secured.deflate)
        self._opener = Opener(secured.receive, deflate=secured.deflate)
        self._opener.feed(rest)
        self._sending = asyncio.Lock()
        self._unbroken_frames = 0
        self.peer: Final = secured.peer
        self.dialled: Final = dialled
        self.secret: Final = secured.secret
        self.address: Final = str(wire.remote)
        self.interface: Final = None if wire.local is None else interface_of(wire.local)

    def __repr__(self) -> str:
        """Return a text without any key, fit for a log."""
        return f"TcpLink({self.peer.hex()[:16]} at {self.address})"

    @property
    def bytes_in(self) -> int:
        """Return bytes read from the connection so far, the handshake included."""
        return self._wire.bytes_in

    @property
    def bytes_out(self) -> int:
        """Return bytes written to the connection so far, the handshake included."""
        return self._wire.bytes_out

    @property
    def buffered_bytes(self) -> int:
        """Return how many bytes wait in this process; what is sent next waits behind them."""
        return self._wire.buffered_bytes

    @property
    def rtt_ms(self) -> int | None:
        """Return the round trip as TCP measures it; None when it does not say."""
        return self._wire.rtt_ms

    def stalled_s(self) -> float:
        """Return for how long sent data has waited to be acknowledged; 0 when none waits."""
        return self._wire.stalled_s()

    async def send(self, frame: bytes) -> None:
        """Hand over one frame of 1 to 65,000 bytes; waits while the connection takes no more.

        Raises:
            LinkClosedError: the link has ended.
        """
        try:
            async with self._sending:
                await self._wire.room()
                await self._wire.write(self._sealer.seal(frame))
        except LinkError as error:
            raise LinkClosedError(str(error)) from error

    async def receive(self) -> bytes:
        """Return the next frame; one call at a time.

        Raises:
            LinkClosedError: the link has ended. Its cause is a ``LinkError`` that tells why: any
                other fault than ``ENDED`` is the peer's.
        """
        try:
            if self._unbroken_frames >= _YIELD_FRAMES:
                self._unbroken_frames = 0
                await asyncio.sleep(0)
            while (frame := self._opener.next_frame()) is None:
                self._unbroken_frames = 0
                self._opener.feed(await self._wire.read())
        except LinkError as error:
            if error.fault is not Fault.ENDED:
                self._wire.abort()
            raise LinkClosedError(str(error), broken=error.fault is not Fault.ENDED) from error
        self._unbroken_frames += 1
        return frame

    async def close(self) -> None:
        """Let go of the connection once what was sent is out, at most one second later."""
        await self._wire.close()

    def abort(self) -> None:
        """Let go of the connection at once, whatever was not sent."""
        self._wire.abort()


async def secure(wire: Wire, role: Role, identity: LinkIdentity) -> TcpLink:
    """Return the link over a fresh connection; the caller bounds the time.

    Raises:
        LinkError: the other side is none to link with; abort ``wire``.
    """
    handshake = Handshake(role, identity)
    await wire.write(handshake.start())
    while (secured := handshake.secured) is None:
        await wire.write(handshake.feed(await wire.read()))
    return TcpLink(wire, secured, handshake.rest(), dialled=role is Role.DIALLER)
