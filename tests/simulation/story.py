"""What happens in a world, from the first box to the last silence."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.simulation import verdict
from tests.simulation.box import Box
from tests.simulation.composing import Compose
from tests.simulation.disk import Disk, Disks
from tests.simulation.misfortune import damage, ids, renew
from tests.simulation.people import People
from tests.simulation.plan import WorldPlan
from tests.simulation.world import World

if TYPE_CHECKING:
    from node.protocol.ids import EnvelopeId

CHATTER_S: Final = 240.0
CHATTER_PER_S: Final = 0.5

NIGHT_S: Final = 93_600.0
"""26 h with every box on and no link up: short lives end, and what is gone becomes told."""

SETTLE_STEP_S: Final = 60.0
SETTLE_S: Final = 600.0
"""Within so long after a change everybody agrees: differing digests are seen in 45 s at most."""

ATTEMPTS: Final = 7
"""Times to agree, with a night in between and other links after it.

What ended everywhere while somebody had not seen it is told after a day, neighbour by neighbour:
who has only neighbours that do not know it either learns of it a day later than they.
"""

QUIET_S: Final = 1_800.0
QUIET_LINK_BYTES: Final = 40_000
"""Of one link, both ways, in that time: 120 keepalives of 40 bytes, and three to six exchanges."""

DAMAGED: Final = 3
"""Envelopes that vanish from one disk."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a world ended."""

    faults: list[str]
    """What must not be; empty in a good world."""
    digest: str
    """Of everything that happened."""
    newest: list[str]
    """The last notes of the trace."""
    envelopes: int
    """Crossings of envelopes."""
    committed: int
    """Commits of envelopes, over all boxes."""
    promises: int
    """Envelopes that a box acknowledged to whoever wrote them."""
    custody: int
    """Times that a box knows of another one that it has an envelope."""
    damaged: int
    """Envelopes that vanished from one disk."""
    settled_s: float
    """Virtual time from the last change until all agreed."""
    quiet_bytes: int
    turns: int
    """Of the loop."""

    @property
    def crossings_per_commit(self) -> float:
        """Return how often an envelope crossed a link for each time it was stored from one."""
        return self.envelopes / max(1, self.committed - self.promises)


