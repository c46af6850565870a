"""Beacons: fifty bytes, strictly read, sent when they are of use."""

import asyncio
import random
import socket
import time
from collections import Counter, deque
from contextlib import suppress
from typing import cast

import pytest

from node.net.discovery.beacon import (
    BEACON_BYTES,
    CALM_S,
    EAGER_FOR_S,
    EAGER_S,
    STALLED_S,
    Beacon,
    Cadence,
    Digests,
    decode,
    pause_s,
)
from node.net.discovery.beaconing import READ_AT_ONCE, READ_PAUSE_S, Beaconing
from node.net.discovery.endpoint import Endpoint
from node.net.discovery.group_socket import open_group_socket
from node.net.discovery.interfaces import Address

BEACON = Beacon(bytes(range(8)), b"boot", 7777, Digests(tuple(bytes([n]) * 8 for n in range(4))))
ETH = Address("10.99.0.1", 24, 2, "eth0")
ETH6 = Address("fe80::1", 64, 2, "eth0")


def test_the_bytes_are_those_of_the_protocol() -> None:
    expected = "444e0100" + "0001020304050607" + b"boot".hex() + "1e61"
    assert BEACON.encode().hex() == expected + "".join(f"{n:02x}" * 8 for n in range(4))
    assert len(BEACON.encode()) == BEACON_BYTES == 50


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("port", [1, 65_535])
def test_what_was_encoded_is_decoded(port: int, *, partial: bool) -> None:
    beacon = Beacon(bytes(8), bytes(4), port, Digests((bytes(8),) * 4, partial))
    assert decode(beacon.encode()) == beacon


@pytest.mark.parametrize(
    ("at", "value"), [(0, 0x45), (1, 0x4F), (2, 0), (2, 2), (3, 2), (3, 0x80), (3, 0xFF)]
)
def test_another_magic_version_or_flag_is_refused(at: int, value: int) -> None:
    datagram = bytearray(BEACON.encode())
    datagram[at] = value
    assert decode(bytes(datagram)) is None


def test_port_zero_and_other_lengths_are_refused() -> None:
    exact = BEACON.encode()
    assert decode(exact[:16] + bytes(2) + exact[18:]) is None
    assert [decode(exact[:n]) for n in range(BEACON_BYTES)] == [None] * BEACON_BYTES
    assert decode(exact + b"\0") is None


def test_random_and_mutated_datagrams_never_raise_and_what_is_accepted_is_canonical() -> None:
    rng = random.Random(11)  # noqa: S311 - must replay
    accepted = 0
    for number in range(10_000):
        datagram = bytearray(BEACON.encode() if number % 2 else rng.randbytes(rng.randrange(80)))
        for _ in range(rng.randrange(4)):
            if datagram:
                datagram[rng.randrange(len(datagram))] = rng.randrange(256)
        beacon = decode(bytes(datagram))
        if beacon is not None:
            accepted += 1
            assert beacon.encode() == bytes(datagram)
    assert 1_000 < accepted < 5_000


def test_partial_digests_always_differ() -> None:
    whole, partial = BEACON.digests, Digests(BEACON.digests.by_class, partial=True)
    assert not whole.differs_from(whole)
    assert whole.differs_from(Digests((bytes(8),) * 4))
    assert partial.differs_from(partial)
    assert whole.differs_from(partial)


@pytest.mark.parametrize(
    ("since_s", "stalled", "mean_s"),
    [
        (0, False, EAGER_S),
        (EAGER_FOR_S - 1, False, EAGER_S),
        (EAGER_FOR_S, False, CALM_S),
        (float("inf"), False, CALM_S),
        (0, True, STALLED_S),
        (float("inf"), True, STALLED_S),
    ],
)
def test_pauses_are_half_to_one_and_a_half_of_their_mean(
    since_s: float, mean_s: float, *, stalled: bool
) -> None:
    pauses = [pause_s(since_s, draw, stalled=stalled) for draw in (0.0, 0.5, 1.0)]
    assert pauses == [mean_s / 2, mean_s, mean_s * 1.5]


def test_a_change_brings_the_next_beacon_forward_and_never_puts_it_off() -> None:
    cadence = Cadence()
    cadence.sent(1_000, 1.0)
    assert cadence.due_s == 1_000 + CALM_S * 1.5
    cadence.changed(1_001, 1.0)
    assert cadence.due_s == 1_001 + EAGER_S * 1.5
    cadence.changed(1_003, 1.0)
    assert cadence.due_s == 1_001 + EAGER_S * 1.5


