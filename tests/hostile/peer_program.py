"""The enemy's program: takes orders, a line of JSON each, and says what came of them.

Run as ``python -m tests.hostile.peer_program``.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from node.protocol.ids import EVERYONE, RoomId
from node.sync.frames import Close, CloseReason, Keepalive, Rows, RowsMode, Want
from tests.fakes.authors import RemoteAuthor
from tests.hostile.peer_crowds import CROWDS
from tests.hostile.peer_enemy import HELLO, Enemy, in_turn
from tests.hostile.peer_floods import TOLERATED, Known, data, envelope, rows
from tests.hostile.peer_offences import NOTHING_WRONG, OFFENCES
from tests.hostile.peer_sessions import mutated

AT_ONCE: Final = 4
DONORS: Final = 300
LEARNT: Final = 300
"""Rows of the node that an enemy goes on to speak of; as many as fit any frame."""
LAST_WORDS_S: Final = 3.0
"""What a node may take to say why it closed."""


_LEARNT: Final[dict[int, Known]] = {}


async def learn(port: int, seed: int) -> Known:
    """Return what anybody may learn: the node's rows and digests."""
    rng = random.Random(seed)  # noqa: S311 - replays
    if port in _LEARNT:
        return replace(_LEARNT[port], rng=rng)
    known = Known(rng)
    with await Enemy.greeted(port, "spy") as enemy:
        enemy.say(rows(RowsMode.ALL))
        while True:
            frame = await enemy.hear()
            if isinstance(frame, Rows):
                known.rows += frame.rows
                if frame.turn_ends:
                    enemy.say(Want(len(known.rows)).encode())
                    del known.rows[LEARNT:]
            if isinstance(frame, Keepalive) and frame.summary is not None:
                known.digests = frame.summary
                _LEARNT[port] = known
                return known
            assert frame is not None, enemy.reason


async def donate(port: int) -> int:
    """Bring honest messages of many people, so that there is something to attack."""
    people = [RemoteAuthor(f"donor {number}") for number in range(DONORS)]
    said = (data(*(each.says(f"hello of {each.name}").exact for _ in range(3))) for each in people)
    await in_turn(port, "donor", said)
    return DONORS


async def flood(port: int, name: str, seconds: float) -> dict[str, Any]:
    """Pour one flood over the node, link after link; return how much, and how links ended."""
    known = await learn(port, 1)
    ends_s, sent, endings = time.monotonic() + seconds, 0, Counter[str]()
    while time.monotonic() < ends_s:
        with await Enemy.greeted(port) as enemy:
            listening = asyncio.create_task(enemy.listen())
            with suppress(ConnectionError, TimeoutError):
                for frame in TOLERATED[name](known):
                    if enemy.over or time.monotonic() >= ends_s:
                        break
                    enemy.say(frame)
                    await enemy.flush()
                    await asyncio.sleep(0)
                    sent += 1
            await asyncio.wait([listening], timeout=LAST_WORDS_S if enemy.over else 0)
            listening.cancel()
            endings[_told(enemy.reason)] += 1
    return {"sent": sent, "endings": endings}


async def offend(port: int, name: str) -> str:
    """Send what may not be sent; return what the node said it was."""
    known = await learn(port, 2)
    frames = [Keepalive(0).encode()] if name == NOTHING_WRONG else OFFENCES[name].frames(known)
    enemy = await in_turn(port, "offender", frames)
    return "done" if enemy is None else _told(enemy)


async def trespass(port: int) -> str:
    """Bring messages of a room that this side does not carry; return how the link ended."""
    elsewhere = RoomId(bytes(32))
    known = Known(random.Random(3))  # noqa: S311 - replays
    hello = replace(HELLO, rooms=frozenset({EVERYONE}))
    with await Enemy.greeted(port, "trespasser", hello) as enemy:
        foreign = (envelope(known, "trespasser", room=elsewhere).exact for _ in range(100))
        enemy.say(data(*foreign), Close(CloseReason.DONE).encode())
        return _told(await enemy.ended())


async def mutate(port: int, sessions: int, seed: int) -> dict[str, Any]:
    """Run sessions with something wrong in each; return how they ended, by what was wrong."""
    known = await learn(port, seed)
    outcomes, numbers = Counter[str](), iter(range(sessions))

    async def work() -> None:
        for number in numbers:
            mutation, reason = await mutated(port, number, known)
            outcomes[f"{mutation}: {reason}"] += 1

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return {"outcomes": outcomes}


async def crowd(port: int, name: str) -> Any:  # noqa: ANN401 - JSON
    """Come in numbers."""
    return await CROWDS[name](port)


def _told(reason: object) -> str:
    return str(getattr(reason, "name", "ended")).lower()


ORDERS: Final[dict[str, Callable[..., Awaitable[Any]]]] = {
    "donate": donate,
    "flood": flood,
    "offend": offend,
    "trespass": trespass,
    "mutate": mutate,
    "crowd": crowd,
}


def main() -> None:
    """Obey until nobody gives orders."""
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(asyncio.run(ORDERS[order.pop("do")](**order))), flush=True)  # type: ignore[arg-type]  # noqa: T201


if __name__ == "__main__":
    main()
