"""How long a request may take to arrive, and how many bytes of it are taken."""

import asyncio
from collections.abc import Callable
from typing import Final

REQUEST_DEADLINE_S: Final = 8.0
"""From connecting, or from a request's first byte, to its last; stops slowloris."""

HEAD_MAX_BYTES: Final = 16_384
"""Request line and headers; httptools has no limit, and 40 MB of headers would fill a Pi."""

REQUEST_MAX_BYTES: Final = 131_072
"""A whole request with its chunk sizes and trailers: twice the largest body.

Stops endless trailers, which the parser would collect, and bodies that were refused long ago.
"""


PIECE_BYTES: Final = 1_024
"""Fed to the parser at once: at most 38 of the shortest requests, each 6 kB of objects."""

MAX_HELD_BYTES: Final = REQUEST_MAX_BYTES
"""What waits unparsed behind a request that is being answered.

Stops one connection from queueing requests without end: 900 MB in 8 s, as each answer let the
next 256 kB of them in.
"""


class Deadline:
    """A timer that is set once per request."""

    def __init__(self, loop: asyncio.AbstractEventLoop, expire: Callable[[], None]) -> None:
        self._loop = loop
        self._expire = expire
        self._timer: asyncio.TimerHandle | None = None

    def arm(self) -> None:
        """Start the clock; while it runs, this changes nothing."""
        if self._timer is None:
            self._timer = self._loop.call_later(REQUEST_DEADLINE_S, self._ring)

    def disarm(self) -> None:
        """Stop the clock; may be called twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self._expire()


class Meter:
    """Counts the bytes of one request after another."""

    def __init__(self) -> None:
        self.in_body = False
        """Whether the current request's head is complete."""
        self._head_bytes = 0
        self._request_bytes = 0

    def room_bytes(self) -> int:
        """Return how many more bytes may be taken now."""
        room = REQUEST_MAX_BYTES - self._request_bytes
        return room if self.in_body else min(room, HEAD_MAX_BYTES - self._head_bytes)

    def take(self, size_bytes: int) -> None:
        """Count ``size_bytes``, before they are parsed."""
        self._request_bytes += size_bytes
        if not self.in_body:
            self._head_bytes += size_bytes

    def end_head(self) -> None:
        """Go on with the body."""
        self.in_body = True

    def end_request(self) -> None:
        """Go on with the next request."""
        self.in_body = False
        self._head_bytes = self._request_bytes = 0
