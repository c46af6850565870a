"""A peering that only floods: what the world and its judge are tested with, right and wrong."""

import asyncio
import functools
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from node.protocol.envelope import open_envelope
from node.protocol.ids import EVERYONE
from node.runtime.node import Node
from node.runtime.peering.ports import Link, LinkClosedError
from node.runtime.ports import Receipt
from node.store.store import Store
from node.store.transaction import Transaction
from node.sync.frames import Data, DataItem, Keepalive, decode_frame
from tests.simulation.composing import Compose, Parts

if TYPE_CHECKING:
    from node.store.reader import Reader

BATCH: Final = 20
POLL_S: Final = 1.0
KEEPALIVE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Habits:
    """What a flooding box does; the defaults are right."""

    drops: Callable[[bytes], bool] = lambda _: False
    """Of an envelope on its way out: never send it."""
    repeats: bool = False
    """Send the first envelopes of each link twice."""
    chatters: bool = False
    """Send something again for ever."""


@dataclass(slots=True)
class Flood:
    """Sends whatever the store gets to every link once, by looking for it again and again."""

    store: Store
    carried: frozenset[bytes] | None
    habits: Habits = field(default_factory=Habits)

    async def run_link(self, link: Link) -> None:
        """Send and receive until the link ends."""
        crossed: set[bytes] = set()
        tasks = [
            asyncio.create_task(self._send(link, crossed)),
            asyncio.create_task(self._receive(link, crossed)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, link: Link, crossed: set[bytes]) -> None:
        loop = asyncio.get_running_loop()
        after, alive_s = 0, loop.time()
        try:
            while True:
                rows = await self._added(after)
                after = rows[-1][0] if rows else after
                news = [exact for _, exact in rows if exact not in crossed]
                news = [exact for exact in news if not self.habits.drops(exact)]
                crossed.update(news)
                again = news[:1] if self.habits.repeats else []
                if self.habits.chatters and crossed and not rows:
                    again = [min(crossed)]
                if news or again:
                    items = tuple(DataItem(0, exact) for exact in (*news, *again))
                    await link.send(Data(items).encode())
                if loop.time() - alive_s > KEEPALIVE_S:
                    alive_s = loop.time()
                    await link.send(Keepalive(0).encode())
                if not rows:
                    await asyncio.sleep(POLL_S)
        except LinkClosedError:
            return

    async def _receive(self, link: Link, crossed: set[bytes]) -> None:
        try:
            while True:
                frame = decode_frame(await link.receive())
                if isinstance(frame, Data):
                    crossed.update(item.exact for item in frame.items)
                    await self.store.write(functools.partial(self._take, frame))
        except LinkClosedError:
            return

    def _take(self, frame: Data, tx: Transaction) -> None:
        for item in frame.items:
            envelope = open_envelope(item.exact)
            room = envelope.payload.room
            if self.carried is None or room in self.carried or room == EVERYONE:
                receipt = Receipt(item.age_s, envelope.payload.hlc >> 16, time_certain=True)
                tx.append(envelope, receipt, local=False)

    async def _added(self, after: int) -> Sequence[tuple[int, bytes]]:
        query = "SELECT arrival, exact FROM envelope WHERE arrival > ? ORDER BY arrival LIMIT ?"

        def read(db: sqlite3.Connection) -> list[tuple[int, bytes]]:
            return db.execute(query, (after, BATCH)).fetchall()

        reader: Reader = vars(self.store)["_reader"]
        return await reader.read(read)


def flooding(habits: Habits | None = None) -> Compose:
    """Return how to compose a node that floods."""

    def compose(parts: Parts) -> tuple[Node, Flood]:
        node = Node(parts.who, parts.store, parts.clock, parts.entropy)
        return node, Flood(parts.store, parts.carried, habits or Habits())

    return compose
