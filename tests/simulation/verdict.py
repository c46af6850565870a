"""What must hold at the end of a world, found out from outside: from disks, ledger and watch."""

from collections.abc import Iterable, Iterator
from typing import Final

from node.protocol.frontier import Row
from node.protocol.ids import EVERYONE, EnvelopeId, LogHandle, RoomId
from tests.simulation.box import Box
from tests.simulation.ledger import look
from tests.simulation.world import World

MARGIN_S: Final = 1_800.0
"""What lives no longer than this may be dropped here and still held there."""

PAGE: Final = 200

MAX_TOLD: Final = 20
"""Complaints of one kind that are told."""


def seen(box: Box, room: RoomId) -> dict[LogHandle, Row]:
    """Return the open rows of a box in ``room``."""
    query = (
        "SELECT frontier FROM log JOIN room USING (room_no)"
        " WHERE room.id = ? AND head > 0 AND NOT coalesce(closed, 0)"
    )
    rows = (Row.decode(bytes(row)) for (row,) in box.disk.db.execute(query, (room,)))
    return {row.handle: row for row in rows}


def held(box: Box) -> set[EnvelopeId]:
    """Return the ids of what a box has with its bytes."""
    query = "SELECT exact FROM envelope WHERE exact NOT NULL"
    return {look(bytes(exact)).id for (exact,) in box.disk.db.execute(query)}


def groups(world: World, members: Iterable[Box]) -> Iterator[list[Box]]:
    """Return the members that are joined by links among themselves, group by group."""
    left = {box.name: box for box in members}
    while left:
        _, first = left.popitem()
        group, todo = [first], [first]
        while todo:
            for other in world.neighbours(todo.pop()):
                if left.pop(other.name, None) is not None:
                    group.append(other)
                    todo.append(other)
        yield group


def different_rows(world: World) -> list[str]:
    """Return where boxes that are joined through carriers of a room have seen something else."""
    found: list[str] = []
    for room in (EVERYONE, *world.plan.rooms):
        carriers = [box for box in world.honest if box.plan.carries(room)]
        for group in groups(world, carriers):
            base, *others = group
            mine = seen(base, room)
            for other in others:
                theirs = seen(other, room)
                differing = [h for h in {*mine, *theirs} if mine.get(h) != theirs.get(h)]
                found += [
                    f"rows of {base.name} and {other.name} differ:"
                    f" {_shown(mine.get(h))} against {_shown(theirs.get(h))}"
                    for h in sorted(differing)
                ]
    return found[:MAX_TOLD]


def lost(world: World) -> list[str]:
    """Return what was promised, is still alive, and is not where it has to be.

    It has to be at every box that has space and carries its room, if such boxes are joined with
    one that was given it or has it. A box without space may have dropped it.
    """
    found: list[str] = []
    holdings = {box.name: held(box) for box in world.honest}
    for room in (EVERYONE, *world.plan.rooms):
        carriers = [b for b in world.honest if b.roomy and b.plan.carries(room)]
        for group in groups(world, carriers):
            names = {box.name for box in group}
            anywhere = set[EnvelopeId]().union(*(holdings[name] for name in names))
            for envelope_id, promise in world.ledger.promises.items():
                if promise.envelope.payload.room != room or envelope_id in world.ledger.void:
                    continue
                given = promise.box in names or envelope_id in anywhere
                if not given or not promise.lives_beyond(world.now_s + MARGIN_S):
                    continue
                found += [
                    f"{name} lacks {_log(envelope_id, world)} promised by {promise.box}"
                    f" at {promise.at_s:.0f} s"
                    for name in sorted(names)
                    if envelope_id not in holdings[name]
                ]
    return found[:MAX_TOLD]


def vanished(world: World) -> list[str]:
    """Return what was promised, is still alive, and nobody at all has any more.

    Boxes without space may drop what another box has stored; whoever drops the last one of what
    nobody ever took over from it breaks the promise.
    """
    everywhere = set[EnvelopeId]().union(*(held(box) for box in world.honest))
    return [
        f"nobody has {_log(envelope_id, world)} promised by {promise.box} at {promise.at_s:.0f} s"
        for envelope_id, promise in world.ledger.promises.items()
        if promise.lives_beyond(world.now_s + MARGIN_S)
        and envelope_id not in everywhere | world.ledger.void
        and len(world.ledger.committed[envelope_id]) == 1
    ][:MAX_TOLD]


async def overstated(world: World) -> list[str]:
    """Return messages of which a box says that more boxes stored them than did."""
    found: list[str] = []
    for box in world.honest:
        for room in (EVERYONE, *world.plan.rooms):
            for message in await _messages(box, room):
                committed = world.ledger.committed[EnvelopeId(bytes.fromhex(message[0]))]
                if message[1] > len(committed | {box.node_id}):
                    found.append(f"{box.name} says {message[1]} boxes, of {len(committed)}")
    return found[:MAX_TOLD]


async def counted(world: World) -> int:
    """Return how many times a box of the world knows of another one that it stored a message."""
    return sum(
        [
            boxes - 1
            for box in world.honest
            for room in (EVERYONE, *world.plan.rooms)
            for _, boxes in await _messages(box, room)
        ]
    )


async def _messages(box: Box, room: RoomId) -> list[tuple[str, int]]:
    """Return id and number of boxes of every message of a room that is shown."""
    if not any(known.id == room.hex() for known in await box.node.rooms.all(None)):
        return []
    found: list[tuple[str, int]] = []
    before: str | None = None
    while True:
        page = await box.node.messages.page(room, limit=PAGE, before=before)
        found += [(message.id, message.state.boxes) for message in page.items]
        if page.next is None:
            return found
        before = page.next


def poisoned(world: World) -> list[str]:
    """Return logs whose head is beyond what anybody signed."""
    return [
        f"{box.name} believes in head {row.head} of {handle.hex()}"
        for box in world.honest
        for room in (EVERYONE, *world.plan.rooms)
        for handle, row in seen(box, room).items()
        if row.head > world.ledger.heads.get(handle, 0)
    ][:MAX_TOLD]


def _shown(row: Row | None) -> str:
    if row is None:
        return "nothing"
    fork = " forked" if row.forked else ""
    holes = ",".join(f"{hole.first}-{hole.last}" for hole in row.holes)
    return f"{row.handle.hex()[:8]} head {row.head} tip {row.tip.hex()} holes [{holes}]{fork}"


def _log(envelope_id: EnvelopeId, world: World) -> str:
    payload = world.ledger.promises[envelope_id].envelope.payload
    return f"{payload.log.handle.hex()[:8]}/{payload.seq} (class {payload.class_})"
