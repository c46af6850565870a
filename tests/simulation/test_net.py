"""A virtual link is as fast, as slow and as fragile as it was made."""

import asyncio
from collections.abc import Awaitable, Callable
from math import isclose

import pytest

from node.protocol.keys import SigningKey
from node.runtime.peering.ports import Link, LinkClosedError
from tests.simulation.loop import run
from tests.simulation.net import (
    ACCEPTOR_HANDSHAKE_BYTES,
    CLOSING_S,
    DIALLER_HANDSHAKE_BYTES,
    RECORD_BYTES,
    SEND_BUFFER_BYTES,
    SILENCE_NOTICED_S,
    WINDOW_BYTES,
    Cable,
    Medium,
    VirtualLink,
)

KEYS = [SigningKey(bytes([number]) * 32).verify_key for number in (1, 2)]


def cable(medium: Medium | None = None, back: Medium | None = None) -> Cable:
    return Cable(("ana", KEYS[0]), ("ben", KEYS[1]), bytes(32), medium or Medium(), back)


def now_s() -> float:
    return asyncio.get_running_loop().time()


def test_both_ends_fit_the_port_and_know_each_other() -> None:
    async def main() -> None:
        made = cable()
        ends: list[Link] = [made.dialler, made.acceptor]
        assert [end.peer for end in ends] == [KEYS[1], KEYS[0]]
        assert [end.dialled for end in ends] == [True, False]
        assert ends[0].secret == ends[1].secret
        assert [end.address for end in ends] == ["ben:7777", "ana:7777"]

    run(main())


def test_frames_arrive_whole_in_order_and_both_ways() -> None:
    async def main() -> None:
        made = cable()
        frames = [bytes([number]) * (number * 200 + 1) for number in range(50)]

        async def send(end: VirtualLink) -> None:
            for frame in frames:
                await end.send(frame)

        async def receive(end: VirtualLink) -> list[bytes]:
            return [await end.receive() for _ in frames]

        got = await asyncio.gather(
            receive(made.dialler), receive(made.acceptor), send(made.dialler), send(made.acceptor)
        )
        assert [*got[:2]] == [frames, frames]

    run(main())


@pytest.mark.parametrize(("rate", "latency_s"), [(1_000.0, 0.0), (125_000.0, 0.2), (1e9, 1.5)])
def test_a_frame_takes_its_size_over_the_rate_and_the_latency(
    rate: float, latency_s: float
) -> None:
    async def main() -> float:
        made = cable(Medium(latency_s, rate))
        await made.dialler.send(bytes(10_000))
        await made.acceptor.receive()
        return now_s()

    assert isclose(run(main()), (10_000 + RECORD_BYTES) / rate + latency_s)


def test_each_way_has_a_rate_of_its_own() -> None:
    async def main() -> list[float]:
        made = cable(Medium(0, 1_000.0), Medium(0, 10.0))
        await made.dialler.send(bytes(982))
        await made.acceptor.receive()
        there_s = now_s()
        await made.acceptor.send(bytes(982))
        await made.dialler.receive()
        return [round(there_s, 6), round(now_s() - there_s, 6)]

    assert run(main()) == [1.0, 100.0]


async def _sent_until_waiting(made: Cable) -> int:
    sent = 0

    async def flood() -> None:
        nonlocal sent
        while True:
            await made.dialler.send(bytes(1_000 - RECORD_BYTES))
            sent += 1_000

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(flood(), 60)
    return sent


def test_a_sender_waits_when_nobody_reads() -> None:
    sent = run(_in(lambda: _sent_until_waiting(cable(Medium(0.01, 1e6)))))
    assert WINDOW_BYTES + SEND_BUFFER_BYTES <= sent <= WINDOW_BYTES + SEND_BUFFER_BYTES + 3_000


def test_a_sender_waits_for_a_slow_wire_with_little_in_the_buffer() -> None:
    sent = run(_in(lambda: _sent_until_waiting(cable(Medium(0.01, 100.0)))))
    assert SEND_BUFFER_BYTES <= sent <= SEND_BUFFER_BYTES + 60 * 100 + 1_000


def test_what_is_sent_late_waits_behind_no_more_than_the_buffer() -> None:
    async def main() -> float:
        made = cable(Medium(0.1, 100_000.0))

        async def bulk() -> None:
            while True:
                await made.dialler.send(b"b" * 10_000)

        async def urgent() -> float:
            await asyncio.sleep(20)
            began_s = now_s()
            await made.dialler.send(b"u")
            return began_s

        async def read() -> float:
            while await made.acceptor.receive() != b"u":
                pass
            return now_s()

        flood = asyncio.create_task(bulk())
        began_s, came_s = await asyncio.gather(urgent(), read())
        flood.cancel()
        return came_s - began_s

    waited_s = run(main())
    assert waited_s >= 0.1 + SEND_BUFFER_BYTES / 100_000
    assert waited_s <= 0.1 + (SEND_BUFFER_BYTES + 2 * 10_000 + 3 * RECORD_BYTES) / 100_000


