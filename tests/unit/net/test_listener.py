"""The listener: strangers are bounded, counted, and never heard of in tracebacks."""

import asyncio
import errno
import logging
import os
import random
import socket
from contextlib import AsyncExitStack

import pytest

from node.net.dial import dial
from node.net.doors import open_peer_doors
from node.net.errors import Fault
from node.net.handshake import Handshake
from node.net.limits import Limits
from node.net.link import TcpLink
from node.net.listener import Listener
from node.net.proof import Role
from tests.unit.net.ends import box
from tests.unit.net.sockets import DEADLINE_S, LOCAL, by_hand, listening, until

pytestmark = pytest.mark.anyio

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def knock(stack: AsyncExitStack, port: int, source: str = LOCAL) -> _Streams:
    """Open a connection from ``source`` and say nothing."""
    reader, writer = await asyncio.open_connection(LOCAL, port, local_addr=(source, 0))
    stack.callback(let_go, writer)
    return reader, writer


def let_go(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()  # the writer is kept until then: without one its connection closes


async def is_closed(reader: asyncio.StreamReader) -> bool:
    """Return whether the other side ends the connection in time."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            while await reader.read(1_000):
                pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


async def test_each_dialler_becomes_a_link_that_counts_until_it_ends() -> None:
    async with listening() as host:
        links = [await dial(LOCAL, host.listener.port, identity=box(name)) for name in "ACD"]
        await until(lambda: host.listener.links == 3)
        assert {link.peer for link in host.links} == {
            box(name).node_key.verify_key for name in "ACD"
        }
        assert host.listener.half_open == 0
        await asyncio.gather(*(link.close() for link in links))


async def test_a_link_is_closed_and_counted_out_when_its_serving_returns() -> None:
    served: list[TcpLink] = []

    async def serve(link: TcpLink) -> None:
        served.append(link)
        await link.receive()

    listener = Listener(open_peer_doors(0), box("B"), serve)
    await listener.start()
    for name in "AC":
        link = await dial(LOCAL, listener.port, identity=box(name))
        await until(lambda: listener.links == 1)
        await link.send(b"done")
        await until(lambda: listener.links == 0)
    async with by_hand(listener.port):  # which ends by a reset
        await until(lambda: listener.links == 1)
    await until(lambda: listener.links == 0)
    assert len(served) == 3
    await listener.stop()


async def test_a_fault_of_the_serving_side_ends_that_link_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def serve(link: TcpLink) -> None:
        if link.peer == box("A").node_key.verify_key:
            raise RuntimeError("planted")
        await link.receive()

    listener = Listener(open_peer_doors(0), box("B"), serve)
    await listener.start()
    await dial(LOCAL, listener.port, identity=box("A"))
    await until(lambda: "planted" in caplog.text)
    link = await dial(LOCAL, listener.port, identity=box("C"))
    await until(lambda: listener.links == 1)
    await link.close()
    await listener.stop()


async def test_one_address_has_few_handshakes_under_way() -> None:
    async with AsyncExitStack() as stack, listening() as host:
        for _ in range(4):
            await knock(stack, host.listener.port)
        await until(lambda: host.listener.half_open == 4)
        fifth, _ = await knock(stack, host.listener.port)
        assert await is_closed(fifth)
        assert host.listener.counts[Fault.ADDRESS] == 1
        await knock(stack, host.listener.port, "127.0.0.2")
        await until(lambda: host.listener.half_open == 5)


async def test_a_random_handshake_goes_when_there_are_too_many_and_honest_boxes_still_link() -> (
    None
):
    limits = Limits(half_open=8)
    async with AsyncExitStack() as stack, listening(limits=limits) as host:
        readers = [
            (await knock(stack, host.listener.port, f"127.0.0.{2 + number // 4}"))[0]
            for number in range(40)
        ]
        await until(lambda: host.listener.counts[Fault.CROWDED] == 32)
        assert host.listener.half_open == 8
        link = await dial(LOCAL, host.listener.port, identity=box("A"))
        assert host.listener.counts[Fault.CROWDED] == 33
        await link.close()
        closed = await asyncio.gather(*(is_closed_soon(reader) for reader in readers))
        assert sum(closed) == 33
        assert not all(closed[:32])  # not simply the oldest


async def is_closed_soon(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(0.5):
            return await reader.read(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


async def test_a_slow_dripper_is_closed_when_the_time_is_over() -> None:
    async with AsyncExitStack() as stack, listening(limits=Limits(handshake_s=0.4)) as host:
        reader, writer = await knock(stack, host.listener.port)
        began_s = asyncio.get_running_loop().time()
        ended = asyncio.create_task(is_closed(reader))
        for byte in Handshake(Role.DIALLER, box("A")).start():
            if ended.done():
                break
            writer.write(bytes([byte]))
            await asyncio.wait([ended], timeout=0.05)
        assert await ended
        assert 0.3 < asyncio.get_running_loop().time() - began_s < 1.5
        assert host.listener.counts == {Fault.LATE: 1}
        assert host.listener.half_open == 0


async def test_a_handshake_dropped_before_its_first_step_is_closed_too() -> None:
    async with AsyncExitStack() as stack, listening(limits=Limits(half_open=1)) as host:
        many = await asyncio.gather(
            *(knock(stack, host.listener.port, f"127.0.0.{2 + number}") for number in range(20))
        )
        await until(lambda: host.listener.counts[Fault.CROWDED] == 19)
        assert sum(await asyncio.gather(*(is_closed_soon(reader) for reader, _ in many))) == 19


async def test_without_a_time_limit_the_dripper_would_stay() -> None:
    async with AsyncExitStack() as stack, listening(limits=Limits(handshake_s=60)) as host:
        reader, writer = await knock(stack, host.listener.port)
        writer.write(b"D")
        assert not await is_closed_soon(reader)


async def test_links_are_bounded() -> None:
    async with AsyncExitStack() as stack, listening(limits=Limits(links=3)) as host:
        for name in "ACD":
            link = await dial(LOCAL, host.listener.port, identity=box(name))
            stack.push_async_callback(link.close)
        await until(lambda: host.listener.links == 3)
        reader, _ = await knock(stack, host.listener.port)
        assert await is_closed(reader)
        assert host.listener.counts == {Fault.FULL: 1}


async def test_handshakes_that_end_together_do_not_exceed_the_links() -> None:
    async with AsyncExitStack() as stack, listening(limits=Limits(links=2)) as host:
        links = await asyncio.gather(
            *(dial(LOCAL, host.listener.port, identity=box(name)) for name in "ACDE")
        )
        for link in links:
            stack.push_async_callback(link.close)
        await until(lambda: host.listener.counts[Fault.FULL] == 2)
        assert host.listener.links == 2


async def test_over_the_hotspot_only_ipv6_link_local_comes_in() -> None:
    async with AsyncExitStack() as stack, listening(hotspots=frozenset({"lo"})) as host:
        for address in (LOCAL, "::1"):
            reader, writer = await asyncio.open_connection(address, host.listener.port)
            stack.callback(let_go, writer)
            assert await is_closed(reader)
        assert host.listener.counts == {Fault.HOTSPOT: 2}


_RUBBISH = {
    "nothing": b"",
    "http": b"GET / HTTP/1.1\r\nHost: box\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "zeros": bytes(70_000),
    "half a preface": b"DN",
    "wrong length": b"DN\x01\x00\xff\xff" + bytes(70_000),
    "a key of small order": b"DN\x01\x00\x00\x20" + bytes(32),
    "noise": random.Random(5).randbytes(3_000),  # noqa: S311 - no secret
}


async def test_no_rubbish_leaves_a_traceback_or_a_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    chance = random.Random(6)  # noqa: S311 - must replay
    honest = Handshake(Role.DIALLER, box("A")).start()
    async with listening() as host:
        for number in range(200):
            data = chance.choice([*_RUBBISH.values(), honest])
            data = data[: chance.randrange(len(data) + 1)] if chance.random() < 0.3 else data
            _, writer = await asyncio.open_connection(LOCAL, host.listener.port)
            writer.write(data)
            if number % 3 == 0:
                writer.transport.abort()
            else:
                writer.close()
        await until(lambda: host.listener.half_open == 0)
        link = await dial(LOCAL, host.listener.port, identity=box("A"))
        await link.close()
        assert sum(host.listener.counts.values()) > 50
        assert {Fault.PREFACE, Fault.LENGTH, Fault.CIPHER} <= set(host.listener.counts)
    assert not any(record.exc_info for record in caplog.records)
    assert len([r for r in caplog.records if r.name == "disasternet"]) <= len(Fault)


async def test_stop_ends_links_handshakes_and_doors() -> None:
    async with AsyncExitStack() as stack, listening() as host:
        link = await dial(LOCAL, host.listener.port, identity=box("A"))
        await host.link()
        reader, _ = await knock(stack, host.listener.port, "127.0.0.2")
        await until(lambda: host.listener.half_open == 1)
        await host.listener.stop()
        assert await is_closed(reader)
        await link.close()
        assert host.listener.links == host.listener.half_open == 0
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(LOCAL, host.listener.port)


async def test_a_listener_that_never_started_lets_go_of_its_doors() -> None:
    async def serve(_link: TcpLink) -> None:
        pytest.fail("nobody came")

    doors = open_peer_doors(0)
    await Listener(doors, box("B"), serve).stop()
    assert [door.fileno() for door in doors] == [-1, -1]


def test_both_doors_have_one_free_port() -> None:
    doors = open_peer_doors(0)
    try:
        assert [door.family for door in doors] == [socket.AF_INET, socket.AF_INET6]
        assert len({door.getsockname()[1] for door in doors}) == 1
        assert doors[1].getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1
    finally:
        for door in doors:
            door.close()


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_taken_port_is_told(family: socket.AddressFamily) -> None:
    taken = socket.create_server(("", 0), family=family)
    with taken, pytest.raises(OSError, match=os.strerror(errno.EADDRINUSE)):
        open_peer_doors(taken.getsockname()[1])


def test_a_machine_without_ipv6_has_one_door(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = socket.create_server

    def old(
        address: tuple[str, int], *, family: socket.AddressFamily, backlog: int
    ) -> socket.socket:
        if family is socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "planted")
        return honest(address, family=family, backlog=backlog)

    monkeypatch.setattr(socket, "create_server", old)
    doors = open_peer_doors(0)
    assert [door.family for door in doors] == [socket.AF_INET]
    doors[0].close()
