"""Connections end, whoever is at the other end; over real sockets."""

import asyncio
import os
from pathlib import Path

import pytest

from node.api.front.door import MAX_PER_ADDRESS
from tests.unit.api.fronts import (
    BIG_BYTES,
    PING,
    UPGRADE,
    Front,
    get,
    read_answer,
    running,
    stubborn,
    until_closed,
    until_dropped,
)

pytestmark = pytest.mark.anyio

MORE_THAN_KERNELS_BUFFER_BYTES = 40_000_000


async def test_a_reader_that_never_reads_its_answer_is_dropped(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.api.front.ending.WRITE_STALL_S", 0.2)
    writer = await stubborn(front, b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
    await until_dropped(writer)


async def test_a_slow_reader_gets_its_answer_whole(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.api.front.ending.WRITE_STALL_S", 0.2)
    reader, writer = await front.connect()
    writer.write(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    left = BIG_BYTES
    while left:
        left -= len(await reader.read(2_000_000))
        await asyncio.sleep(0.01)
    writer.close()


async def test_pings_of_a_client_that_does_not_read_pile_up_nothing(front: Front) -> None:
    writer = await stubborn(front, UPGRADE)
    await asyncio.sleep(0.1)  # frames that come with the upgrade would be dropped
    sent_bytes = 0
    while sent_bytes < MORE_THAN_KERNELS_BUFFER_BYTES:
        writer.write(PING * 4000)
        sent_bytes += 4000 * len(PING)
        try:
            await asyncio.wait_for(writer.drain(), 1)
        except TimeoutError:
            writer.transport.abort()
            return  # the server has stopped taking them
    pytest.fail("the server takes pings without end, and keeps the pongs")


@pytest.mark.parametrize(
    "upgrade",
    [
        UPGRADE.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\nabc"),
        UPGRADE.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ],
    ids=["a body", "a chunked body"],
)
async def test_an_upgrade_that_is_none_is_told_so_and_gives_its_place_back(
    front: Front, upgrade: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(MAX_PER_ADDRESS + 1):
        reader, writer = await front.connect()
        writer.write(upgrade)
        assert (await read_answer(reader))[0] == 400
        assert await until_closed(reader) == b""
        writer.close()
    assert not caplog.records


async def test_frames_that_come_with_the_upgrade_are_no_fault(
    front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await front.connect()
    writer.write(UPGRADE + PING * 1000)
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    writer.close()
    assert not caplog.records


async def test_the_unix_socket_knows_who_is_there_and_the_network_does_not(front: Front) -> None:
    reader, writer = await asyncio.open_unix_connection(front.path)
    writer.write(get())
    _, answer = await read_answer(reader)
    writer.close()
    assert answer["credentials"] == [os.getpid(), os.getuid(), os.getgid()]
    assert (await front.ask(get()))[1]["credentials"] is None


async def test_stopping_waits_for_nobody(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    writers: list[asyncio.StreamWriter] = []
    async with running(tmp_path / "s") as front:
        for request in (
            UPGRADE,
            b"",
            b"GET / HTTP/1.1\r\nHos",
            b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n",
        ):
            writers += [await stubborn(front, request) for _ in range(5)]
        await asyncio.sleep(0.1)
        began_s = loop.time()
    assert loop.time() - began_s < 5
    for writer in writers:
        writer.close()
