"""Asks for the addresses of a static peer's name without holding up anything."""

import asyncio
import socket
import threading
from contextlib import suppress

from node.net.discovery.endpoint import Endpoint
from node.net.discovery.limits import MAX_ADDRESSES_OF_NAME


class Resolver:
    """Looks names up, each in one thread at most, that keeps nobody from ending."""

    def __init__(self) -> None:
        """Look nothing up yet."""
        self._under_way: dict[Endpoint, asyncio.Future[list[Endpoint]]] = {}

    async def addresses(self, endpoint: Endpoint) -> list[Endpoint]:
        """Return numeric endpoints of ``endpoint``; itself when it is one; none when unknown."""
        if endpoint.numeric and "%" not in endpoint.host:
            return [endpoint]
        future = self._under_way.get(endpoint)
        if future is None:
            future = self._start(endpoint)
        return await asyncio.shield(future)

    def _start(self, endpoint: Endpoint) -> "asyncio.Future[list[Endpoint]]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Endpoint]] = loop.create_future()
        self._under_way[endpoint] = future
        future.add_done_callback(lambda _: self._under_way.pop(endpoint))

        def answer(found: list[Endpoint]) -> None:
            if not future.done():
                future.set_result(found)

        def look() -> None:
            found = _look_up(endpoint)
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(answer, found)

        # No executor: its threads are waited for at exit, and a name server may take a minute.
        threading.Thread(target=look, name="resolve", daemon=True).start()
        return future


def _look_up(endpoint: Endpoint) -> list[Endpoint]:
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [_numeric(address) for *_, address in found[:MAX_ADDRESSES_OF_NAME]]


def _numeric(address: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]) -> Endpoint:
    host = str(address[0]).partition("%")[0]
    scope = address[3] if len(address) == 4 else 0  # noqa: PLR2004 - IPv6: host, port, flow, scope
    return Endpoint(f"{host}%{scope}" if scope else host, int(address[1]))
