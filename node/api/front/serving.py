"""Serves one application through two doors until told to stop."""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from typing import Final

from node.api.front.ending import WRITE_STALL_S
from node.api.front.server import quiet_server

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


async def serve(
    tcp_app: object,
    unix_app: object,
    tcp_sockets: Sequence[socket.socket],
    unix_sockets: Sequence[socket.socket],
    *,
    ready: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT, then close every connection and the sockets.

    Args:
        tcp_app: the ASGI application of the network.
        unix_app: the ASGI application of the Unix socket; may be the same.
        tcp_sockets: bound, listening.
        unix_sockets: bound, listening.
        ready: called once when both doors accept connections.
    """
    for sock in tcp_sockets:
        _drop_dead_peers(sock)
    servers = quiet_server(tcp_app), quiet_server(unix_app)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.stop()

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        async with asyncio.TaskGroup() as group:
            for server, sockets in zip(servers, (tcp_sockets, unix_sockets), strict=True):
                group.create_task(server.serve(sockets=list(sockets)))
            for server in servers:
                await server.listening.wait()
            ready()
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _drop_dead_peers(listener: socket.socket) -> None:
    """Let the kernel drop peers of ``listener`` that acknowledge nothing, as a backstop."""
    option: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listener.setsockopt(socket.IPPROTO_TCP, option, int(WRITE_STALL_S * 1000))
