"""Opens links to other boxes."""

import asyncio
import os
import socket

from node.net.addresses import Endpoint, parse
from node.net.errors import Fault, LinkError
from node.net.identity import LinkIdentity
from node.net.limits import HANDSHAKE_S
from node.net.link import TcpLink, secure
from node.net.proof import Role
from node.net.wire import Wire


async def dial(
    address: str,
    port: int,
    *,
    identity: LinkIdentity,
    interface: str | int | None = None,
    timeout_s: float = HANDSHAKE_S,
) -> TcpLink:
    """Return a new link to whoever answers there.

    Args:
        address: numeric, with or without ``%`` and a scope.
        port: where the other side listens.
        identity: of this node.
        interface: name or index, for a link-local address that does not say it.
        timeout_s: for all of it.

    Raises:
        LinkError: ``UNREACHABLE`` or ``LATE``, or whatever is wrong with the other side.
    """
    try:
        endpoint = parse(address, port, interface)
    except ValueError as error:
        raise LinkError(Fault.UNREACHABLE, str(error)) from error
    try:
        async with asyncio.timeout(timeout_s):
            wire = await _connect(endpoint)
            try:
                return await secure(wire, Role.DIALLER, identity)
            except BaseException:
                wire.abort()
                raise
    except TimeoutError as error:
        raise LinkError(Fault.LATE, f"{endpoint} did not answer in {timeout_s:g} s") from error
    except OSError as error:
        why = error.strerror or str(error)
        raise LinkError(Fault.UNREACHABLE, f"{endpoint}: {why}") from error


async def _connect(endpoint: Endpoint) -> Wire:
    sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)  # noqa: FBT003 - socket takes it by position only
        await _connected(sock, endpoint)
        _, wire = await asyncio.get_running_loop().create_connection(Wire, sock=sock)
    except BaseException:
        sock.close()
        raise
    return wire


async def _connected(sock: socket.socket, endpoint: Endpoint) -> None:
    """Connect; not by the loop's own ``sock_connect``, which in uvloop loses the scope."""
    loop = asyncio.get_running_loop()
    try:
        sock.connect(endpoint.name)
    except BlockingIOError:
        writable = asyncio.Event()
        loop.add_writer(sock, writable.set)
        try:
            await writable.wait()
        finally:
            loop.remove_writer(sock)
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, os.strerror(number)) from None
