"""Sessions that begin as an honest one, with one thing wrong in each."""

import asyncio
import random
import zlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Final

from node.net.handshake import Handshake
from node.net.identity import LinkIdentity
from node.net.proof import Role
from node.protocol.envelope import Envelope
from node.protocol.frontier import Row
from node.protocol.ranges import Ranges
from node.sync.frames import (
    Asked,
    Buckets,
    Close,
    CloseReason,
    Delta,
    Gone,
    Keepalive,
    LogScope,
    RepairAsk,
    RepairItem,
    RepairItems,
    RepairQuery,
    RepairReply,
    RowsMode,
    Stored,
    StoredEntry,
    Summary,
    Want,
    What,
)
from tests.hostile.peer_enemy import HELLO, LOOPBACK, WAIT_S, Enemy, key_of, source_of
from tests.hostile.peer_floods import Known, data, envelope, forged, negentropy, rows

NAMES: Final = 64
"""Identities the sessions come under."""

PEOPLE: Final = 8
"""Authors of the messages in them."""

Broken = Callable[[random.Random, list[bytes]], list[bytes]]
"""Frames with something wrong, made from honest ones."""


@cache
def _messages(name: str) -> list[Envelope]:
    """Return the same messages for the same name: the node keeps them once."""
    epochs = Known(random.Random(), ages=iter(range(10**6, 10**7)))  # noqa: S311 - not drawn from
    return [envelope(epochs, name, f"kept {number}") for number in range(3)]


def script(known: Known, rng: random.Random) -> list[bytes]:
    """Return what an honest dialler may say, HELLO first."""
    messages = _messages(f"honest {rng.randrange(PEOPLE)}")
    handle, head = messages[0].payload.log.handle, messages[0].payload.seq
    return [
        HELLO.encode(),
        rows(RowsMode.ALL, *(Row(each.payload.log.handle, 1, each.id[:4]) for each in messages)),
        Want(len(known.rows)).encode(),
        data(*(each.exact for each in messages)),
        Stored((StoredEntry(handle, Ranges.at([head]), messages[0].id[:4]),)).encode(),
        Delta((Row(handle, head, messages[0].id[:4]),)).encode(),
        Gone(((known.handle(), Ranges.at([1])),)).encode(),
        Keepalive(0).encode(),
        Close(CloseReason.DONE).encode(),
    ]


def _place(rng: random.Random, frames: list[bytes]) -> int:
    return rng.randrange(len(frames) - 1)


def _bit(rng: random.Random, frames: list[bytes]) -> list[bytes]:
    at = _place(rng, frames)
    broken = bytearray(frames[at])
    broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
    return [*frames[:at], bytes(broken), *frames[at + 1 :]]


def _cut(rng: random.Random, frames: list[bytes]) -> list[bytes]:
    at = _place(rng, frames)
    return [*frames[:at], frames[at][: 1 + rng.randrange(len(frames[at]))], *frames[at + 1 :]]


def _longer(rng: random.Random, frames: list[bytes]) -> list[bytes]:
    at = _place(rng, frames)
    return [*frames[:at], frames[at] + rng.randbytes(rng.randint(1, 2_000)), *frames[at + 1 :]]


def _shuffled(rng: random.Random, frames: list[bytes]) -> list[bytes]:
    return rng.sample(frames, len(frames))


def _twice(rng: random.Random, frames: list[bytes]) -> list[bytes]:
    at = _place(rng, frames)
    return [*frames[: at + 1], *frames[at:]]


def _left_out(rng: random.Random, frames: list[bytes]) -> list[bytes]:
    at = _place(rng, frames)
    return frames[:at] + frames[at + 1 :]


def _noise(rng: random.Random, frames: list[bytes]) -> list[bytes]:
    at = _place(rng, frames)
    return [*frames[:at], rng.randbytes(rng.randint(1, 65_000)), *frames[at:]]


def valid_frames(known: Known, rng: random.Random) -> list[bytes]:
    """Return frames of every type, each well-formed, in no order that makes sense."""
    handle = rng.choice([known.handle(), rng.choice(known.logs())])
    scope, flag = LogScope(handle), rng.random() < 1 / 2
    some = Ranges.of([(first := rng.randint(1, 10**6), first + rng.randrange(900))])
    items = tuple(RepairItem(What.HELD, 1 + n, rng.randbytes(32)) for n in range(rng.randrange(20)))
    made = [
        HELLO.encode(),
        *(rows(mode, *(known.invented(forked=flag) for _ in range(9))) for mode in RowsMode),
        Buckets(tuple(rng.randrange(1 << 48) for _ in range(256))).encode(),
        Want(1, (Asked(0, some),)).encode(),
        Want(0, (), ((handle, some),)).encode(),
        data(envelope(known, "honest 1", f"kept {rng.random()}").exact),
        data(forged(envelope(known, "honest 1").exact)),
        Gone(((handle, some),)).encode(),
        Stored((StoredEntry(handle, some, rng.randbytes(4)),)).encode(),
        Delta((known.invented(),)).encode(),
        RepairAsk(scope).encode(),
        RepairQuery(scope, flag, negentropy(rng.randrange(50), known)).encode(),
        RepairReply(scope, flag, negentropy(rng.randrange(50), known)).encode(),
        RepairItems(scope, flag, items).encode(),
        Keepalive(rng.randrange(1 << 60)).encode(),
        Keepalive(0, Summary(rng.randrange(1 << 60), (rng.randbytes(8),) * 4)).encode(),
    ]
    return rng.sample(made, len(made))


