"""The store as peering reads it; fits ``runtime.peering.ports.FrontierPort`` by shape."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from node.contract.messages import MessageState
from node.protocol.ids import EnvelopeId, LogHandle, RoomId, VerifyKey
from node.protocol.ranges import Ranges
from node.store import frontier, peers, queries, repair, serving
from node.store.lifetime import Lifetime
from node.store.reader import Reader
from node.store.shapes import (
    Appended,
    Body,
    Checkpoint,
    FrontierRow,
    Held,
    LogId,
    LogState,
    Rooms,
    Wanted,
)

if TYPE_CHECKING:
    import asyncio

Listener = Callable[[Sequence[Appended]], None]


class FrontierReads:
    """Reads of one open store, and who is told of what was committed."""

    def __init__(self, reader: Reader, lifetime: Lifetime) -> None:
        self._reader = reader
        self._lifetime = lifetime
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` on the loop after each commit with what it appended, by arrival."""
        self._listeners.append(listener)

    def _tell(self, done: "asyncio.Future[tuple[Any, list[Appended]]]") -> None:
        """Tell the listeners, in the order of commits, also when nobody waits any more.

        Each by a callback of its own, so that one that fails costs the others nothing.
        """
        if not done.cancelled() and done.exception() is None and (appended := done.result()[1]):
            for listener in self._listeners:
                done.get_loop().call_soon(listener, appended)

    async def changed_n(self) -> int:
        """Return the number of the last change of a row."""
        return await self._reader.read(frontier.changed_n)

    async def frontier(
        self, rooms: Rooms, *, above: int, below: int | None, limit: int
    ) -> Sequence[FrontierRow]:
        """Return rows changed above ``above`` and below ``below``, the newest change first."""
        span = above, below
        return await self._reader.read(lambda db: frontier.frontier(db, rooms, span, limit))

    async def rows(self, handles: Sequence[LogHandle]) -> Sequence[FrontierRow]:
        """Return the rows of these handles that are in the frontier."""
        return await self._reader.read(lambda db: frontier.rows(db, handles))

    async def logs(self, handles: Sequence[LogHandle]) -> Mapping[LogHandle, LogState]:
        """Return what is known of these logs; unknown ones are left out."""
        return await self._reader.read(lambda db: frontier.logs(db, handles))

    async def digests(self, rooms: Rooms) -> tuple[int, tuple[bytes, ...]]:
        """Return the number of the last change and the digests of classes 0-3 over ``rooms``."""
        return await self._reader.read(lambda db: frontier.digests(db, rooms))

    async def wanted(
        self, rooms: Rooms, asked: Sequence[tuple[LogHandle, Ranges]], limit: int
    ) -> Wanted:
        """Return what of ``asked`` is held or gone here; at most ``limit`` held envelopes."""
        return await self._reader.read(lambda db: serving.wanted(db, rooms, asked, limit))

    async def bodies(self, arrivals: Sequence[int]) -> Sequence[Body]:
        """Return these envelopes with their age now, in this order; dropped ones are left out."""

        def query(db: sqlite3.Connection) -> Sequence[Body]:
            return serving.bodies(db, arrivals, self._lifetime.lived_s())

        return await self._reader.read(query)

    async def told(self, rooms: Rooms, limit: int) -> Sequence[tuple[LogHandle, Ranges]]:
        """Return positions seen without an id, of at most ``limit`` logs, newest change first."""
        return await self._reader.read(lambda db: frontier.told(db, rooms, limit))

    async def ids(self, handle: LogHandle, limit: int) -> Sequence[LogId]:
        """Return every id of the log or logs of this handle, at most ``limit``, by rising seq."""
        return await self._reader.read(lambda db: repair.ids(db, handle, limit))

    async def holding(self, handle: LogHandle, ids: Sequence[EnvelopeId]) -> Sequence[Held]:
        """Return those of ``ids`` that are held with their bytes."""
        return await self._reader.read(lambda db: repair.holding(db, handle, ids))

    async def closed(self, room: RoomId, class_: int) -> list[bytes]:
        """Return the 32-byte hashes of the rows of closed logs, own and taken, rising."""
        return await self._reader.read(lambda db: repair.closed_hashes(db, room, class_))

    async def closed_scopes(self, rooms: Rooms) -> list[tuple[RoomId, int]]:
        """Return each room and class of ``rooms`` in which any log is closed."""
        return await self._reader.read(lambda db: repair.closed_scopes(db, rooms))

    async def states(self, arrivals: Sequence[int]) -> Sequence[tuple[str, MessageState]]:
        """Return id (64 hex digits) and state of those that are messages shown to people."""
        return await self._reader.read(lambda db: queries.states(db, arrivals))

    async def checkpoint(self, peer: VerifyKey) -> Checkpoint | None:
        """Return up to where ``peer``'s changes were seen; None when never."""
        return await self._reader.read(lambda db: peers.checkpoint(db, peer))
