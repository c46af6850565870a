"""The listening sockets of the HTTP servers."""

import grp
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.api.front.activation import inherited
from node.config import Settings

CONTROL_GROUP: Final = "disasternet-ctl"
"""Members may open the Unix socket; what they may ask there depends on their uid."""

BACKLOG: Final = 256


class PortError(Exception):
    """The address cannot be served on; its text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The listening sockets."""

    tcp: list[socket.socket]
    unix: list[socket.socket]


def open_doors(settings: Settings, socket_file: Path) -> Doors:
    """Return the listening sockets: systemd's where it passed some, else new ones.

    Raises:
        PortError: the address cannot be served on.
    """
    given = inherited()
    tcp = [door for door in given if door.family != socket.AF_UNIX]
    unix = [door for door in given if door.family == socket.AF_UNIX]
    return Doors(
        tcp or [_open_tcp(settings.host, settings.port)], unix or [_open_unix(socket_file)]
    )


def _open_tcp(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        dual = family == socket.AF_INET6 and host == "::"
        return socket.create_server(
            address[:2], family=family, backlog=BACKLOG, dualstack_ipv6=dual
        )
    except OSError as error:
        raise port_error(f"{host} port {port}", "--port or --host", error) from error


def port_error(what: str, option: str, error: OSError) -> PortError:
    """Return the error that says why ``what`` cannot be served on, and what to change."""
    why = error.strerror or str(error)
    return PortError(f"{what} cannot be served on ({why}). Choose another {option}.")


def _open_unix(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # a killed node left it; the lock says that no other one is here
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)
    try:
        door.bind(str(path))
    finally:
        os.umask(before)
    with suppress(KeyError, PermissionError):  # a laptop has no such group: this user and root
        os.chown(path, -1, grp.getgrnam(CONTROL_GROUP).gr_gid)
    door.listen(BACKLOG)
    return door