FRAMES: Final[dict[str, Broken]] = {
    "a bit turned": _bit,
    "a frame cut short": _cut,
    "a frame longer": _longer,
    "frames in another order": _shuffled,
    "a frame twice": _twice,
    "a frame left out": _left_out,
    "random bytes between": _noise,
}


async def _say_frames(enemy: Enemy, frames: Sequence[bytes]) -> None:
    enemy.say(*frames)
    await enemy.flush()


async def _broken_record(enemy: Enemy, rng: random.Random, frames: Sequence[bytes]) -> None:
    """Turn one bit of what goes over the wire."""
    stream = bytearray(b"".join(map(enemy.record, frames)))
    stream[rng.randrange(len(stream) - 1)] ^= 1 << rng.randrange(8)
    enemy.writer.write(stream)
    enemy.writer.write_eof()


async def _cut_record(enemy: Enemy, rng: random.Random, frames: Sequence[bytes]) -> None:
    """Break the connection in the middle of a record."""
    stream = b"".join(map(enemy.record, frames[:-1]))
    enemy.writer.write(stream[: rng.randrange(1, len(stream))])
    await enemy.flush()
    enemy.writer.transport.abort()


@cache
def _bomb_bytes() -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (deflater.compress(bytes(60_000_000)) + deflater.flush(zlib.Z_SYNC_FLUSH))[:65_000]


async def _bomb(enemy: Enemy, _rng: random.Random, frames: Sequence[bytes]) -> None:
    """Send a record of 60 KB that inflates to 60 MB, behind an honest beginning."""
    enemy.say(frames[0])
    sealed = enemy.secured.send.seal(_bomb_bytes())
    enemy.writer.write(len(sealed).to_bytes(2) + sealed)
    enemy.writer.write_eof()


async def _wild(enemy: Enemy, rng: random.Random, frames: Sequence[bytes]) -> None:
    """Send bytes that are no records at all."""
    enemy.say(frames[0])
    enemy.writer.write(rng.randbytes(rng.randint(3, 100_000)))
    enemy.writer.write_eof()


RECORDS: Final[dict[str, Callable[[Enemy, random.Random, list[bytes]], Awaitable[None]]]] = {
    "a bit turned on the wire": _broken_record,
    "cut in the middle of a record": _cut_record,
    "a record that inflates for ever": _bomb,
    "no records": _wild,
}


async def _bad_handshake(port: int, rng: random.Random, source: str) -> None:
    """Turn one bit, cut, or invent, in what the dialler says first."""
    handshake = Handshake(Role.DIALLER, LinkIdentity(key_of("nobody")))
    first = bytearray(handshake.start())
    match rng.randrange(3):
        case 0:
            first[rng.randrange(len(first))] ^= 1 << rng.randrange(8)
        case 1:
            del first[rng.randrange(len(first)) :]
        case _:
            first = bytearray(rng.randbytes(rng.randint(1, 500)))
    reader, writer = await asyncio.open_connection(LOOPBACK, port, local_addr=(source, 0))
    with suppress(ConnectionError):
        writer.write(first)
        writer.write_eof()
        async with asyncio.timeout(WAIT_S):
            while await reader.read(65_536):
                pass
    writer.transport.abort()


MUTATIONS: Final = (
    *FRAMES,
    *RECORDS,
    "well-formed frames in any order",
    "a broken handshake",
    "nothing",
)


async def mutated(port: int, number: int, known: Known) -> tuple[str, str]:
    """Run session ``number``; return what was wrong with it, and what the node said of it."""
    rng = random.Random(number)  # noqa: S311 - replays
    wrong = MUTATIONS[number % len(MUTATIONS)]
    source = source_of(number)
    if wrong == "a broken handshake":
        await _bad_handshake(port, rng, source)
        return wrong, "refused"
    frames = script(known, rng)
    enemy = await Enemy.meet(port, f"mutant {number % NAMES}", source)
    with suppress(ConnectionError):
        if wrong in RECORDS:
            await RECORDS[wrong](enemy, rng, frames)
        elif wrong in FRAMES:
            await _say_frames(enemy, FRAMES[wrong](rng, frames))
        elif wrong == "nothing":
            await _say_frames(enemy, frames)
        else:
            await _say_frames(enemy, [HELLO.encode(), *valid_frames(known, rng), frames[-1]])
        await enemy.ended()
    enemy.leave()
    return wrong, "ended" if enemy.reason is None else enemy.reason.name.lower()
