"""What one link sends: control frames at once, envelopes as far as the credit goes."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Final, Protocol

from node.runtime.peering.ports import FrontierPort, Link, LinkClosedError
from node.sync.frames import Data, DataItem
from node.sync.outbox import Item, Outbox

MAX_CONTROL_BYTES: Final = 2_097_152
"""Control frames that wait for a peer that does not read; it is closed beyond. Stops one that asks
again and again and never takes the answers."""


class Encodable(Protocol):
    """A frame."""

    def encode(self) -> bytes:
        """Return its bytes."""
        ...


class Wire:
    """The sending half of a session; one task runs it."""

    def __init__(self, link: Link, log: FrontierPort, outbox: Outbox, now_s: "NowS") -> None:
        self._link = link
        self._log = log
        self._outbox = outbox
        self._now_s = now_s
        self._control: deque[bytes] = deque()
        self._control_bytes = 0
        self._wake = asyncio.Event()
        self.is_over = False
        """Whether the link was found to have ended: nobody waits for an answer."""
        self._stopped = False

    @property
    def is_idle(self) -> bool:
        """Return whether nothing waits to be sent."""
        return not self._control and not len(self._outbox)

    @property
    def is_overfull(self) -> bool:
        """Return whether the peer takes no more answers."""
        return self._control_bytes > MAX_CONTROL_BYTES

    def post(self, *frames: Encodable | bytes) -> None:
        """Queue control frames; they go before any envelope."""
        for frame in frames:
            encoded = frame if isinstance(frame, bytes) else frame.encode()
            self._control.append(encoded)
            self._control_bytes += len(encoded)
        self._wake.set()

    def add(self, items: Iterable[Item], *, first: bool = False, again: bool = False) -> None:
        """Queue envelopes, as ``Outbox.add``."""
        self._outbox.add(items, first=first, again=again)
        self._wake.set()

    def stop(self) -> None:
        """Send nothing more: CLOSE comes next."""
        self._stopped = True
        self._wake.set()

    def wake(self) -> None:
        """Look again at what may be sent: credit came."""
        self._wake.set()

    async def run(self) -> None:
        """Send until stopped, or the link ends.

        Raises:
            LinkClosedError: it has ended.
        """
        try:
            await self._send_all()
        except LinkClosedError:
            self.is_over = True
            raise

    async def _send_all(self) -> None:
        while not self._stopped:
            while self._control and not self._stopped:
                frame = self._control.popleft()
                self._control_bytes -= len(frame)
                await self._link.send(frame)
            if not await self._send_envelopes():
                await self._wake.wait()
                self._wake.clear()

    async def _send_envelopes(self) -> bool:
        """Send one DATA frame; return False when there is nothing to send now."""
        self._wake.clear()
        items = self._outbox.next()
        if not items:
            return bool(self._control)
        bodies = await self._log.bodies([item.arrival for item in items])
        if bodies:
            frame = Data(tuple(DataItem(body.age_s, body.exact) for body in bodies)).encode()
            self._outbox.window.sent(len(frame), self._now_s())
            await self._link.send(frame)
        return True


class NowS(Protocol):
    """Reads monotonic seconds."""

    def __call__(self) -> float:
        """Return them."""
        ...
