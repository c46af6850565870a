"""Sockets that systemd opened for us (sd_listen_fds(3))."""

import os
import socket
from collections.abc import MutableMapping
from typing import Final

_FIRST_FD: Final = 3
_VARIABLES: Final = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


def inherited(environ: MutableMapping[str, str] = os.environ) -> list[socket.socket]:
    """Return the listening sockets passed to this process, and take them out of ``environ``.

    Tell them apart by family: systemd's order is that of its unit files. Empty when none were
    passed, or when they were meant for another process.
    """
    meant_for_us = environ.get("LISTEN_PID") == str(os.getpid())
    count = int(environ.get("LISTEN_FDS", "0")) if meant_for_us else 0
    if meant_for_us:
        for name in _VARIABLES:
            environ.pop(name, None)
    return [_adopt(fd) for fd in range(_FIRST_FD, _FIRST_FD + count)]


def _adopt(fd: int) -> socket.socket:
    os.set_inheritable(fd, False)  # noqa: FBT003 - os takes it by position only
    sock = socket.socket(fileno=fd)
    sock.setblocking(False)  # noqa: FBT003 - as above
    return sock
