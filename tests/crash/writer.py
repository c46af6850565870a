"""The process that is recorded: people write, and each answer is told to a file at once.

Run as ``python -m tests.crash.writer DATA_DIR TOLD SEED END``; END is ``killed`` or ``closed``.
"""

import asyncio
import os
import random
import sys
from pathlib import Path
from typing import Final

from node.protocol.ids import EVERYONE, RoomId
from node.protocol.kinds import Category
from node.runtime.messages import Post
from node.runtime.sessions import Session
from tests.crash.opened import Opened, opened
from tests.crash.told import Box, Fact, Message, Person, Room, to_line

PEOPLE: Final = 3
BURSTS: Final = 36
MOST_AT_ONCE: Final = 4
MOST_CHARS: Final = 1_500
IDLE_AFTER: Final = (12, 24)
IDLE_S: Final = 0.6
"""Longer than the writer waits before it counts as idle, checkpoints and fills its index."""

KILLED: Final = "killed"
CLOSED: Final = "closed"


class Life:
    """One process's life of a node."""

    def __init__(self, told: Path, seed: int) -> None:
        self._told = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._rnd = random.Random(seed)  # noqa: S311 - replays
        self._seed = seed
        self._posted = 0
        self._sessions: list[Session] = []
        self._rooms: list[RoomId] = [EVERYONE]

    async def live(self, box: Opened) -> None:
        """Introduce people, make a room, and post in bursts with pauses between."""
        self._tell(Box(box.id))
        for number in range(PEOPLE):
            introduced, _ = await box.node.people.introduce(f"Ana {number}", None, None)
            self._tell(Person(introduced.user.id, introduced.token))
            self._sessions.append(Session(introduced.user, introduced.token))
        room = await box.node.rooms.create(self._sessions[0].user, f"Gym {self._seed}")
        self._tell(Room(room.id, room.name))
        self._rooms.append(RoomId(bytes.fromhex(room.id)))
        for burst in range(BURSTS):
            at_once = self._rnd.randint(1, MOST_AT_ONCE)
            await asyncio.gather(*(self._post(box) for _ in range(at_once)))
            if burst in IDLE_AFTER:
                await asyncio.sleep(IDLE_S)

    async def _post(self, box: Opened) -> None:
        self._posted += 1
        session, room = self._rnd.choice(self._sessions), self._rnd.choice(self._rooms)
        text = f"{self._seed}/{self._posted} " + "x" * self._rnd.randrange(MOST_CHARS)
        post = Post(
            text.strip(),
            category=self._rnd.choice((None, Category.SAFE, Category.INFO)),
            urgent=self._rnd.randrange(10) == 0,
            client_id=f"{self._seed}-{self._posted}",
        )
        stored = await box.node.messages.post(session.user, room, post)
        self._tell(
            Message(
                client_id=post.client_id or "",
                token=session.token,
                room=stored.room_id,
                id=stored.id,
                text=stored.text,
                cursor=stored.cursor,
                hlc=stored.hlc,
            )
        )

    def _tell(self, fact: Fact) -> None:
        os.write(self._told, to_line(fact))


async def main(folder: Path, told: Path, seed: int, end: str) -> None:
    """Live once; end in order, or as if killed."""
    async with opened(folder) as box:
        await Life(told, seed).live(box)
        if end == KILLED:
            os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