def test_a_stall_brings_the_next_beacon_forward_once() -> None:
    cadence = Cadence()
    cadence.sent(1_000, 1.0)
    cadence.stalling(1_001, 1.0, stalled=True)
    assert cadence.due_s == 1_001 + STALLED_S * 1.5
    cadence.stalling(1_001.5, 0.0, stalled=True)
    assert cadence.due_s == 1_001 + STALLED_S * 1.5
    cadence.sent(1_003, 0.5)
    assert cadence.due_s == 1_003 + STALLED_S
    cadence.stalling(1_003, 0.0, stalled=False)
    cadence.sent(1_004, 0.5)
    assert cadence.due_s == 1_004 + CALM_S


class FakeSocket:
    """A group socket whose datagrams are put in by hand."""

    def __init__(self) -> None:
        self.mine, self._others = socket.socketpair()
        self.mine.settimeout(0)
        self.incoming: deque[tuple[bytes, tuple[object, ...]]] = deque()
        self.sent: list[tuple[bytes, tuple[object, ...]]] = []
        self.fault: OSError | None = None
        self.closed = False

    def fileno(self) -> int:
        """Return what the loop waits for."""
        return self.mine.fileno()

    def recvfrom(self, limit: int) -> tuple[bytes, tuple[object, ...]]:
        """Return what was put in first."""
        with suppress(BlockingIOError):
            self.mine.recv(1)
        if self.fault is not None:
            raise self.fault
        if not self.incoming:
            raise BlockingIOError
        datagram, source = self.incoming.popleft()
        return datagram[:limit], source

    def sendto(self, datagram: bytes, address: tuple[object, ...]) -> None:
        """Keep what was sent."""
        if self.fault is not None:
            raise self.fault
        self.sent.append((datagram, address))

    def arrive(self, datagram: bytes, source: tuple[object, ...], times: int = 1) -> None:
        """Let the loop see that there is something to read."""
        self.incoming.extend([(datagram, source)] * times)
        self._others.send(bytes(times))

    def close(self) -> None:
        """Close both ends."""
        self.closed = True
        self.mine.close()
        self._others.close()


class Air:
    """Beaconing over fake sockets, and what it heard."""

    def __init__(self) -> None:
        self.sockets: dict[tuple[int, bool], FakeSocket] = {}
        self.made = 0
        self.refuse = False
        self.heard = list[tuple[Beacon, Endpoint]]()
        self.counts: Counter[str] = Counter()
        self.beaconing = Beaconing(
            b"own node",
            lambda: BEACON,
            lambda beacon, endpoint: self.heard.append((beacon, endpoint)),
            self.counts,
            self._open,
        )

    def _open(self, index: int, ipv6: bool) -> socket.socket:  # noqa: FBT001 - as it is called
        if self.refuse:
            raise OSError
        self.made += 1
        self.sockets[index, ipv6] = made = FakeSocket()
        return cast("socket.socket", made)

    async def hear(
        self, datagram: bytes, source: tuple[object, ...], side: tuple[int, bool]
    ) -> None:
        """Let a datagram arrive and be read."""
        at = self.sockets[side]
        at.arrive(datagram, source)
        await read_by(at)


async def read_by(at: FakeSocket) -> None:
    deadline_s = time.monotonic() + 5
    while at.incoming and not at.closed:
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.001)


@pytest.fixture
async def air() -> Air:
    made = Air()
    made.beaconing.use(frozenset({ETH, ETH6}))
    return made


@pytest.mark.anyio
async def test_a_beacon_goes_to_the_group_on_every_interface_and_family(air: Air) -> None:
    air.beaconing.send()
    assert [s.sent for s in air.sockets.values()] == [
        [(BEACON.encode(), ("239.83.73.1", 7777))],
        [(BEACON.encode(), ("ff02::d153", 7777, 0, 2))],
    ]
    air.beaconing.close()
    assert all(s.closed for s in air.sockets.values())


