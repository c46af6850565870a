"""Two ends of a link in memory; what goes over it can be looked at, held up and cut."""

import asyncio
from collections import deque
from typing import Final, TypeVar

from node.protocol.ids import VerifyKey
from node.runtime.peering.ports import LinkClosedError
from node.sync.frames import Data, Frame, decode_frame

F = TypeVar("F", bound=Frame)

MAX_UNREAD: Final = 200
"""Frames that fit between two ends; a sender waits beyond."""

CLOSING_S: Final = 0.01
"""Until an end that was let go takes nothing more."""

RECORD_BYTES: Final = 18
"""Length and tag around a frame on a real link."""


class _Way:
    """One direction."""

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque()
        self.ended = False
        self.held = False
        self._changed = asyncio.Event()

    def change(self) -> None:
        """Let all who wait look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def put(self, frame: bytes) -> None:
        """Hand over a frame; waits while too many are unread."""
        while len(self.frames) >= MAX_UNREAD and not self.ended:
            await self._changed.wait()
        if self.ended:
            raise LinkClosedError("the link was closed")
        self.frames.append(frame)
        self.change()

    async def take(self) -> bytes:
        """Return the next frame."""
        while self.held or not self.frames:
            if self.ended and not self.held:
                raise LinkClosedError("the link was closed")
            await self._changed.wait()
        frame = self.frames.popleft()
        self.change()
        return frame

    def end(self, *, lose: bool) -> None:
        """Take no more; with ``lose`` what is unread is gone too."""
        self.ended = True
        if lose:
            self.frames.clear()
        self.change()


class MemoryLink:
    """One end; fits ``node.runtime.peering.ports.Link``."""

    def __init__(self, peer: VerifyKey, out: _Way, back: _Way, *, dialled: bool) -> None:
        self.peer = peer
        self.dialled = dialled
        self.address = "memory:7777"
        self.interface: str | None = "memory0"
        self.secret = bytes(range(32))
        self.rtt_ms: int | None = 1
        self.bytes_in = 0
        self.bytes_out = 0
        self.sent: list[bytes] = []
        """Every frame this end handed over."""
        self._out = out
        self._back = back

    async def send(self, frame: bytes) -> None:
        """Hand over one frame."""
        await self._out.put(frame)
        self.sent.append(frame)
        self.bytes_out += len(frame) + RECORD_BYTES

    async def receive(self) -> bytes:
        """Return the next frame."""
        frame = await self._back.take()
        self.bytes_in += len(frame) + RECORD_BYTES
        return frame

    async def close(self) -> None:
        """Let go of it after a moment; what was sent still arrives."""
        await asyncio.sleep(CLOSING_S)
        self._out.end(lose=False)
        self._back.end(lose=True)

    @property
    def is_closed(self) -> bool:
        """Return whether this end let go of it, or it was cut."""
        return self._out.ended and self._back.ended

    def hold(self, *, held: bool) -> None:
        """Keep what comes from being received, or let it through again."""
        self._back.held = held
        self._back.change()

    def said(self, kind: type[F]) -> list[F]:
        """Return the frames of one type that this end handed over."""
        return [each for each in map(decode_frame, self.sent) if isinstance(each, kind)]

    def envelopes(self) -> list[bytes]:
        """Return the exact bytes of every envelope this end handed over."""
        return [item.exact for data in self.said(Data) for item in data.items]


class Cable:
    """Both ends of one link."""

    def __init__(self, dialler: VerifyKey, acceptor: VerifyKey) -> None:
        there, back = _Way(), _Way()
        self._ways = (there, back)
        self.dialler = MemoryLink(acceptor, there, back, dialled=True)
        self.acceptor = MemoryLink(dialler, back, there, dialled=False)

    def cut(self) -> None:
        """End it at once; what is on its way is lost."""
        for way in self._ways:
            way.end(lose=True)

    def is_once(self) -> bool:
        """Return whether neither end handed over an envelope twice."""
        ends = (self.dialler.envelopes(), self.acceptor.envelopes())
        return all(len(crossed) == len(set(crossed)) for crossed in ends)
