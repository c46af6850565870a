"""The store as the rest of the node sees it; fits the ports of ``runtime`` by shape."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, TypeVar

from node.contract.clock import Clock
from node.contract.messages import Message
from node.contract.people import CheckInPage, Speaker, User
from node.contract.problems import FAULT, FULL, RefusedError
from node.contract.rooms import Room
from node.contract.status import StorageState
from node.contract.sync import Peer
from node.protocol.ids import EnvelopeId, RoomId, VerifyKey
from node.protocol.kinds import Category
from node.store import queries, schema
from node.store.appending import Conditions
from node.store.checkin_reads import Wanted, check_ins
from node.store.continuations import check_some
from node.store.frontier_reads import FrontierReads
from node.store.index import index_some, is_far_behind
from node.store.lifetime import Lifetime
from node.store.numbers import find_author
from node.store.people import user_of_session
from node.store.persons import Persons
from node.store.reader import Reader
from node.store.retention import Relief, expire_some
from node.store.sessions import is_ended, pop_up_user
from node.store.shapes import Appended, Rooms
from node.store.space import Space
from node.store.transaction import Transaction
from node.store.upkeep import Upkeep, mark_clean
from node.store.views import Views, room_views
from node.store.writer import Writer

SEARCHES: Final = 1
"""At once, of the readers: stops one phone that searches from 20 connections from making every
other read wait for its searches."""

LISTS: Final = 1
"""Lists of people at once: each looks up who is one person, 200 times. As for ``SEARCHES``."""

RELIEF_STEPS: Final = 50
"""Slices of retention that a write which found no room waits for; idle time does the rest."""

BARREN_S: Final = 10
"""After a look for room that found none, the next one waits so long: a store full of what may not
be dropped must not spend the writer's time on every refused write."""

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Store(FrontierReads):
    """One open data file. Made by ``open_store``, closed by ``close``."""

    def __init__(  # noqa: PLR0913 - the parts of one open file
        self,
        *,
        writer: Writer,
        reader: Reader,
        lifetime: Lifetime,
        node_id: str,
        incarnation: bytes,
        form_key: bytes,
        opened_at: int,
        space: Space,
        relief: Relief,
        carried: Rooms = None,
    ) -> None:
        super().__init__(reader, lifetime)
        self.opened_at = opened_at
        """Newest arrival number when the file was opened; 0 in an empty one."""
        self.incarnation = incarnation
        """8 bytes that change whenever arrivals are renumbered."""
        self.form_key = form_key
        """32 secret bytes, from which secrets are derived that need not be kept."""
        self._writer = writer
        self._views = Views(incarnation, node_id)
        self._space = space
        self._relief = relief
        self._carried = carried
        self._writable = True
        self._searching = asyncio.Semaphore(SEARCHES)
        self._listing = asyncio.Semaphore(LISTS)
        self._barren_until_s = 0

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` once inside a transaction and return its answer after COMMIT.

        Raises:
            RefusedError: raised by ``work``; ``FULL`` when the disk or the budget is; nothing
                of this job was stored.
        """
        try:
            return await self._attempt(work)
        except RefusedError as refusal:
            if refusal.problem is not FULL or not await self._make_room():
                raise
        return await self._attempt(work)

    async def _attempt(self, work: Callable[[Transaction], T]) -> T:
        def job(db: sqlite3.Connection) -> tuple[T, list[Appended]]:
            conditions = Conditions(self._lifetime.lived_s(), self._space, self._carried)
            transaction = Transaction(db, self._views, conditions)
            answer = work(transaction)
            if is_far_behind(db):
                index_some(db)
            return answer, transaction.appended

        done = self._writer.submit(job)
        done.add_done_callback(self._tell)
        try:
            answer, _ = await asyncio.shield(done)
        except sqlite3.OperationalError as error:
            self._writable = False
            raise _refusal(error) from error
        except RefusedError as refusal:
            if refusal.problem is FULL:  # any other refusal says nothing about the disk
                self._writable = False
            raise
        self._writable = True
        return answer

    async def _make_room(self) -> bool:
        """Drop what may be dropped, without waiting for idle time; return whether there is room.

        Idle time is not to be had while somebody keeps the writer busy.
        """
        if self._lifetime.lived_s() < self._barren_until_s:
            return False
        try:
            for _ in range(RELIEF_STEPS):
                if not await self._writer.write(self._relief.step):
                    break
            found = await self._writer.write(self._space.has_room)
        except sqlite3.OperationalError:
            found = False
        if not found:
            self._barren_until_s = self._lifetime.lived_s() + BARREN_S
        return found

    async def close(self) -> None:
        """Commit what is queued and fold the WAL into the file."""

        def end(db: sqlite3.Connection) -> None:
            self._lifetime.save(db)
            mark_clean(db)

        try:
            await self._writer.write(end)
        except sqlite3.Error:
            _log.warning("the powered time could not be saved", exc_info=True)
        finally:  # on a full disk too: the writer's thread would keep the process from ending
            await self._reader.close()
            await self._writer.close()

    async def keep_time(self) -> None:
        """Save the powered time, and drop what has outlived its life; call now and then."""
        try:
            await self._writer.write(self._lifetime.save)
            while await self._writer.write(lambda db: expire_some(db, self._lifetime.lived_s())):
                pass
        except sqlite3.OperationalError as error:
            raise _refusal(error) from error

    async def user_of_session(self, token_hash: bytes) -> User | None:
        """Return whose session secret has this SHA-256."""
        return await self._reader.read(lambda db: user_of_session(db, token_hash))

    def lived_s(self) -> int:
        """Return the powered time of this store; a power cut may set it back a little."""
        return self._lifetime.lived_s()

    async def pop_up(
        self, id_hash: bytes, address: str, after_s: int
    ) -> tuple[User, str | None] | None:
        """Return user and language of a pop-up's session that goes on, at its own address."""
        return await self._reader.read(lambda db: pop_up_user(db, id_hash, address, after_s))

    async def is_pop_up_ended(self, id_hash: bytes, address: str, after_s: int) -> bool:
        """Return whether a pop-up's session, at its own address, was ended."""
        return await self._reader.read(lambda db: is_ended(db, id_hash, address, after_s))

    async def speakers(self, author: VerifyKey) -> list[Speaker]:
        """Return every author of the person behind ``author``, the oldest first."""
        return await self._reader.read(lambda db: Persons(db).speakers(author))

    async def is_admin_token(self, token_hash: bytes) -> bool:
        """Return whether the admin token has this SHA-256."""
        query = "SELECT admin_token FROM store"
        return await self._reader.read(lambda db: db.execute(query).fetchone()[0] == token_hash)

    async def rooms(self, viewer: VerifyKey | None) -> list[Room]:
        """Return all known rooms, ``everyone`` first, then by newest message."""

        def query(db: sqlite3.Connection) -> list[Room]:
            return room_views(db, None if viewer is None else find_author(db, viewer))

        return await self._reader.read(query)

    async def room(self, room: RoomId, viewer: VerifyKey | None) -> Room | None:
        """Return one room; None when unknown."""

        def query(db: sqlite3.Connection) -> list[Room]:
            return room_views(db, None if viewer is None else find_author(db, viewer), room)

        found = await self._reader.read(query)
        return found[0] if found else None

    async def newest(self, room: RoomId, limit: int, before: int | None) -> list[Message]:
        """Return the ``limit`` messages of ``room`` right before the one at arrival ``before``."""
        return await self._reader.read(
            lambda db: queries.newest(db, self._views, room, limit, before)
        )

    async def arrived(self, room: RoomId | None, limit: int, after: int) -> list[Message]:
        """Return messages of ``room`` (None: of all) in order of arrival after ``after``."""
        return await self._reader.read(
            lambda db: queries.arrived(db, self._views, room, limit, after)
        )

    async def envelope(self, message_id: EnvelopeId) -> bytes | None:
        """Return the exact bytes of an envelope; None when they are not held."""
        return await self._reader.read(lambda db: queries.envelope(db, message_id))

    async def search(
        self, words: str, room: RoomId | None, limit: int, before: int | None
    ) -> list[Message]:
        """Return messages that hold all ``words``, newest arrival first."""
        try:
            while await self._writer.write(index_some):
                pass
        except sqlite3.OperationalError:
            self._writable = False  # a full disk: search what is indexed
        async with self._searching:
            return await self._reader.read(
                lambda db: queries.search(db, self._views, words, room, (limit, before))
            )

    async def check_ins(
        self, words: str | None, category: Category | None, limit: int, before: int | None
    ) -> CheckInPage:
        """Return the newest check-in of each person, the newest first, from ``before`` back."""
        wanted = Wanted(words, category, limit, before)
        searches = words is not None or category is not None  # looks through everybody
        async with self._searching if searches else self._listing:
            return await self._reader.read(lambda db: check_ins(db, self.incarnation, wanted))

    async def totals(self) -> queries.Totals:
        """Return what this box holds and what is still only here."""
        return await self._reader.read(
            lambda db: queries.totals(db, self._carried, self._lifetime.lived_s())
        )

    async def peers(self) -> list[Peer]:
        """Return the remote nodes this box ever linked with."""
        return await self._reader.read(queries.peers)

    async def storage(self) -> StorageState:
        """Return how full the store is."""
        writable = self._writable
        return await self._reader.read(
            lambda db: queries.storage(db, self._space, writable=writable)
        )


async def open_store(  # noqa: PLR0913 - what one open file depends on
    path: Path,
    *,
    node_id: str,
    clock: Clock,
    budget_bytes: int,
    machine: bytes | None,
    carried: Rooms = None,
) -> Store:
    """Open or make the data file and return the store.

    The file was looked at before (``opening.examine_file``) and the data directory is locked.

    Args:
        path: the data file.
        node_id: 64 hex digits of this node's key.
        clock: only its monotonic seconds are used.
        budget_bytes: what the file may grow to; less when the disk has less (``Space``).
        machine: what tells this machine from others; see ``schema.claim``.
        carried: rooms from which envelopes of other boxes are taken; None for all.

    Raises:
        sqlite3.Error: the file cannot be written.
    """

    def prepare(db: sqlite3.Connection) -> None:
        schema.ensure(db)
        schema.claim(db, machine)
        upkeep.begin(db)

    upkeep = Upkeep(clock)
    space = Space(path, budget_bytes)
    relief = Relief(space)
    writer = Writer(path, prepare, chores=(check_some, index_some, relief.step, upkeep.step))
    await writer.opened()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(writer.close)  # its thread would keep the process from ending
        reader = Reader(path)
        query = "SELECT incarnation, form_key, arrivals FROM store"
        incarnation, form_key, arrivals = await reader.read(lambda db: db.execute(query).fetchone())
        stack.pop_all()
    return Store(
        writer=writer,
        reader=reader,
        lifetime=upkeep.lifetime,
        node_id=node_id,
        incarnation=bytes(incarnation),
        form_key=bytes(form_key),
        opened_at=arrivals,
        space=space,
        relief=relief,
        carried=carried,
    )


def _refusal(error: sqlite3.OperationalError) -> RefusedError:
    full = error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
    return RefusedError(FULL) if full else RefusedError(FAULT)
