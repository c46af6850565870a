"""One address at which now one box answers and now another, as on a way between them."""

import asyncio
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

from tests.browser.running_node import PUBLIC_NAME, RunningNode

_CHUNK_BYTES = 65_536
_STOP_WITHIN_S = 5.0


class Way:
    """Passes what comes to its port on to the box that is in reach."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._box: RunningNode | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        """Return the address that every box has."""
        return f"http://{PUBLIC_NAME}:{self._socket.getsockname()[1]}"

    def to(self, box: RunningNode | None) -> None:
        """Bring another box in reach, or none; what was open to the one before is cut."""
        asyncio.run_coroutine_threadsafe(self._walk(box), self._loop).result(_STOP_WITHIN_S)

    def end(self) -> None:
        """Cut everything and take nothing more."""
        self.to(None)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_WITHIN_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._meet, sock=self._socket))
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _walk(self, box: RunningNode | None) -> None:
        self._box = box
        for writer in list(self._open):
            writer.transport.abort()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        box = self._box
        self._open.add(writer)
        try:
            if box is None:
                return
            inward, outward = await asyncio.open_connection(
                "127.0.0.1", box.port, local_addr=(self._address, 0)
            )
            self._open.add(outward)
            if box is self._box:
                await asyncio.gather(self._pass(reader, outward), self._pass(inward, writer))
        except OSError:
            return
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK_BYTES):
                writer.write(chunk)
                await writer.drain()
        self._open.discard(writer)
        writer.close()


@contextmanager
def way(address: str = "127.0.0.1") -> Generator[Way]:
    """Open a way for as long as the block lasts; nothing is in reach at first.

    Args:
        address: from which whoever takes this way comes to a box.
    """
    opened = Way(address)
    try:
        yield opened
    finally:
        opened.end()
