"""What an enemy does with many connections: a table."""

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from node.sync.frames import Keepalive, RowsMode, Want
from tests.hostile.peer_enemy import HELLO, LOOPBACK, Enemy, source_of
from tests.hostile.peer_floods import rows

HALF_OPEN: Final = 200
IDENTITIES: Final = 100
LEAVERS: Final = 500
TRICKLE_S: Final = 1.0
TRICKLES: Final = 20
"""Bytes at most: the node gives up before."""
HELD_S: Final = 2.0
RESETS: Final = 100
DEAF: Final = 10
SLOW: Final = 10
"""Connections of each kind that send a byte a second."""


async def _opened(port: int, number: int) -> asyncio.StreamWriter | None:
    with suppress(OSError):
        address = (source_of(number), 0)
        return (await asyncio.open_connection(LOOPBACK, port, local_addr=address))[1]
    return None


async def half_open(port: int) -> Any:  # noqa: ANN401 - JSON
    """Open two hundred connections from as many addresses, and say nothing."""
    writers = [await _opened(port, number) for number in range(HALF_OPEN)]
    await asyncio.sleep(HELD_S)
    for writer in writers:
        if writer is not None:
            writer.transport.abort()
    return {"opened": sum(writer is not None for writer in writers)}


async def leavers(port: int) -> Any:  # noqa: ANN401 - JSON
    """Connect and reset at once, five hundred times."""
    for number in range(LEAVERS):
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.bind((source_of(number), 0))
            sock.connect((LOOPBACK, port))
        if number % 50 == 0:
            await asyncio.sleep(0.01)
    return {"left": LEAVERS}


async def identities(port: int) -> Any:  # noqa: ANN401 - JSON
    """Link under a hundred keys at once, and hold what one gets."""
    links: list[Enemy] = []
    refused = 0
    for number in range(IDENTITIES):
        try:
            links.append(await Enemy.greeted(port, f"identity {number}"))
        except (ConnectionError, TimeoutError):
            refused += 1
    await asyncio.sleep(HELD_S)
    for link in links:
        link.leave()
    return {"linked": len(links), "refused": refused}


async def resets(port: int) -> Any:  # noqa: ANN401 - JSON
    """Link, and reset the connection in the middle of a frame, a hundred times."""
    for number in range(RESETS):
        enemy = await Enemy.greeted(port, f"reset {number % 10}")
        record = enemy.record(rows(RowsMode.ALL))
        enemy.writer.write(record[: 1 + number % (len(record) - 1)])
        await enemy.flush()
        enemy.leave()
    return {"reset": RESETS}


async def deaf(port: int) -> Any:  # noqa: ANN401 - JSON
    """Ask for all rows again and again over ten links, and never take an answer."""
    links = [await Enemy.greeted(port, f"deaf {number}") for number in range(DEAF)]
    for link in links:
        link.deafen()
    asks = 0
    ends_s = time.monotonic() + HELD_S
    while time.monotonic() < ends_s:
        for link in links:
            if link.writer.transport.is_closing() or link.writer.transport.get_write_buffer_size():
                continue
            link.say(rows(RowsMode.ALL), Want(0).encode(), Keepalive(0).encode())
            asks += 1
        await asyncio.sleep(0)
    for link in links:
        link.leave()
    return {"asks": asks}


async def _trickled(port: int, *, greets: bool, number: int) -> float:
    """Send a byte a second; return after how many seconds the node ended its side."""
    if greets:
        enemy = await Enemy.meet(port, f"trickle {number}", source_of(number))
        writer, stream = enemy.writer, enemy.record(HELLO.encode())
        ending = asyncio.ensure_future(enemy.listen())
    else:
        address = (source_of(number), 0)
        reader, writer = await asyncio.open_connection(LOOPBACK, port, local_addr=address)
        stream = b"DN\x01\x01\x00\x20" + bytes(32)
        ending = asyncio.ensure_future(_end_of(reader))
    began_s = time.monotonic()
    for at in range(TRICKLES):
        with suppress(ConnectionError):
            writer.write(stream[at : at + 1])
        await asyncio.wait([ending], timeout=TRICKLE_S)
        if ending.done():
            break
    took_s = time.monotonic() - began_s
    ending.cancel()
    writer.transport.abort()
    return took_s


async def _end_of(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        while await reader.read(1_000):
            pass


async def trickles(port: int) -> Any:  # noqa: ANN401 - JSON
    """Send a byte a second, in the handshake and after it."""
    slow = [_trickled(port, greets=False, number=number) for number in range(SLOW)]
    later = [_trickled(port, greets=True, number=50 + number) for number in range(SLOW)]
    ends = await asyncio.gather(*slow, *later)
    return {"handshake_s": max(ends[:SLOW]), "hello_s": max(ends[SLOW:])}


CROWDS: Final[dict[str, Callable[[int], Awaitable[Any]]]] = {
    "half open": half_open,
    "connect and leave": leavers,
    "a hundred identities": identities,
    "reset in a frame": resets,
    "never reads": deaf,
    "a byte a second": trickles,
}