@pytest.mark.anyio
async def test_what_is_heard_is_dialled_at_its_source_with_the_interfaces_scope(air: Air) -> None:
    await air.hear(BEACON.encode(), ("10.99.0.7", 9), (2, False))
    await air.hear(BEACON.encode(), ("fe80::7", 9, 0, 2), (2, True))
    await air.hear(BEACON.encode(), ("fe80::7%eth0", 9, 0, 2), (2, True))
    assert [(str(e), e.interface) for _, e in air.heard] == [
        ("10.99.0.7:7777", "eth0"),
        ("[fe80::7%2]:7777", "eth0"),
        ("[fe80::7%2]:7777", "eth0"),
    ]
    air.beaconing.close()


@pytest.mark.anyio
async def test_own_beacons_garbage_and_foreign_sources_are_passed_over(air: Air) -> None:
    own = Beacon(b"own node", BEACON.boot, 7777, BEACON.digests).encode()
    await air.hear(own, ("10.99.0.7", 9), (2, False))
    await air.hear(b"GET / HTTP/1.1", ("10.99.0.7", 9), (2, False))
    await air.hear(BEACON.encode() + b"more", ("10.99.0.7", 9), (2, False))
    await air.hear(BEACON.encode(), ("8.8.8.8", 9), (2, False))
    await air.hear(BEACON.encode(), ("2001:db8::7", 9, 0, 0), (2, True))
    assert air.heard == []
    assert air.counts == {"beacon malformed": 2, "beacon from elsewhere": 2}
    air.beaconing.close()


@pytest.mark.anyio
async def test_an_interface_that_came_back_with_its_index_gets_a_new_socket(air: Air) -> None:
    before = air.sockets[2, False]
    air.beaconing.use(frozenset())
    assert before.closed
    air.beaconing.use(frozenset({ETH}))
    assert air.sockets[2, False] is not before
    air.beaconing.close()


@pytest.mark.anyio
async def test_another_address_of_an_interface_keeps_its_socket(air: Air) -> None:
    air.beaconing.use(frozenset({ETH, ETH6, Address("10.98.0.1", 24, 2, "eth0")}))
    assert air.made == 2
    await air.hear(BEACON.encode(), ("10.98.0.7", 9), (2, False))
    assert len(air.heard) == 1
    air.beaconing.close()


@pytest.mark.anyio
async def test_a_socket_that_cannot_be_had_is_tried_again_with_each_beacon() -> None:
    air = Air()
    air.refuse = True
    air.beaconing.use(frozenset({ETH}))
    air.beaconing.send()
    assert air.counts["beacon socket"] == 2
    air.refuse = False
    air.beaconing.send()
    assert len(air.sockets[2, False].sent) == 1
    air.beaconing.close()


@pytest.mark.anyio
async def test_a_socket_that_fails_is_counted_and_opened_again(air: Air) -> None:
    failing = air.sockets[2, False]
    failing.fault = OSError(19, "No such device")
    air.beaconing.send()
    assert air.counts["beacon not sent"] == 1
    await air.hear(b"", ("10.99.0.7", 9), (2, False))
    assert failing.closed
    air.beaconing.send()
    assert air.sockets[2, False] is not failing
    assert len(air.sockets[2, False].sent) == 1
    air.beaconing.close()


@pytest.mark.anyio
async def test_a_flood_is_read_in_small_portions(air: Air) -> None:
    flooded = air.sockets[2, False]
    flooded.arrive(BEACON.encode(), ("10.99.0.7", 9), 3 * READ_AT_ONCE)
    began_s = time.monotonic()
    await read_by(flooded)
    assert time.monotonic() - began_s >= 2 * READ_PAUSE_S * 0.9
    assert len(air.heard) == 3 * READ_AT_ONCE
    air.beaconing.close()


@pytest.mark.anyio
async def test_a_pause_in_a_flood_outlives_no_socket(air: Air) -> None:
    flooded = air.sockets[2, False]
    flooded.arrive(BEACON.encode(), ("10.99.0.7", 9), 2 * READ_AT_ONCE)
    await asyncio.sleep(0.01)
    air.beaconing.close()
    await asyncio.sleep(2 * READ_PAUSE_S)
    assert len(air.heard) == READ_AT_ONCE


@pytest.mark.anyio
async def test_two_nodes_of_one_machine_can_have_the_group_at_once() -> None:
    index = socket.if_nametoindex("lo")
    opened = [open_group_socket(index, 47_777, ipv6=False) for _ in range(2)]
    for each in opened:
        assert each.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL) == 1
        assert each.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP) == 0
        each.close()
