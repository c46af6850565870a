"""Links over loopback, on both event loops."""

import asyncio
import random
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from node.net import wire
from node.net.dial import dial
from node.net.errors import Fault, LinkError
from node.net.link import TcpLink
from node.runtime.peering.ports import Link, LinkClosedError
from tests.unit.net.ends import box
from tests.unit.net.sockets import DEADLINE_S, LOCAL, by_hand, listening, two_ends, until

pytestmark = pytest.mark.anyio

_NOISE = random.Random(4).randbytes(65_000)  # noqa: S311 - incompressible, no secret


@pytest.fixture
def silent() -> Iterator[int]:
    """Return a port that takes connections and never says anything."""
    with socket.create_server((LOCAL, 0)) as door:
        yield door.getsockname()[1]


async def received(link: TcpLink) -> bytes:
    async with asyncio.timeout(DEADLINE_S):
        return await link.receive()


async def filled(link: TcpLink, frame: bytes = _NOISE[:16_384]) -> int:
    """Send until nothing more is taken; return how many frames were."""
    count = 0
    while True:
        try:
            async with asyncio.timeout(0.3):
                await link.send(frame)
        except TimeoutError:
            return count
        count += 1


@pytest.mark.parametrize("deflate", [False, True])
async def test_frames_of_every_size_arrive_in_both_directions(*, deflate: bool) -> None:
    sent = [_NOISE[:size] for size in (1, 2, 1_000, 16_384, 16_385, 65_000, 3)]
    async with two_ends(deflate=deflate) as ends:
        for sender, receiver in (ends, ends[::-1]):
            async with asyncio.TaskGroup() as group:
                group.create_task(_send_all(sender, sent))
                got = [await received(receiver) for _ in sent]
            assert got == sent


async def _send_all(link: TcpLink, frames: list[bytes]) -> None:
    for frame in frames:
        await link.send(frame)


async def test_a_link_fits_the_port_and_says_who_and_where() -> None:
    async with two_ends() as (dialled, accepted):
        port: Link = dialled
        assert port.peer == box("B").node_key.verify_key
        assert accepted.peer == box("A").node_key.verify_key
        assert (dialled.dialled, accepted.dialled) == (True, False)
        assert dialled.secret == accepted.secret
        for link in (dialled, accepted):
            assert link.rtt_ms in range(1_000) or sys.platform != "linux"
        assert dialled.interface == accepted.interface == "lo"
        assert dialled.address.startswith(f"{LOCAL}:")
        assert box("A").node_key.verify_key.hex()[:16] in repr(accepted)


async def test_a_link_runs_over_ipv6() -> None:
    async with listening() as host:
        link = await dial("::1", host.listener.port, identity=box("A"))
        await link.send(b"six")
        assert await received(await host.link()) == b"six"
        assert link.address == f"[::1]:{host.listener.port}"
        await link.close()


async def test_every_byte_is_counted_on_both_sides() -> None:
    async with two_ends() as (one, other):
        for frame in (_NOISE, b"small"):
            await one.send(frame)
            assert await received(other) == frame
        await other.send(b"back")
        assert await received(one) == b"back"
        assert one.bytes_out == other.bytes_in
        assert one.bytes_in == other.bytes_out
        assert one.bytes_out == 4 + 34 + 162 + len(_NOISE) + 18 + len(b"small") + 18
        assert one.bytes_in == 195 + len(b"back") + 18


async def test_what_was_sent_before_the_end_is_received_before_the_end() -> None:
    async with two_ends() as (one, other):
        for number in range(50):
            await one.send(b"frame %d" % number)
        await one.close()
        assert [await received(other) for _ in range(50)] == [
            b"frame %d" % number for number in range(50)
        ]
        for link in (one, other):
            with pytest.raises(LinkClosedError):
                await received(link)
            with pytest.raises(LinkClosedError):
                await link.send(b"too late")


async def test_all_arrives_though_the_closing_side_has_not_read_everything() -> None:
    async with two_ends() as (one, other):
        await filled(other)
        count = await filled(one)
        closing = asyncio.create_task(one.close())
        for _ in range(count):
            assert await received(other) == _NOISE[:16_384]
        await closing


