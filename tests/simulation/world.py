"""A world: boxes, links between them, and what happens to both."""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from node.contract.problems import RefusedError
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.ranges import Ranges
from node.store.shapes import Taken
from node.store.transaction import Transaction
from tests.simulation.box import Box
from tests.simulation.composing import Compose
from tests.simulation.disk import Disks
from tests.simulation.ledger import Ledger
from tests.simulation.net import Cable, Medium
from tests.simulation.plan import BoxPlan, WorldPlan
from tests.simulation.trace import Trace
from tests.simulation.watch import Watch

CHORD: Final = 0.5
"""Chance of a link across the ring of an island."""


class World:
    """What there is, now; whoever drives it decides what happens next."""

    def __init__(self, plan: WorldPlan, disks: Disks, compose: Compose) -> None:
        """Begin empty; call within a running virtual loop, with ``disks`` mounted."""
        self.plan = plan
        self.random = random.Random(plan.seed)  # noqa: S311 - it must replay
        self.trace = Trace()
        self.watch = Watch(self.trace)
        self.ledger = Ledger()
        self.boxes: list[Box] = []
        self.cables: dict[frozenset[str], Cable] = {}
        self._loop = asyncio.get_running_loop()
        self._disks = disks
        self._compose = compose

    @property
    def now_s(self) -> float:
        """Return the virtual time."""
        return self._loop.time()

    @property
    def honest(self) -> list[Box]:
        """Return the boxes that do not lie."""
        return [box for box in self.boxes if box.plan.lie is None]

    async def add(self, plan: BoxPlan) -> Box:
        """Set up one more box and switch it on."""
        box = Box(plan, self._disks, self.ledger, self._compose)
        if plan.lie is not None:
            self.watch.distrust(plan.name)
        self.boxes.append(box)
        await box.start()
        return box

    # Links ---------------------------------------------------------------------------------

    def link(self, dialler: Box, acceptor: Box, medium: Medium | None = None) -> None:
        """Connect two boxes, unless they are connected, are one, or one is off."""
        key = frozenset((dialler.name, acceptor.name))
        if key in self.cables and self.cables[key].up:
            return
        if dialler is acceptor or not (dialler.up and acceptor.up):
            return
        cable = Cable(
            (dialler.name, dialler.node_id),
            (acceptor.name, acceptor.node_id),
            self.random.randbytes(32),
            medium or self.plan.medium,
        )
        self.cables[key] = cable
        self.watch.follow(cable)
        dialler.serve(cable.dialler)
        acceptor.serve(cable.acceptor)

    def neighbours(self, box: Box) -> list[Box]:
        """Return the boxes that ``box`` is connected with."""
        others = {
            name
            for key, cable in self.cables.items()
            if cable.up and box.name in key
            for name in key - {box.name}
        }
        return [other for other in self.boxes if other.name in others]

    def cut(self, where: Callable[[frozenset[str]], bool] = lambda _: True) -> None:
        """Cut every link whose pair of names ``where`` says so."""
        for key, cable in list(self.cables.items()):
            if where(key):
                cable.cut()
                del self.cables[key]

    def islands(self, count: int, boxes: Iterable[Box] | None = None) -> None:
        """Cut the world into islands, each a ring with chords across it."""
        members = [box for box in (self.honest if boxes is None else boxes) if box.up]
        isle = {box.name: self.random.randrange(count) for box in members}
        self.cut(lambda key: len({isle.get(name, -1) for name in key}) > 1)
        for number in range(count):
            ring = [box for box in members if isle[box.name] == number]
            self.random.shuffle(ring)
            for at, box in enumerate(ring):
                self.link(box, ring[(at + 1) % len(ring)])
                if len(ring) > 3 and self.random.random() < CHORD:
                    self.link(box, self.random.choice(ring))

    def backbone(self) -> None:
        """Connect the boxes that have space and carry everything in one ring of their own."""
        whole = [box for box in self.honest if box.roomy and box.plan.carried is None and box.up]
        for at, box in enumerate(whole):
            self.link(box, whole[(at + 1) % len(whole)])

    def silence_one(self) -> None:
        """Let one link lose everything without telling its ends."""
        cables = [cable for cable in self.cables.values() if cable.up]
        if cables:
            self.random.choice(cables).fall_silent()

    # Boxes ---------------------------------------------------------------------------------

    async def crash(self, box: Box) -> None:
        """Take the power from a box; its links end."""
        self.cut(lambda key: box.name in key)
        await box.crash()

    async def inject(self, box: Box, envelopes: Sequence[Envelope]) -> list[Envelope]:
        """Bring signed envelopes to a box, as from a stick; what it stores is promised.

        Returns:
            Those that it did not take now.
        """

        def work(tx: Transaction) -> list[Taken]:
            wall_ms = box.clock.wall_ms()
            return [tx.take(each, 0, wall_ms, Ranges()) for each in envelopes]

        for each in envelopes:
            self.ledger.note_signed(each)
        try:
            taken = await box.store.write(work)
        except RefusedError:
            return list(envelopes)
        left: list[Envelope] = []
        for each, became in zip(envelopes, taken, strict=True):
            if became == "stored":
                self.ledger.promise(each, box.name, self.now_s)
            elif became == "refused":
                left.append(each)
        return left

    async def room_of(self, box: Box) -> RoomId:
        """Return a room that people of ``box`` write in: ``everyone``, or one they like best."""
        known = {room.id for room in await box.node.rooms.all(None)}
        rooms = [r for r in self.plan.rooms if box.plan.carries(r) and r.hex() in known]
        liked = rooms[box.plan.seed % len(rooms)] if rooms else EVERYONE
        return self.random.choice((EVERYONE, liked))