class Story:
    """Drives one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = People(world)
        self._chance = world.random
        self.damaged: set[EnvelopeId] = set()

    async def tell(self) -> None:
        """Let everything happen but the ending."""
        world, plan = self._world, self._world.plan
        for box_plan in plan.boxes:
            box = await world.add(box_plan)
            await box.introduce(f"person of {box.name}")
        await world.inject(world.boxes[0], plan.founding)
        world.islands(1)
        world.backbone()
        await asyncio.sleep(60)
        await self._people.chatter(CHATTER_S, CHATTER_PER_S)
        victim = self._chance.choice(world.boxes[1:])
        backup = victim.disk.copy(plan.seed)
        world.islands(2 + plan.seed % 2)
        await self._people.chatter(CHATTER_S, CHATTER_PER_S)
        if plan.restores:
            await self._restore(victim, backup)
        if plan.forks:
            await self._fork(victim)
        await self._damage()
        world.islands(3)
        world.silence_one()
        await self._people.chatter(CHATTER_S, CHATTER_PER_S)
        await self._night()
        await self._join_late()

    async def _restore(self, victim: Box, backup: Disk) -> None:
        world = self._world
        await world.crash(victim)
        world.ledger.lose_disk(victim.node_id, ids(backup))
        renew(backup)
        victim.insert(backup)
        await victim.start()

    async def _fork(self, victim: Box) -> None:
        world = self._world
        whole = [box for box in world.boxes if box.roomy and box.plan.carried is None]
        one, other, *_ = self._chance.sample(whole, len(whole))
        await self._people.fork(one, other, world.plan.rooms[0])
        stranger = self._chance.choice([box for box in whole if box is not victim])
        await self._people.forge_own_log(victim, stranger)

    async def _damage(self) -> None:
        """Take the power from a box and some envelopes from its disk, and start it again."""
        world = self._world
        box = self._chance.choice([box for box in world.boxes if box.roomy])
        await world.crash(box)
        others = {other.node_id for other in world.boxes if other.roomy and other is not box}
        self.damaged = damage(
            box.disk,
            self._chance,
            DAMAGED,
            lambda each: len(others & world.ledger.committed[each]) > 1,
        )
        await box.start()

    async def _night(self) -> None:
        self._world.cut()
        await asyncio.sleep(NIGHT_S)

    async def _join_late(self) -> None:
        """Two boxes that were apart meet at one hub at once, where also the newcomers are."""
        world, plan = self._world, self._world.plan
        late = await world.add(plan.late)
        await late.introduce("person of late")
        liars = [await world.add(liar) for liar in plan.liars]
        whole = [b for b in world.honest if b is not late and b.plan.carried is None]
        hub, *others = self._chance.sample(whole, len(whole))
        for other in others[:2]:
            world.link(other, hub)
        for liar in liars:
            world.link(liar, late)
            world.link(hub, liar)
        if not liars:
            world.link(late, hub)
        await self._people.chatter(120, CHATTER_PER_S)
        if liars:
            await self._night_with(liars)
        world.islands(1)
        world.backbone()
        await self._people.chatter(CHATTER_S, CHATTER_PER_S)

    async def _night_with(self, liars: list[Box]) -> None:
        """Give the lies the time after which they would be believed."""
        names = {liar.name for liar in liars}
        self._world.cut(lambda key: not names & key)
        await asyncio.sleep(600)
        await self._night()
        for liar in liars:
            for box in self._chance.sample(self._world.honest, 2):
                self._world.link(liar, box)


async def settle(world: World) -> float:
    """Wait until all have seen the same and lost nothing; return how long that took."""
    began_s = world.now_s
    for attempt in range(ATTEMPTS):
        if attempt:
            world.cut()
            await asyncio.sleep(NIGHT_S)
            world.islands(1)
            world.backbone()
        deadline_s = world.now_s + SETTLE_S
        while world.now_s < deadline_s:
            await asyncio.sleep(SETTLE_STEP_S)
            if not verdict.different_rows(world) and not verdict.lost(world):
                return world.now_s - began_s
    return world.now_s - began_s


async def tell(plan: WorldPlan, disks: Disks, compose: Compose) -> Outcome:
    """Run a whole world and judge it; call within a virtual loop, with ``disks`` mounted."""
    world = World(plan, disks, compose)
    story = Story(world)
    await story.tell()
    settled_s = await settle(world)
    faults = [*verdict.different_rows(world), *verdict.lost(world), *verdict.vanished(world)]
    faults += [*verdict.poisoned(world), *await verdict.overstated(world)]
    quiet_bytes = await _be_quiet(world, faults)
    faults += world.watch.faults
    faults += [fault for box in world.boxes for fault in box.faults]
    outcome = Outcome(
        faults=faults,
        digest=world.trace.digest(),
        newest=list(world.trace.newest),
        envelopes=world.watch.crossings,
        committed=sum(map(len, world.ledger.committed.values())),
        promises=len(world.ledger.promises),
        custody=await verdict.counted(world),
        damaged=len(story.damaged),
        settled_s=settled_s,
        quiet_bytes=quiet_bytes,
        turns=getattr(asyncio.get_running_loop(), "turns", 0),
    )
    for box in world.boxes:
        await world.crash(box)
        box.disk.close()
    return outcome


async def _be_quiet(world: World, faults: list[str]) -> int:
    """Listen for a while to boxes that agree; return the bytes that crossed."""
    world.watch.begin_quiet()
    await asyncio.sleep(QUIET_S)
    world.watch.end_quiet()
    faults += [f"not quiet: {each}" for each in world.watch.loud]
    crossed = sum(world.watch.bytes.values())
    links = sum(cable.up for cable in world.cables.values())
    if crossed > links * QUIET_LINK_BYTES:
        faults.append(f"not quiet: {crossed} bytes over {links} links in {QUIET_S:.0f} s")
    return crossed
