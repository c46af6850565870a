"""A TCP relay on loopback that counts what passes."""

import asyncio
from typing import Final

CHUNK: Final = 65_536


class Relay:
    """Passes bytes on between whoever connects and one port; counts them at its own sockets."""

    def __init__(self, port: int) -> None:
        """Lead to ``port`` on loopback."""
        self._to = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.forth = 0
        """Bytes from the dialler."""
        self.back = 0
        """Bytes to the dialler."""

    @property
    def port(self) -> int:
        """Return where to connect."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Begin to accept."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        """End everything."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._to)
        for source, target, forth in ((reader, to_writer, True), (to_reader, writer, False)):
            task = asyncio.create_task(self._pass(source, target, forth=forth))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, forth: bool
    ) -> None:
        try:
            while chunk := await source.read(CHUNK):
                if forth:
                    self.forth += len(chunk)
                else:
                    self.back += len(chunk)
                target.write(chunk)
                await target.drain()
        finally:
            target.close()
