"""How connections end: a peer that does not read must never keep one open."""

import asyncio
from collections.abc import Callable
from typing import Final

CLOSE_GRACE_S: Final = 1.0
"""``close`` waits for ever for a peer that does not read; after this the rest is dropped."""

WRITE_STALL_S: Final = 20.0
"""How long a full write buffer may stay full; longer than a request may take, for slow phones."""

MIN_DRAIN_BYTES: Final = 16_384
"""What must leave a full buffer per ``WRITE_STALL_S``; stops readers of one byte a second."""


def drop_later(
    loop: asyncio.AbstractEventLoop, drop: Callable[[], None], grace_s: float = CLOSE_GRACE_S
) -> asyncio.TimerHandle:
    """Return a timer that calls ``drop`` after ``grace_s``, for a connection that is closing."""
    return loop.call_later(grace_s, drop)


class WriteStall:
    """Drops a connection whose peer does not take what it asked for."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        drop: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._transport = transport
        self._drop = drop
        self._timer: asyncio.TimerHandle | None = None
        self._size_bytes = 0

    def begin(self) -> None:
        """Start watching: the write buffer is full."""
        self.end()
        self._size_bytes = self._transport.get_write_buffer_size()
        self._timer = self._loop.call_later(WRITE_STALL_S, self._judge)

    def end(self) -> None:
        """Stop watching; may be called twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _judge(self) -> None:
        left_bytes = self._transport.get_write_buffer_size()
        if self._size_bytes - left_bytes < MIN_DRAIN_BYTES:
            self._drop()
        else:
            self.begin()
