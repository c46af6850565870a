"""Whole boxes with real stores, links between them, and a stranger who says what he likes."""

import asyncio
import hashlib
import itertools
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from node.contract import people
from node.contract.messages import Message
from node.contract.people import User
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE, RoomId, VerifyKey
from node.protocol.keys import SigningKey
from node.protocol.ranges import Ranges
from node.runtime.messages import Post
from node.runtime.node import Node, Surroundings
from node.runtime.peering.agreement import DOUBT_S
from node.runtime.peering.endings import Ending
from node.runtime.peering.ports import LinkClosedError
from node.runtime.peering.session import Session
from node.store.shapes import Rooms
from node.store.store import Store, open_store
from node.sync.frames import (
    NO_INCARNATION,
    Close,
    CloseReason,
    Data,
    DataItem,
    Frame,
    Hello,
    Keepalive,
    decode_frame,
)
from tests.fakes.clock import START_MS, FakeClock
from tests.fakes.deadlines import LIMIT_S, eventually
from tests.fakes.entropy import seeded
from tests.fakes.memory_link import Cable, MemoryLink

F = TypeVar("F", bound=Frame)
BUDGET_BYTES = 10**9

HELLO = Hello(
    incarnation=bytes([7]) * 8,
    boot=1,
    now_ms=START_MS,
    quality=0,
    your_incarnation=NO_INCARNATION,
    your_changed_n=0,
    budgets=(None,) * 4,
    rooms=None,
    name="Stranger",
)
"""What a stranger says of himself."""


def key_of(name: str) -> SigningKey:
    return SigningKey(hashlib.sha256(f"box {name}".encode()).digest())


def id_of(name: str) -> VerifyKey:
    return key_of(name).verify_key


@dataclass
class Box:
    """One box."""

    name: str
    path: Path
    store: Store
    node: Node
    clock: FakeClock
    running: asyncio.Task[None]
    links: list["asyncio.Task[Ending]"] = field(default_factory=list["asyncio.Task[Ending]"])
    user: User | None = None

    @property
    def id(self) -> VerifyKey:
        """Return its node id."""
        return id_of(self.name)

    async def says(self, text: str, *, room: RoomId = EVERYONE, urgent: bool = False) -> Message:
        """Post as the person who lives here."""
        if self.user is None:
            introduction, _ = await self.node.people.introduce(self.name, None, None)
            self.user = introduction.user
        return await self.node.messages.post(self.user, room, Post(text, urgent=urgent))

    async def takes(self, *envelopes: Envelope, gone: Ranges | None = None) -> list[str]:
        """Store envelopes as another box would have brought them before."""
        none = gone or Ranges()
        return await self.store.write(
            lambda tx: [str(tx.take(each, 0, START_MS, none)) for each in envelopes]
        )

    async def messages(self, room: RoomId = EVERYONE) -> dict[str, Message]:
        """Return the newest messages by their text."""
        return {each.text: each for each in await self.store.newest(room, 1_000, None)}

    async def texts(self, room: RoomId = EVERYONE) -> set[str]:
        """Return the texts of the newest messages."""
        return set(await self.messages(room))

    async def boxes(self, text: str) -> int:
        """Return how many boxes are known to have a message."""
        return (await self.messages())[text].state.boxes

    async def digests(self, rooms: Rooms = None) -> tuple[bytes, ...]:
        """Return the digests over ``rooms``."""
        return (await self.store.digests(rooms))[1]

    def session(self, peer: "Box | Stranger") -> Session:
        """Return the session with a linked peer."""
        return self.node.peering.sessions[peer.id]

    async def closings(self) -> dict[str, int]:
        """Return how links ended, as shown."""
        return (await self.node.status.read()).network.links_closed


@dataclass
class Linked:
    """A link between two boxes, and what runs over it."""

    cable: Cable
    one: "asyncio.Task[Ending]"
    other: "asyncio.Task[Ending]"

    async def cut(self) -> None:
        """Cut it and wait until both have noticed."""
        self.cable.cut()
        await self.endings()

    async def endings(self) -> list[Ending]:
        """Return how each side ended it."""
        async with asyncio.timeout(LIMIT_S):
            return list(await asyncio.gather(self.one, self.other))


