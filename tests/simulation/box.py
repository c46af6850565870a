"""One box of a world: a disk that stays, and a node over it that comes and goes."""

import asyncio
import random
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from node.contract.people import Box as Who
from node.contract.people import User
from node.runtime.node import Node
from node.store import schema
from node.store.space import PRESSURE, used_bytes
from node.store.store import Store
from tests.simulation.clock import VirtualClock
from tests.simulation.composing import Compose, Parts, Peering, open_disk
from tests.simulation.disk import Disk, Disks
from tests.simulation.ledger import Ledger
from tests.simulation.liars import LyingLink
from tests.simulation.net import VirtualLink
from tests.simulation.plan import BoxPlan, Storage

if TYPE_CHECKING:
    from node.protocol.ids import VerifyKey

KEEP_TIME_S: Final = 3_600.0
"""Six times as long as in the node's own program: nights are many here, and pass sooner so."""

PULLS: Final = 40
"""Turns in which every task must end whose box has no power; each wait it tries is cancelled."""

FAULT_CHARS: Final = 1_500
"""Of a traceback, the end."""

FOLDER: Final = Path(tempfile.gettempdir())
"""Nothing is written there; a store asks how much space its folder has."""


class BoxError(Exception):
    """The box is off, and something was asked of it."""


class Box:
    """One box; off at first."""

    def __init__(self, plan: BoxPlan, disks: Disks, ledger: Ledger, compose: Compose) -> None:
        self.plan = plan
        self.name = plan.name
        self.node_id: VerifyKey = plan.key.verify_key
        self.users: list[User] = []
        self.faults: list[str] = []
        """Exceptions that left a task of this box."""
        self.clock = VirtualClock(
            asyncio.get_running_loop(),
            offset_ms=plan.offset_ms,
            drift=plan.drift,
            quality=plan.quality,
        )
        self._random = random.Random(plan.seed)  # noqa: S311 - it must replay
        self._ledger = ledger
        self._compose = compose
        self._disks = disks
        self._path = FOLDER / f"{plan.name}.db"
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: tuple[Store, Node, Peering] | None = None
        self.disk = Disk(plan.seed)
        self.insert(self.disk)

    @property
    def up(self) -> bool:
        """Return whether the box runs."""
        return self._running is not None

    @property
    def roomy(self) -> bool:
        """Return whether the box never has to drop anything for want of space."""
        return self.plan.storage is Storage.LARGE

    @property
    def store(self) -> Store:
        """Return the open store."""
        return self._parts()[0]

    @property
    def node(self) -> Node:
        """Return the use cases."""
        return self._parts()[1]

    def _parts(self) -> tuple[Store, Node, Peering]:
        if self._running is None:
            raise BoxError(f"{self.name} is off")
        return self._running

    def insert(self, disk: Disk) -> None:
        """Put another disk in; the box must be off."""
        if self.up:
            raise BoxError(f"{self.name} runs")
        self.disk = disk
        disk.on_commit = lambda added: self._ledger.note_commit(self.node_id, added)
        self._disks.put(self._path, disk)

    async def start(self) -> None:
        """Switch the box on."""
        store = await open_disk(
            self._path,
            node_id=self.node_id.hex(),
            clock=self.clock,
            budget_bytes=self._budget_bytes(),
            carried=self.plan.carried,
        )
        who = Who(self.node_id.hex(), self.node_id.hex(), self.name)
        parts = Parts(who, store, self.clock, self._random.randbytes, self.plan.carried)
        node, peering = self._compose(parts)
        self._running = store, node, peering
        self._begin("node", node.run)
        self._begin("time", lambda: self._keep_time(store))

    async def stop(self) -> None:
        """Switch the box off in order."""
        store, _, _ = self._parts()
        await self._end_tasks()
        await store.close()
        self._running = None

    async def crash(self) -> None:
        """Take the power away: what is on the disk stays, nothing else. Links are the world's."""
        self._parts()
        self._disks.writers[self._path].stop()
        self._running = None
        left = list(self._tasks)
        for _ in range(PULLS):
            left = [task for task in left if not task.done()]
            for task in left:
                task.cancel()
            await asyncio.sleep(0)
        if left:
            raise BoxError(f"tasks of {self.name} outlive its power: {left}")

    def serve(self, link: VirtualLink) -> "asyncio.Task[None]":
        """Run one end of a link until it ends."""
        lie = self.plan.lie
        end = link if lie is None else LyingLink(link, lie)
        _, _, peering = self._parts()

        async def run() -> None:
            try:
                await peering.run_link(end)
            finally:
                await link.close()

        return self._begin(f"link to {link.address}", run)

    async def introduce(self, name: str) -> User:
        """Give somebody an identity on this box."""
        introduction, _ = await self.node.people.introduce(name, None, None)
        self.users.append(introduction.user)
        return introduction.user

    def rest(self) -> None:
        """Let the store do all its idle work now."""
        self._disks.writers[self._path].rest()

    async def _keep_time(self, store: Store) -> None:
        while True:
            await asyncio.sleep(KEEP_TIME_S)
            await store.keep_time()

    def _begin(self, what: str, work: Callable[[], Awaitable[None]]) -> "asyncio.Task[None]":
        task = asyncio.create_task(self._guarded(what, work), name=f"{self.name} {what}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - told in the verdict
            if self.up:
                told = "".join(traceback.format_exception(error))
                self.faults.append(f"{self.name} {what}: {told[-FAULT_CHARS:]}")

    async def _end_tasks(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _budget_bytes(self) -> int:
        return int(empty_bytes() / PRESSURE) + self.plan.storage.value


def empty_bytes() -> int:
    """Return the size of a store that holds nothing."""
    if not _EMPTY:
        disk = Disk(0)
        schema.ensure(disk.db)
        _EMPTY.append(used_bytes(disk.db))
        disk.close()
    return _EMPTY[0]


_EMPTY: Final[list[int]] = []
