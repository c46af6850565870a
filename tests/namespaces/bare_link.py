"""A TCP connection that stands in for a link, without handshake or frames."""

import asyncio
import fcntl
import struct
import termios
from contextlib import suppress

from node.protocol.ids import VerifyKey


class BareLink:
    """Knows since when what it sent has not been acknowledged."""

    def __init__(
        self, peer: VerifyKey, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.peer = peer
        self._reader = reader
        self._writer = writer
        self._waiting_since_s: float | None = None

    def pulse(self, now_s: float) -> None:
        """Send a byte."""
        self._look(now_s)
        self._writer.write(b"\0")

    def stalled_s(self, now_s: float) -> float:
        """Return for how long something sent has been unacknowledged."""
        self._look(now_s)
        return 0.0 if self._waiting_since_s is None else now_s - self._waiting_since_s

    async def ended(self) -> None:
        """Return when the connection is over."""
        with suppress(OSError):
            while await self._reader.read(1024):
                pass
        self._writer.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._writer.transport.abort()

    def _look(self, now_s: float) -> None:
        if not self._unacknowledged_bytes():
            self._waiting_since_s = None
        elif self._waiting_since_s is None:
            self._waiting_since_s = now_s

    def _unacknowledged_bytes(self) -> int:
        descriptor = self._writer.get_extra_info("socket").fileno()
        if descriptor < 0:
            return 0
        (queued,) = struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)))
        return int(queued)
