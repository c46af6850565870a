"""Links in memory: each way with a rate, a delay and a bounded buffer, and cut at any moment."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.protocol.ids import VerifyKey
from node.runtime.peering.ports import LinkClosedError

SEND_BUFFER_BYTES: Final = 32_768
"""What a sender may hand over before it waits, as TCP_NOTSENT_LOWAT has it."""

WINDOW_BYTES: Final = 262_144
"""What may be on the wire or unread at the other end; a reader that stops, stops the sender."""

RECORD_BYTES: Final = 18
"""A frame's length and authentication tag (docs/protocol.md, Records)."""

DIALLER_HANDSHAKE_BYTES: Final = 4 + 34 + 178
ACCEPTOR_HANDSHAKE_BYTES: Final = 195
"""The preface and Noise messages 1 and 3, and message 2 (docs/protocol.md, Handshake)."""

CLOSING_S: Final = 1.0
SILENCE_NOTICED_S: Final = 30.0
"""TCP_USER_TIMEOUT: so long a link without acknowledgements stays up."""


@dataclass(frozen=True, slots=True)
class Medium:
    """What one direction of a link is made of."""

    latency_s: float = 0.005
    rate_bytes_s: float = 1_000_000.0


class _Pipe:
    """One direction."""

    def __init__(self, medium: Medium) -> None:
        self.medium = medium
        self.bytes_out = 0
        self.bytes_in = 0
        self.silent = False
        self.ended = False
        """Nothing more will arrive, once what has arrived is read."""
        self._loop = asyncio.get_running_loop()
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._sending = False
        self._wire: deque[bytes] = deque()
        self._ahead_bytes = 0
        self._inbox: deque[bytes] = deque()
        self._turn = asyncio.Lock()
        self._changed_out = asyncio.Event()
        self._changed_in = asyncio.Event()

    async def put(self, frame: bytes, accepted: Callable[[], None]) -> None:
        async with self._turn:  # senders in the order they came
            while self._queued_bytes >= SEND_BUFFER_BYTES and not self.ended:
                await self._change_out()
            if self.ended:
                raise LinkClosedError("the link has ended")
            accepted()
            self._queue.append(frame)
            self._queued_bytes += len(frame) + RECORD_BYTES
            self._pump()

    async def get(self) -> bytes:
        while not self._inbox:
            if self.ended:
                raise LinkClosedError("the link has ended")
            self._changed_in.clear()
            await self._changed_in.wait()
        frame = self._inbox.popleft()
        self._ahead_bytes -= len(frame) + RECORD_BYTES
        self._pump()
        return frame

    async def drained(self) -> None:
        """Wait until everything handed over is at the other end."""
        while (self._queue or self._sending or self._wire) and not self.ended:
            await self._change_out()

    def end(self, *, lose: bool) -> None:
        """Let nothing more arrive; with ``lose`` not even what is on its way or unread."""
        self.ended = True
        self._queue.clear()
        self._wire.clear()
        if lose:
            self._inbox.clear()
        self._changed_in.set()
        self._changed_out.set()

    @property
    def unacknowledged(self) -> bool:
        """Return whether something was sent and has not arrived."""
        return bool(self._queue or self._sending or self._wire)

    async def _change_out(self) -> None:
        self._changed_out.clear()
        await self._changed_out.wait()

    def _pump(self) -> None:
        if self._sending or not self._queue or self._ahead_bytes >= WINDOW_BYTES:
            return
        self._sending = True
        size = len(self._queue[0]) + RECORD_BYTES
        self._loop.call_later(size / self.medium.rate_bytes_s, self._departed)

    def _departed(self) -> None:
        self._sending = False
        if not self._queue:
            return
        frame = self._queue.popleft()
        size = len(frame) + RECORD_BYTES
        self._queued_bytes -= size
        self._ahead_bytes += size
        self.bytes_out += size
        self._wire.append(frame)
        if not self.silent:
            self._loop.call_later(self.medium.latency_s, self._arrived)
        self._changed_out.set()
        self._pump()

    def _arrived(self) -> None:
        if not self._wire or self.silent:
            return
        frame = self._wire.popleft()
        self.bytes_in += len(frame) + RECORD_BYTES
        self._inbox.append(frame)
        self._changed_in.set()
        self._changed_out.set()


Tap = Callable[["VirtualLink", bytes], None]
"""Told each frame when a side has handed it over; must not change anything."""


