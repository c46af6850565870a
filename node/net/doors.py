"""The sockets on which a node waits for other boxes."""

import errno
import socket
from typing import Final

BACKLOG: Final = 64
"""Connections that the kernel holds until they are accepted."""

_TRIES: Final = 16
"""Ports tried until one is free for IPv4 and IPv6."""
_NO_IPV6: Final = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT}


def open_peer_doors(port: int) -> list[socket.socket]:
    """Return listening sockets on all addresses: IPv4, and IPv6 where the machine has it.

    Args:
        port: for both; 0 for one that is free for both.

    Raises:
        OSError: the port is taken.
    """
    for left in reversed(range(_TRIES)):
        doors = [_open(socket.AF_INET, "0.0.0.0", port)]  # noqa: S104 - other boxes come from anywhere
        try:
            doors.append(_open(socket.AF_INET6, "::", doors[0].getsockname()[1]))
        except OSError as error:
            if error.errno not in _NO_IPV6:
                doors[0].close()
                if port or error.errno != errno.EADDRINUSE or not left:
                    raise
                continue
        return doors
    raise AssertionError("the last try returns or raises")


def _open(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
