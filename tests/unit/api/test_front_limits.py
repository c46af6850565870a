"""The limits of requests and connections, over real sockets."""

import asyncio
from pathlib import Path

import pytest

from node.api.front.deadline import HEAD_MAX_BYTES, PIECE_BYTES, REQUEST_MAX_BYTES
from node.api.front.door import MAX_PER_ADDRESS
from node.api.front.http import HttpProtocol
from tests.unit.api.fronts import (
    UPGRADE,
    Front,
    eventually_served,
    get,
    post,
    read_answer,
    running,
    stubborn,
    until_closed,
)

pytestmark = pytest.mark.anyio


async def test_heads_have_a_limit_and_below_it_are_served(front: Front) -> None:
    assert (await front.ask(get(header_bytes=HEAD_MAX_BYTES - 200)))[0] == 200
    status, problem = await front.ask(get(header_bytes=HEAD_MAX_BYTES + 200))
    assert (status, problem["status"], problem["type"]) == (431, 431, "/problems/too-large")


async def test_a_long_address_counts_as_head(front: Front) -> None:
    status, _ = await front.ask(b"GET /" + b"a" * HEAD_MAX_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status == 431


async def test_heads_in_one_burst_are_counted_one_by_one(front: Front) -> None:
    reader, writer = await front.connect()
    writer.write(get(header_bytes=1000) * 100)
    answers = [(await read_answer(reader))[0] for _ in range(100)]
    assert answers == [200] * 100
    writer.close()


async def test_requests_that_wait_behind_another_are_held_as_bytes_and_not_without_end(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[int] = []
    many = asyncio.Event()
    begin = HttpProtocol.on_headers_complete

    def counted(protocol: HttpProtocol) -> None:
        begin(protocol)
        waiting.append(len(protocol.pipeline))
        if len(waiting) == 1_000:
            many.set()

    monkeypatch.setattr(HttpProtocol, "on_headers_complete", counted)
    writer = await stubborn(front, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20_000)
    async with asyncio.timeout(10):
        await many.wait()
    writer.transport.abort()
    assert 0 < max(waiting) <= PIECE_BYTES // 27 + 1


async def test_endless_headers_are_read_but_not_kept(front: Front) -> None:
    reader, writer = await front.connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
    try:
        for number in range(2000):
            writer.write(b"X-%d: " % number + b"a" * 10_000 + b"\r\n")
            await writer.drain()
    except ConnectionError:
        pass
    assert (await read_answer(reader))[0] == 431
    writer.close()


async def test_a_body_of_any_allowed_size_arrives_whole(front: Front) -> None:
    status, answer = await front.ask(post(60_000))
    assert (status, answer["size"]) == (200, 60_000)


async def test_a_request_far_beyond_any_body_is_cut_off(front: Front) -> None:
    status, problem = await front.ask(post(REQUEST_MAX_BYTES * 4))
    assert (status, problem["type"]) == (413, "/problems/too-large")


async def test_endless_trailers_are_cut_off(front: Front) -> None:
    reader, writer = await front.connect()
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
    for number in range(40):
        writer.write(b"X-%d: " % number + b"a" * 10_000 + b"\r\n")
    assert (await read_answer(reader))[0] == 413
    assert await until_closed(reader) == b""
    writer.close()


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"HELLO\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
    ],
)
async def test_what_is_no_http_gets_a_problem_and_leaves_no_log(
    front: Front, junk: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    status, problem = await front.ask(junk)
    assert (status, problem["type"]) == (400, "/problems/bad-request")
    assert not caplog.records


@pytest.mark.parametrize(
    "begin",
    [
        b"",
        b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["silent", "empty lines", "head", "body", "chunks"],
)
async def test_a_request_that_does_not_end_is_told_so_and_closed(
    front: Front, begin: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.api.front.deadline.REQUEST_DEADLINE_S", 0.2)
    reader, writer = await front.connect()
    writer.write(begin)
    status, problem = await read_answer(reader)
    assert (status, problem["status"]) == (408, 408)
    assert await until_closed(reader) == b""
    writer.close()


async def test_a_trickle_after_an_honest_request_is_closed_too(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.api.front.deadline.REQUEST_DEADLINE_S", 0.2)
    reader, writer = await front.connect()
    writer.write(get())
    assert (await read_answer(reader))[0] == 200
    writer.write(b"\r\n")
    assert (await read_answer(reader))[0] == 408
    writer.close()


async def test_places_are_counted_per_address_and_come_free(front: Front) -> None:
    inside = [await front.connect() for _ in range(MAX_PER_ADDRESS)]
    for reader, writer in inside:
        writer.write(get())
        assert (await read_answer(reader))[0] == 200
    turned_away, writer = await front.connect()
    assert await until_closed(turned_away) == b""
    writer.close()
    inside[0][1].close()
    await eventually_served(front)
    for _, writer in inside:
        writer.close()


async def test_websockets_keep_their_place_and_give_it_back(front: Front) -> None:
    inside = [await front.connect() for _ in range(MAX_PER_ADDRESS)]
    for reader, writer in inside:
        writer.write(UPGRADE)
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    turned_away, writer = await front.connect()
    assert await until_closed(turned_away) == b"", "an upgrade gives no place back"
    writer.close()
    for _, writer in inside:
        writer.close()
    await eventually_served(front)


async def test_the_server_by_itself_has_none_of_these_limits(tmp_path: Path) -> None:
    """Control: the checks above can fail."""
    async with running(tmp_path / "s", stock=True) as front:
        assert (await front.ask(get(header_bytes=HEAD_MAX_BYTES * 10)))[0] == 200
        assert (await front.ask(post(REQUEST_MAX_BYTES * 4)))[0] == 200
        inside = [await front.connect() for _ in range(MAX_PER_ADDRESS + 1)]
        for reader, writer in inside:
            writer.write(get())
            assert (await read_answer(reader))[0] == 200
            writer.close()
