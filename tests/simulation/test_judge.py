"""The judge of worlds sees what is wrong: each rule with a box that breaks it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from node.contract.clock import ClockQuality
from node.protocol.frontier import Row
from node.protocol.ids import EVERYONE, EnvelopeId
from node.runtime.messages import Post
from tests.simulation import verdict
from tests.simulation.disk import Disks
from tests.simulation.flood import Habits, flooding
from tests.simulation.ledger import look
from tests.simulation.loop import run
from tests.simulation.misfortune import damage, ids, renew
from tests.simulation.net import Medium
from tests.simulation.people import People
from tests.simulation.plan import BoxPlan, Storage, WorldPlan
from tests.simulation.world import World

BOXES: Final = 3
FAST: Final = Medium(0.001, 1e7)

Scene = Callable[[World], Awaitable[list[str]]]


def act(scene: Scene, habits: Habits | None = None) -> list[str]:
    """Return what ``scene`` finds in a small world of boxes that flood and have written a lot."""

    async def main() -> list[str]:
        world = World(WorldPlan.of(1), disks, flooding(habits))
        for number in range(BOXES):
            plan = BoxPlan(
                f"b{number}", number, None, Storage.LARGE, 0, 0.0, ClockQuality.REFERENCE
            )
            box = await world.add(plan)
            await box.introduce(box.name)
        await world.inject(world.boxes[0], world.plan.founding)
        world.islands(1)
        people = People(world)
        await people.chatter(120, 1.0)
        world.cut()
        await people.chatter(60, 1.0)
        world.islands(1)
        await asyncio.sleep(60)
        return await scene(world)

    disks = Disks()
    with disks.mounted():
        return run(main())


async def all_faults(world: World) -> list[str]:
    """Return everything the judge complains of, a quiet time included."""
    world.watch.begin_quiet()
    await asyncio.sleep(300)
    world.watch.end_quiet()
    return [
        *verdict.different_rows(world),
        *verdict.lost(world),
        *verdict.vanished(world),
        *verdict.poisoned(world),
        *await verdict.overstated(world),
        *world.watch.faults,
        *world.watch.loud,
        *(fault for box in world.boxes for fault in box.faults),
    ]


def test_boxes_that_do_right_are_not_complained_of() -> None:
    async def scene(world: World) -> list[str]:
        assert len(world.ledger.promises) > 100
        assert all(len(held) == BOXES for held in world.ledger.committed.values())
        return await all_faults(world)

    assert act(scene) == []


@pytest.mark.parametrize(
    ("habits", "complaint"),
    [
        (Habits(drops=lambda exact: look(exact).id[0] < 16), "lacks"),
        (Habits(drops=lambda exact: look(exact).id[0] < 16), "rows of"),
        (Habits(repeats=True), "twice on"),
        (Habits(chatters=True), "Data("),
    ],
    ids=["lost", "rows", "twice", "loud"],
)
def test_a_bad_habit_is_complained_of(habits: Habits, complaint: str) -> None:
    assert any(complaint in fault for fault in act(all_faults, habits))


def test_damage_that_nobody_repairs_is_complained_of() -> None:
    async def scene(world: World) -> list[str]:
        gone = damage(world.boxes[1].disk, world.random, 3, lambda _: True)
        assert len(gone) == 3
        return verdict.lost(world)

    found = act(scene)
    assert len(found) == 3
    assert all("b1 lacks" in each for each in found)


def test_a_promise_that_nobody_has_any_more_is_complained_of() -> None:
    async def scene(world: World) -> list[str]:
        world.cut()
        box = world.boxes[0]
        message = await box.node.messages.post(box.users[0], EVERYONE, Post("only here"))
        exact = await box.node.messages.envelope(EnvelopeId(bytes.fromhex(message.id)))
        world.ledger.promise(look(exact), box.name, world.now_s)
        assert verdict.vanished(world) == []
        box.disk.db.execute("DELETE FROM envelope WHERE exact = ?", (exact,))
        return verdict.vanished(world)

    assert len(act(scene)) == 1


def test_a_replaced_disk_breaks_no_promise_but_its_own() -> None:
    async def scene(world: World) -> list[str]:
        box = world.boxes[0]
        backup = box.disk.copy(9)
        world.cut()
        await People(world).chatter(30, 1.0)
        own = {i for i, p in world.ledger.promises.items() if p.box == box.name and p.at_s > 200}
        await world.crash(box)
        world.ledger.lose_disk(box.node_id, ids(backup))
        renew(backup)
        box.insert(backup)
        await box.start()
        assert own
        assert own <= world.ledger.void
        world.islands(1)
        await asyncio.sleep(60)
        return [*verdict.lost(world), *verdict.vanished(world)]

    assert act(scene) == []


def test_custody_of_who_never_stored_it_is_complained_of() -> None:
    async def scene(world: World) -> list[str]:
        assert await verdict.overstated(world) == []
        for nodes in world.ledger.committed.values():
            nodes -= {box.node_id for box in world.boxes[1:]}
        world.boxes[0].disk.db.execute(
            "INSERT INTO custody (arrival, peer_no) SELECT arrival, 99 FROM envelope WHERE shown"
        )
        return await verdict.overstated(world)

    assert act(scene)


def test_a_head_beyond_what_was_signed_is_complained_of() -> None:
    async def scene(world: World) -> list[str]:
        db = world.boxes[2].disk.db
        log_no, frontier = db.execute("SELECT log_no, frontier FROM log").fetchone()
        row = Row.decode(bytes(frontier))
        raised = Row(row.handle, row.head + 1_000, row.tip, row.holes, row.forked)
        db.execute("UPDATE log SET frontier = ? WHERE log_no = ?", (raised.encode(), log_no))
        return verdict.poisoned(world)

    assert len(act(scene)) == 1