async def test_a_frame_that_is_none_is_a_fault_of_the_caller() -> None:
    async with two_ends() as (one, other):
        with pytest.raises(ValueError, match="65001"):
            await one.send(bytes(65_001))
        await one.send(b"still fine")
        assert await received(other) == b"still fine"


async def test_many_senders_at_once_keep_frames_whole() -> None:
    async with two_ends() as (one, other):
        async with asyncio.TaskGroup() as group:
            for number in range(40):
                group.create_task(one.send(bytes([number]) * 20_000))
            got = [await received(other) for _ in range(40)]
        assert sorted(got) == [bytes([number]) * 20_000 for number in range(40)]


async def test_a_sender_waits_for_a_peer_that_does_not_read_and_holds_little() -> None:
    async with two_ends() as (one, other):
        fills = asyncio.create_task(filled(one, _NOISE))
        most = 0
        while not fills.done():
            await asyncio.sleep(0)
            most = max(most, one.buffered_bytes)
        count = await fills
        assert 0 < one.buffered_bytes <= most <= 32_768
        urgent = asyncio.create_task(one.send(b"urgent"))
        assert [await received(other) for _ in range(count)] == [_NOISE] * count
        while (frame := await received(other)) == _NOISE:
            pass  # the one that was being sent when it was given up
        assert frame == b"urgent"
        await urgent
        assert await empty(one)


async def empty(link: TcpLink) -> bool:
    await until(lambda: link.buffered_bytes == 0)
    return True


async def test_a_cancelled_sender_leaves_no_half_record() -> None:
    # Where sending stops depends on the sizes: of several, some stop in the middle of a record.
    async with two_ends() as (one, other):
        for size in (65_000, 60_000, 50_000, 40_000, 25_000):
            count = await filled(one, _NOISE[:size])
            task = asyncio.create_task(one.send(_NOISE[:size]))
            await asyncio.sleep(0)
            task.cancel()
            reader = asyncio.create_task(_read_until(other, b"whole", _NOISE[:size]))
            async with asyncio.timeout(DEADLINE_S):
                await one.send(b"whole")
                assert await reader in (count, count + 1)


async def _read_until(link: TcpLink, last: bytes, before: bytes) -> int:
    count = 0
    while (frame := await link.receive()) != last:
        assert frame == before
        count += 1
    return count


async def test_close_takes_a_second_at_most_when_the_peer_does_not_read() -> None:
    async with two_ends() as (one, _):
        await filled(one)
        began_s = asyncio.get_running_loop().time()
        await one.close()
        assert 0.5 < asyncio.get_running_loop().time() - began_s < 2


async def test_close_is_quick_when_the_peer_reads_and_may_be_called_twice() -> None:
    async with two_ends() as (one, other):
        began_s = asyncio.get_running_loop().time()
        await asyncio.gather(one.close(), one.close(), other.close())
        await one.close()
        assert asyncio.get_running_loop().time() - began_s < 0.5


async def test_close_wakes_who_waits_to_receive_and_to_send() -> None:
    async with two_ends() as (one, _):
        await filled(one)
        receives, sends = asyncio.create_task(one.receive()), asyncio.create_task(one.send(b"x"))
        await asyncio.sleep(0)
        await one.close()
        with pytest.raises(LinkClosedError):
            await receives
        with pytest.raises(LinkClosedError):
            await sends


async def test_stalled_is_the_time_in_which_nothing_was_acknowledged() -> None:
    async with two_ends() as (one, other):
        await one.send(b"acknowledged")
        await received(other)
        await until(lambda: one.stalled_s() == 0.0)
        count = await filled(one)
        await until(lambda: one.stalled_s() > 0.3)
        for _ in range(count):
            await received(other)
        await until(lambda: one.stalled_s() == 0.0)
        await asyncio.sleep(0.05)
        await one.send(b"after a quiet time")
        assert one.stalled_s() < 0.05


