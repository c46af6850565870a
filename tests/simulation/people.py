"""What people do in a world: they write, on their boxes and by keys of their own."""

import asyncio
import random
from dataclasses import replace
from typing import Final

from node.contract.problems import RefusedError
from node.protocol.envelope import Envelope, seal
from node.protocol.ids import EnvelopeId, RoomId
from node.protocol.keys import SigningKey
from node.protocol.kinds import Category, Message, to_body
from node.runtime.messages import Post
from tests.fakes.authors import RemoteAuthor
from tests.simulation.box import Box
from tests.simulation.ledger import look
from tests.simulation.world import World

LIVES_S: Final = (3_600, 86_400, 432_000, 2_592_000, 2_592_000)
"""Mixed within one log: from the shortest there is to the longest."""

LOCAL: Final = 0.6
"""Share of what is written by the use cases; the rest is signed elsewhere and brought."""

CATEGORIES: Final = (None, None, None, Category.SAFE, Category.HELP, Category.OFFER)


class People:
    """Writes at random moments, at random boxes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = random.Random(world.plan.seed + 1)  # noqa: S311 - it must replay
        self._authors = [RemoteAuthor(f"author {n} of {world.plan.seed}") for n in range(3)]
        self._count = 0
        self._waiting: list[Envelope] = []
        """Signed, and not taken by the box it was brought to: tried again at another one."""

    async def chatter(self, seconds: float, per_s: float) -> None:
        """Let people write for a while, as a Poisson process."""
        end_s = self._world.now_s + seconds
        while True:
            pause_s = self._random.expovariate(per_s)
            if self._world.now_s + pause_s >= end_s:
                await asyncio.sleep(end_s - self._world.now_s)
                return
            await asyncio.sleep(pause_s)
            boxes = [box for box in self._world.honest if box.up]
            if self._random.random() < LOCAL:
                await self._post(self._random.choice(boxes))
            else:
                await self._bring(self._random.choice([box for box in boxes if box.roomy]))

    async def _post(self, box: Box) -> None:
        if not box.users:
            return
        room = await self._world.room_of(box)
        user, text = self._random.choice(box.users), self._text()
        urgent = self._random.random() < 0.1
        post = Post(text, self._random.choice(CATEGORIES), urgent=urgent)
        try:
            message = await box.node.messages.post(user, room, post)
        except RefusedError:
            return  # a full box says so; nothing was promised
        exact = await box.node.messages.envelope(EnvelopeId(bytes.fromhex(message.id)))
        self._world.ledger.promise(look(exact), box.name, self._world.now_s)

    async def _bring(self, box: Box) -> None:
        room = await self._world.room_of(box)
        author = self._random.choice(self._authors)
        ttl_s = self._random.choice(LIVES_S)
        category = self._random.choice(CATEGORIES)
        said = author.says(self._text(), room=room, category=category, ttl_s=ttl_s)
        self._waiting = await self._world.inject(box, [*self._waiting, said])

    def _text(self) -> str:
        self._count += 1
        return f"{self._count} " + "word " * self._random.randrange(1, 120)

    async def fork(self, one: Box, other: Box, room: RoomId) -> None:
        """Let one author go on on two boxes at once, from the same position."""
        author = self._authors[0]
        twin = author.twin()
        await self._world.inject(one, [author.says(self._text(), room=room) for _ in range(3)])
        await self._world.inject(other, [twin.says(self._text(), room=room) for _ in range(5)])

    async def forge_own_log(self, victim: Box, other: Box) -> Envelope | None:
        """Bring to ``other`` what a stolen key of ``victim`` wrote into a log that goes on there.

        Returns:
            What was forged; None when nothing was written there yet.
        """
        last = _last_own(victim)
        if last is None:
            return None
        key, envelope = last
        body = to_body(Message(self._text(), None))
        forged = seal(key, replace(envelope.payload, body=body))
        await self._world.inject(other, [forged])
        return forged


def _last_own(box: Box) -> tuple[SigningKey, Envelope] | None:
    """Return the newest message that a person of ``box`` wrote there in its present epoch."""
    seeds = {
        SigningKey(bytes(seed)).verify_key: SigningKey(bytes(seed))
        for (seed,) in box.disk.db.execute("SELECT seed FROM person ORDER BY author_no")
    }
    epoch = box.disk.db.execute("SELECT epoch FROM store").fetchone()[0]
    rows = box.disk.db.execute(
        "SELECT exact FROM envelope WHERE shown AND exact NOT NULL ORDER BY arrival DESC"
    )
    for (exact,) in rows:
        envelope = look(exact)
        if envelope.payload.author in seeds and envelope.payload.epoch == epoch:
            return seeds[envelope.payload.author], envelope
    return None
