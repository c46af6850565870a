"""A TCP proxy that is a bad link: slow, late, and gone at random moments."""

import asyncio
import math
import random
import threading
import time
from contextlib import suppress
from typing import Final, Self

BYTES_PER_S: Final = 125_000
"""1 Mbit/s, each way."""
DELAY_S: Final = 0.1
"""Each way: 200 ms there and back."""
LOSS: Final = 0.3
"""Part of the connections that is dropped before it is ``LOSS_S`` old."""
LOSS_S: Final = 3.0
PIECE_BYTES: Final = 1_250
"""Read at once: 10 ms of the link."""
ON_THE_WAY_BYTES: Final = 32_768
"""Taken before reading pauses: a link has no more room than this."""


class Proxy:
    """Leads from its own port to another one on loopback, in a thread of its own."""

    def __init__(self, to_port: int, seed: int) -> None:
        """Lead to ``to_port``; ``seed`` draws when connections are dropped."""
        self._to_port = to_port
        self._rng = random.Random(seed)  # noqa: S311 - replays
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._server: asyncio.Server | None = None
        self._tasks = set[asyncio.Task[None]]()
        self.connections = 0
        self.dropped = 0
        self.passed_bytes = 0

    @property
    def port(self) -> int:
        """Return where to connect."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        started = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(started, self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
            lasts_s = self._rng.expovariate(-math.log(1 - LOSS) / LOSS_S)
            ways = [
                asyncio.ensure_future(self._pass(reader, far_writer)),
                asyncio.ensure_future(self._pass(far_reader, writer)),
            ]
            try:
                _, left = await asyncio.wait(ways, timeout=lasts_s, return_when="FIRST_COMPLETED")
                self.dropped += len(left) == len(ways)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                far_writer.transport.abort()
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Pass bytes on at the link's pace, each as late as the link makes it."""
        room = asyncio.Semaphore(ON_THE_WAY_BYTES // PIECE_BYTES)
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.ensure_future(self._deliver(late, target, room))
        free_s = 0.0
        try:
            while piece := await source.read(PIECE_BYTES):
                await room.acquire()
                free_s = max(free_s, time.monotonic()) + len(piece) / BYTES_PER_S
                late.put_nowait((free_s + DELAY_S, piece))
                self.passed_bytes += len(piece)
                await asyncio.sleep(max(0.0, free_s - time.monotonic()))
        finally:
            delivering.cancel()
            with suppress(asyncio.CancelledError):
                await delivering

    @staticmethod
    async def _deliver(
        late: "asyncio.Queue[tuple[float, bytes]]",
        target: asyncio.StreamWriter,
        room: asyncio.Semaphore,
    ) -> None:
        while True:
            due_s, piece = await late.get()
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            target.write(piece)
            await target.drain()
            room.release()