async def test_a_stall_counts_from_the_write_not_from_the_first_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with two_ends() as (one, other):
        await until(lambda: one.stalled_s() == other.stalled_s() == 0.0)
        waiting = iter([0])

        def deaf(_sock: socket.socket) -> int:
            return next(waiting, 20)

        monkeypatch.setattr(wire, "unacknowledged_bytes", deaf)
        await one.send(b"x")
        await asyncio.sleep(0.1)
        assert one.stalled_s() >= 0.09
        monkeypatch.undo()


async def test_a_peer_gone_in_the_middle_of_a_frame_ends_the_link() -> None:
    async with listening() as host, by_hand(host.listener.port) as peer:
        link = await host.link()
        peer.writer.write(peer.sealer.seal(b"whole") + peer.sealer.seal(_NOISE)[:1_000])
        await peer.writer.drain()
        assert await received(link) == b"whole"
        peer.writer.close()
        with pytest.raises(LinkClosedError) as ended:
            await received(link)
        assert isinstance(ended.value.__cause__, LinkError)
        assert ended.value.__cause__.fault is Fault.ENDED


async def test_a_peer_that_resets_ends_the_link() -> None:
    async with listening() as host, by_hand(host.listener.port) as peer:
        link = await host.link()
        peer.writer.transport.abort()
        with pytest.raises(LinkClosedError):
            await received(link)
        with pytest.raises(LinkClosedError):
            await link.send(b"x")


@pytest.mark.parametrize(
    ("data", "fault"),
    [(b"\x00\x14" + bytes(20), Fault.CIPHER), (b"\x00\x01\x00", Fault.LENGTH)],
)
async def test_a_bad_record_ends_the_link_and_is_the_peers_fault(data: bytes, fault: Fault) -> None:
    async with listening() as host, by_hand(host.listener.port) as peer:
        link = await host.link()
        peer.writer.write(peer.sealer.seal(b"good") + data)
        assert await received(link) == b"good"
        with pytest.raises(LinkClosedError) as ended:
            await received(link)
        assert isinstance(ended.value.__cause__, LinkError)
        assert ended.value.__cause__.fault is fault
        with suppress(ConnectionError):  # what the peer notices of it depends on its timing
            async with asyncio.timeout(DEADLINE_S):
                while await peer.reader.read(1_000):
                    pass


async def test_a_flood_of_frames_does_not_hold_up_others() -> None:
    async with listening() as host, by_hand(host.listener.port) as peer:
        link = await host.link()
        peer.writer.write(b"".join(peer.sealer.seal(b"!") for _ in range(2_000)))
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        other = asyncio.create_task(count())
        await until(lambda: link.bytes_in > 40_000 or turns > 200)
        turns = 0
        for _ in range(1_000):
            await received(link)
        other.cancel()
        assert turns >= 10


async def test_a_port_that_nobody_serves_is_unreachable() -> None:
    with socket.create_server((LOCAL, 0)) as door:
        port = door.getsockname()[1]
    with pytest.raises(LinkError) as refused:
        await dial(LOCAL, port, identity=box("A"))
    assert refused.value.fault is Fault.UNREACHABLE


async def test_a_silent_acceptor_is_given_up_in_time(silent: int) -> None:
    began_s = asyncio.get_running_loop().time()
    with pytest.raises(LinkError) as refused:
        await dial(LOCAL, silent, identity=box("A"), timeout_s=0.2)
    assert refused.value.fault is Fault.LATE
    assert asyncio.get_running_loop().time() - began_s < 2


@pytest.mark.parametrize(
    "address", ["fe80::1", "fe80::1%nowhere0", "box.local", "", "127.0.0.1.1", "::1::"]
)
async def test_what_is_no_address_is_unreachable(address: str) -> None:
    with pytest.raises(LinkError) as refused:
        await dial(address, 7777, identity=box("A"))
    assert refused.value.fault is Fault.UNREACHABLE


async def test_dialling_oneself_is_refused() -> None:
    async with listening() as host:
        with pytest.raises(LinkError) as refused:
            await dial(LOCAL, host.listener.port, identity=box("B"))
        assert refused.value.fault is Fault.OWN
        assert host.links == []