class VirtualLink:
    """One end; fits ``node.runtime.peering.ports.Link``."""

    def __init__(self, cable: "Cable", *, peer: VerifyKey, dialled: bool, name: str) -> None:
        self.cable = cable
        self.peer = peer
        self.dialled = dialled
        self.address = f"{name}:7777"
        self.interface: str | None = "virtual0"
        self.secret = cable.secret
        self._closed = False

    @property
    def bytes_in(self) -> int:
        """Return bytes read so far, the handshake included."""
        shaken = ACCEPTOR_HANDSHAKE_BYTES if self.dialled else DIALLER_HANDSHAKE_BYTES
        return shaken + self._in.bytes_in

    @property
    def bytes_out(self) -> int:
        """Return bytes written so far, the handshake included."""
        shaken = DIALLER_HANDSHAKE_BYTES if self.dialled else ACCEPTOR_HANDSHAKE_BYTES
        return shaken + self._out.bytes_out

    @property
    def rtt_ms(self) -> int | None:
        """Return the round trip of a small frame."""
        return round(1000 * sum(pipe.medium.latency_s for pipe in self.cable.pipes))

    def stalled_s(self) -> float:
        """Return for how long sent data was not acknowledged; 0 when there is none."""
        return self.cable.silent_s() if self._out.unacknowledged else 0.0

    async def send(self, frame: bytes) -> None:
        """Hand over one frame; waits while the buffer is full.

        Raises:
            LinkClosedError: the link has ended.
        """
        if self._closed:
            raise LinkClosedError("the link has ended")
        await self._out.put(frame, lambda: self.cable.tell(self, frame))

    async def receive(self) -> bytes:
        """Return the next frame.

        Raises:
            LinkClosedError: the link has ended.
        """
        if self._closed:
            raise LinkClosedError("the link has ended")
        return await self._in.get()

    async def close(self) -> None:
        """Let go once what was sent has arrived, at most ``CLOSING_S`` later."""
        if self._closed:
            return
        self._closed = True
        self._in.end(lose=True)
        try:
            await asyncio.wait_for(self._out.drained(), CLOSING_S)
        except TimeoutError:
            pass
        finally:
            self._out.end(lose=False)

    @property
    def _out(self) -> _Pipe:
        return self.cable.pipes[0 if self.dialled else 1]

    @property
    def _in(self) -> _Pipe:
        return self.cable.pipes[1 if self.dialled else 0]


class Cable:
    """A link as the world sees it: both ends, and the shears."""

    def __init__(
        self,
        dialler: tuple[str, VerifyKey],
        acceptor: tuple[str, VerifyKey],
        secret: bytes,
        medium: Medium,
        back: Medium | None = None,
    ) -> None:
        """Connect two boxes, each given as name and node id; call within a running loop.

        Args:
            dialler: who opened the link.
            acceptor: who was dialled.
            secret: the channel's hash, the same at both ends.
            medium: from the dialler to the acceptor.
            back: the other way; the same as ``medium`` when None.
        """
        self.secret = secret
        self.pipes = (_Pipe(medium), _Pipe(back or medium))
        self.taps: list[Tap] = []
        self.names = (dialler[0], acceptor[0])
        self.dialler = VirtualLink(self, peer=acceptor[1], dialled=True, name=acceptor[0])
        self.acceptor = VirtualLink(self, peer=dialler[1], dialled=False, name=dialler[0])
        self._loop = asyncio.get_running_loop()
        self._silent_since_s: float | None = None

    @property
    def up(self) -> bool:
        """Return whether frames still can cross both ways."""
        return not any(pipe.ended for pipe in self.pipes)

    def tell(self, end: VirtualLink, frame: bytes) -> None:
        """Tell the taps of a frame that ``end`` handed over."""
        for tap in self.taps:
            tap(end, frame)

    def cut(self) -> None:
        """End the link now: what is on its way is lost, and both ends notice at once."""
        for pipe in self.pipes:
            pipe.end(lose=True)

    def fall_silent(self, noticed_after_s: float = SILENCE_NOTICED_S) -> None:
        """Lose everything from now on; both ends notice only after ``noticed_after_s``."""
        for pipe in self.pipes:
            pipe.silent = True
        self._silent_since_s = self._loop.time()
        self._loop.call_later(noticed_after_s, self.cut)

    def now_s(self) -> float:
        """Return the virtual time."""
        return self._loop.time()

    def silent_s(self) -> float:
        """Return for how long nothing has crossed; 0 while frames do."""
        since_s = self._silent_since_s
        return 0.0 if since_s is None else self._loop.time() - since_s
