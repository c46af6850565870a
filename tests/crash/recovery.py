"""Starts a node on what a power cut left, and says what is missing."""

import sqlite3
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from node.contract.problems import RefusedError
from node.protocol.ids import EVERYONE, RoomId
from node.runtime.messages import Post
from node.store.opening import OpeningError
from tests.crash import logbook, told
from tests.crash.opened import Opened, opened

ALL: Final = 100_000


class Kind(Enum):
    """What can be wrong after a power cut."""

    SHUT = "does not start"
    LOST = "lost"
    DAMAGED = "damaged"


class Fault(NamedTuple):
    """One thing that is wrong."""

    kind: Kind
    what: str


async def faults(folder: Path, facts: Sequence[told.Fact]) -> list[Fault]:
    """Return all that is wrong with the data directory where ``facts`` had been told."""
    try:
        async with opened(folder) as box:
            found = [Fault(Kind.LOST, what) for what in await _lost(box, facts)]
            await _use(box)
        damage = logbook.faults(box.data_file)
    except (OpeningError, sqlite3.Error, RefusedError) as error:
        return [Fault(Kind.SHUT, f"{type(error).__name__}: {error}")]
    return found + [Fault(Kind.DAMAGED, what) for what in damage]


async def _lost(box: Opened, facts: Sequence[told.Fact]) -> list[str]:
    rooms = {room.id: room.name for room in await box.node.rooms.all(None)}
    stored = {
        message.id: (message.text, message.room_id, message.cursor, message.hlc)
        for message in await box.store.arrived(None, ALL, 0)
    }
    lost: list[str] = []
    for fact in facts:
        match fact:
            case told.Box():
                held = box.id == fact.id
            case told.Person():
                session = await box.node.people.session(fact.token)
                held = session is not None and session.user.id == fact.id
            case told.Room():
                held = rooms.get(fact.id) == fact.name
            case told.Message():
                held = stored.get(fact.id) == (fact.text, fact.room, fact.cursor, fact.hlc)
            case _:
                held = True
        if not held:
            lost.append(str(fact)[:200])
    return lost + [str(fact)[:200] for fact in await _twice(box, facts)]


async def _twice(box: Opened, facts: Sequence[told.Fact]) -> list[told.Message]:
    """Send the newest message again; return it when it was not known for the one it is."""
    messages = [fact for fact in facts if isinstance(fact, told.Message)]
    for fact in messages[-1:]:
        session = await box.node.people.session(fact.token)
        if session is None:
            return [fact]
        again = Post(fact.text, client_id=fact.client_id)
        room = RoomId(bytes.fromhex(fact.room))
        if (await box.node.messages.post(session.user, room, again)).id != fact.id:
            return [fact]
    return []


async def _use(box: Opened) -> None:
    """Write to the node: what only answers questions after a power cut is of no use."""
    introduced, _ = await box.node.people.introduce("Newcomer", None, None)
    await box.node.messages.post(introduced.user, EVERYONE, Post("the power is back"))