@dataclass
class Boxes:
    """Makes boxes and links in a folder, and ends them all."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    _open: list[Box] = field(default_factory=list[Box])
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list[asyncio.Task[Any]])

    async def __aenter__(self) -> Self:
        """Begin with none."""
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """End all boxes and links."""
        for box in list(self._open):
            await self.shut(box)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def open(
        self,
        name: str,
        *,
        carried: Rooms = None,
        clock: FakeClock | None = None,
        path: Path | None = None,
    ) -> Box:
        """Open a box; the same name again is the same box, with what it kept."""
        path, clock = path or self.folder / f"{name}.db", clock or self.clock
        identity = id_of(name).hex()
        store = await open_store(
            path,
            node_id=identity,
            clock=clock,
            budget_bytes=BUDGET_BYTES,
            machine=None,
            carried=carried,
        )
        who = people.Box(identity, identity, name)
        node = Node(who, store, clock, seeded(len(self._open)), Surroundings(carried=carried))
        box = Box(name, path, store, node, clock, asyncio.create_task(node.run()))
        self._open.append(box)
        return box

    async def shut(self, box: Box) -> None:
        """End a box in order."""
        await box.node.peering.stop()
        tasks: list[asyncio.Task[Any]] = [box.running, *box.links]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await box.store.close()
        self._open.remove(box)

    def pass_s(self, seconds: float) -> None:
        """Let time pass for all boxes, and let each see what is due."""
        for clock in {id(box.clock): box.clock for box in self._open}.values():
            clock.pass_s(seconds)
        for box in self._open:
            box.node.peering.ground.stirred.set()

    def run(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run something until the end of the test at most."""
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    def link(self, dialler: Box, acceptor: Box) -> Linked:
        """Link two boxes."""
        cable = Cable(dialler.id, acceptor.id)
        return Linked(
            cable, self.serve(dialler, cable.dialler), self.serve(acceptor, cable.acceptor)
        )

    def serve(self, box: Box, link: MemoryLink) -> "asyncio.Task[Ending]":
        """Run the session of a box over its end of a link."""
        serving = self.run(box.node.peering.run_link(link))
        box.links.append(serving)
        return serving

    async def in_sync(self, *boxes: Box) -> None:
        """Wait until all have seen the same, and all links say so.

        Where a box cannot know by STORED that a peer has everything, it compares digests when the
        link was quiet for two seconds; those pass here now and then, as the clock stands still.
        """
        looks = itertools.count(1)

        async def holds() -> bool:
            if next(looks) % 100 == 0:
                self.pass_s(DOUBT_S)
            digests = {await box.digests() for box in boxes}
            tables = [box.node.peering.sessions for box in boxes]
            synced = [each.talk.in_sync for table in tables for each in table.values()]
            return len(digests) == 1 and all(tables) and all(synced)

        await eventually(holds)

    def stranger(self, box: Box, name: str = "stranger", *, dials: bool = True) -> "Stranger":
        """Link ``box`` with somebody who follows no rules."""
        ends = (id_of(name), box.id) if dials else (box.id, id_of(name))
        cable = Cable(*ends)
        own, theirs = (cable.dialler, cable.acceptor) if dials else (cable.acceptor, cable.dialler)
        return Stranger(id_of(name), cable, own, self.serve(box, theirs))


@dataclass
class Stranger:
    """The other end of a link, by hand."""

    id: VerifyKey
    cable: Cable
    link: MemoryLink
    running: "asyncio.Task[Ending]"
    heard: list[Frame] = field(default_factory=list[Frame])

    async def hello(self, hello: Hello = HELLO) -> Hello:
        """Say HELLO, and return the box's."""
        await self.say(hello)
        return await self.next(Hello)

    async def say(self, *frames: Frame | bytes) -> None:
        """Send frames, or what is none."""
        async with asyncio.timeout(LIMIT_S):
            for frame in frames:
                await self.link.send(frame if isinstance(frame, bytes) else frame.encode())

    async def brings(self, *envelopes: Envelope, age_s: int = 0) -> None:
        """Send envelopes, each in a frame of its own."""
        for each in envelopes:
            await self.say(Data((DataItem(age_s, each.exact),)))

    async def hear(self) -> Frame:
        """Return the next frame; consumes what it brings, as a good peer does."""
        async with asyncio.timeout(LIMIT_S):
            frame = decode_frame(await self.link.receive())
        self.heard.append(frame)
        return frame

    async def next(self, kind: type[F], limit_s: float = LIMIT_S) -> F:
        """Return the next frame of a type; others before it are passed over."""
        async with asyncio.timeout(limit_s):
            while True:
                frame = await self.hear()
                if isinstance(frame, kind):
                    return frame

    async def never(self, kind: type[Frame], within_s: float) -> None:
        """Return if no frame of a type comes within a while."""
        try:
            found = await self.next(kind, within_s)
        except TimeoutError:
            return
        raise AssertionError(f"{found} came")

    async def consume(self, total: int) -> None:
        """Give credit."""
        await self.say(Keepalive(total))

    async def closed(self) -> CloseReason | None:
        """Return why the box closed the link; None when it did not say."""
        try:
            return (await self.next(Close)).reason
        except LinkClosedError:
            return None

    async def ending(self) -> Ending:
        """Return how the box says that it ended."""
        async with asyncio.timeout(LIMIT_S):
            return await self.running