def test_a_cut_loses_what_is_on_its_way_and_ends_both_sides_at_once() -> None:
    async def main() -> None:
        made = cable(Medium(1.0, 1e6))
        reading = asyncio.create_task(made.acceptor.receive())
        await made.dialler.send(b"lost")
        await asyncio.sleep(0.5)
        made.cut()
        with pytest.raises(LinkClosedError):
            await reading
        assert isclose(now_s(), 0.5)
        assert not made.up
        for end in (made.dialler, made.acceptor):
            with pytest.raises(LinkClosedError):
                await end.send(b"more")
            with pytest.raises(LinkClosedError):
                await end.receive()
        await asyncio.sleep(10)
        assert made.acceptor.bytes_in == cable().acceptor.bytes_in

    run(main())


def test_a_cut_wakes_a_sender_that_waits() -> None:
    async def main() -> None:
        made = cable(Medium(0, 10.0))
        asyncio.get_running_loop().call_later(5, made.cut)

        async def send_much() -> None:
            for _ in range(100):
                await made.dialler.send(bytes(10_000))

        with pytest.raises(LinkClosedError):
            await send_much()
        assert isclose(now_s(), 5)

    run(main())


def test_a_cut_loses_what_has_arrived_and_was_not_read() -> None:
    async def main() -> None:
        made = cable()
        await made.dialler.send(b"unread")
        await asyncio.sleep(1)
        made.cut()
        with pytest.raises(LinkClosedError):
            await made.acceptor.receive()

    run(main())


def test_a_close_delivers_what_was_sent_and_then_ends_the_other_side() -> None:
    async def main() -> None:
        made = cable(Medium(0.2, 1e6))
        for number in range(5):
            await made.dialler.send(bytes([number]))
        await made.dialler.close()
        assert [await made.acceptor.receive() for _ in range(5)] == [
            bytes([number]) for number in range(5)
        ]
        with pytest.raises(LinkClosedError):
            await made.acceptor.receive()
        with pytest.raises(LinkClosedError):
            await made.acceptor.send(b"too late")

    run(main())


def test_a_close_waits_no_longer_than_it_may() -> None:
    async def main() -> float:
        made = cable(Medium(0, 10.0))
        await made.dialler.send(bytes(10_000))
        await made.dialler.close()
        return now_s()

    assert isclose(run(main()), CLOSING_S)


def test_a_silent_link_is_noticed_late_and_says_since_when_it_stalls() -> None:
    async def main() -> float:
        made = cable()
        made.fall_silent()
        await made.dialler.send(b"lost")
        await asyncio.sleep(10)
        assert made.up
        assert isclose(made.dialler.stalled_s(), 10)
        assert made.acceptor.stalled_s() == 0
        with pytest.raises(LinkClosedError):
            await made.acceptor.receive()
        return now_s()

    assert isclose(run(main()), SILENCE_NOTICED_S)


def test_bytes_are_counted_at_the_socket_on_both_sides() -> None:
    async def main() -> None:
        made = cable()
        before = (made.dialler.bytes_out, made.acceptor.bytes_out)
        assert before == (DIALLER_HANDSHAKE_BYTES, ACCEPTOR_HANDSHAKE_BYTES)
        await made.dialler.send(bytes(100))
        await made.acceptor.receive()
        assert made.dialler.bytes_out - before[0] == 100 + RECORD_BYTES
        assert made.acceptor.bytes_in == made.dialler.bytes_out
        assert made.dialler.bytes_in == made.acceptor.bytes_out

    run(main())


def test_a_tap_sees_each_frame_once_with_its_sender() -> None:
    async def main() -> None:
        made = cable()
        seen: list[tuple[bool, bytes]] = []
        made.taps.append(lambda end, frame: seen.append((end.dialled, frame)))
        await made.dialler.send(b"a")
        await made.acceptor.send(b"b")
        assert seen == [(True, b"a"), (False, b"b")]
        made.cut()
        with pytest.raises(LinkClosedError):
            await made.dialler.send(b"never handed over")
        assert len(seen) == 2

    run(main())


def test_a_sender_that_gives_up_leaves_nothing_behind() -> None:
    async def main() -> None:
        made = cable(Medium(0, 1_000.0))
        await made.dialler.send(bytes(SEND_BUFFER_BYTES))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(made.dialler.send(b"given up"), 1)
        await made.dialler.send(b"next")
        assert len(await made.acceptor.receive()) == SEND_BUFFER_BYTES
        assert await made.acceptor.receive() == b"next"

    run(main())


async def _in(work: Callable[[], Awaitable[int]]) -> int:
    """Return what ``work`` answers; begun within the loop, where cables are made."""
    return await work()
