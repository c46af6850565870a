"""What the kernel is told about a connection, and tells of it."""

import fcntl
import socket
import struct
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import Final

_OPTIONS: Final = (
    ("TCP_NODELAY", 1),  # frames are small and waited for
    ("TCP_NOTSENT_LOWAT", 32_768),  # bytes unsent in the kernel: urgent overtakes the rest
    ("TCP_USER_TIMEOUT", 30_000),  # ms unacknowledged: a box out of reach gives no sign
    ("TCP_KEEPIDLE", 30),  # s
    ("TCP_KEEPINTVL", 10),  # s
    ("TCP_KEEPCNT", 3),
)
_RTT: Final = struct.Struct("=68xI")
"""The start of Linux' ``struct tcp_info``, up to ``tcpi_rtt`` in microseconds."""

_UNKNOWN: Final = (OSError, AttributeError, ValueError, struct.error)
"""A system that does not know the option, or a socket closed meanwhile."""


def tune(sock: socket.socket) -> None:
    """Set what a link needs, as far as the system knows it."""
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _OPTIONS:
            option: int | None = getattr(socket, name, None)
            if option is not None:
                sock.setsockopt(socket.IPPROTO_TCP, option, value)


def unacknowledged_bytes(sock: socket.socket) -> int:
    """Return how many written bytes the other side has not acknowledged; 0 when unknown."""
    try:
        answer = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4))
    except _UNKNOWN:
        return 0
    return int(struct.unpack("=i", answer)[0])


def rtt_ms(sock: socket.socket) -> int | None:
    """Return the smoothed round trip as TCP measures it; None when unknown."""
    try:
        (rtt_us,) = _RTT.unpack(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RTT.size))
    except _UNKNOWN:
        return None
    return round(rtt_us / 1_000) if rtt_us else None


class Stall:
    """For how long nothing of what waits to be acknowledged was.

    Asked now and then, as it keeps no timer; progress between two questions is noticed at the
    second.
    """

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._acknowledged = 0
        self._since_s: float | None = None

    def note(self, written: int, waiting: int) -> None:
        """Take the bytes written so far, and how many of them wait."""
        acknowledged = written - waiting
        if not waiting:
            self._since_s = None
        elif self._since_s is None or acknowledged > self._acknowledged:
            self._since_s = self._monotonic_s()
        self._acknowledged = acknowledged

    @property
    def seconds(self) -> float:
        """Return how long; 0 when nothing waits."""
        return 0.0 if self._since_s is None else self._monotonic_s() - self._since_s
