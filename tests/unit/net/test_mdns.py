"""mDNS: what is announced, what is believed, and that its failures stay its own."""

import asyncio
import ipaddress
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo

from node.net.discovery import mdns
from node.net.discovery.announced import Announced
from node.net.discovery.endpoint import Endpoint
from node.net.discovery.interfaces import Address, Addresses
from node.net.discovery.limits import MAX_NAME_FAILURES, MAX_NAMES
from node.net.discovery.mdns import Mdns
from node.net.discovery.service import (
    MAX_ENDPOINTS,
    SERVICE,
    announcement,
    believed,
    instance,
    listening_on,
)
from node.protocol.ids import VerifyKey

NODE, OTHER = VerifyKey(b"\x01" * 32), VerifyKey(b"\x02" * 32)
ETH, ETH6 = Address("10.99.0.1", 24, 2, "eth0"), Address("fe80::1", 64, 2, "eth0")
MESH6 = Address("fe80::2", 64, 5, "bat0")
TWIN6 = Address("fe80::1", 64, 6, "eth1")
HERE = frozenset({ETH, ETH6, MESH6})
WITHIN_S = 5.0


def info(
    ips: tuple[str, ...] = ("10.99.0.7",),
    *,
    port: int = 7777,
    scope: int | None = None,
    **properties: bytes | None,
) -> AsyncServiceInfo:
    text = {"id": OTHER.hex().encode(), "v": b"1"} | properties
    return AsyncServiceInfo(
        SERVICE,
        f"x.{SERVICE}",
        port=port,
        properties={key: value for key, value in text.items() if value is not None},
        addresses=[ipaddress.ip_address(ip).packed for ip in ips],
        interface_index=scope,
    )


def test_id_version_and_every_address_are_announced() -> None:
    made = announcement(NODE, 7000, HERE)
    assert made.name == instance(NODE) == f"{'01' * 8}.{SERVICE}"
    assert made.port == 7000
    assert made.properties == {b"id": b"01" * 32, b"v": b"1"}
    assert set(made.parsed_addresses()) == {"10.99.0.1", "fe80::1", "fe80::2"}


@pytest.mark.parametrize(
    ("addresses", "interfaces", "version"),
    [
        ({ETH}, ["10.99.0.1"], IPVersion.V4Only),
        ({ETH6, MESH6}, ["fe80::1", "fe80::2"], IPVersion.V6Only),
        ({ETH, ETH6, MESH6}, ["10.99.0.1", "fe80::1", "fe80::2"], IPVersion.All),
        ({ETH6, TWIN6, MESH6}, [2, 6, "fe80::2"], IPVersion.V6Only),
    ],
)
def test_interfaces_are_used_by_address_and_by_index_where_two_have_the_same(
    addresses: set[Address], interfaces: list[str | int], version: IPVersion
) -> None:
    assert listening_on(frozenset(addresses)) == (interfaces, version)


def test_an_honest_announcement_is_believed_with_scope_and_interface() -> None:
    assert believed(info(), HERE) == (OTHER[:8], [Endpoint("10.99.0.7", 7777)])
    assert believed(info(("fe80::7",), scope=5), HERE) == (OTHER[:8], [Endpoint("fe80::7%5", 7777)])
    said = believed(info(("10.99.0.7", "fe80::7"), scope=5), HERE)
    assert said is not None
    assert {(str(e), e.interface) for e in said[1]} == {
        ("10.99.0.7:7777", "eth0"),
        ("[fe80::7%5]:7777", "bat0"),
    }


@pytest.mark.parametrize(
    "false",
    [
        info(id=None),
        info(id=b""),
        info(id=b"02" * 31),
        info(id=b"02" * 33),
        info(id=b"0G" * 32),
        info(id=b"\xff" * 64),
        info(id=(b"ab" * 32).upper()),
        info(id=b"02" * 32 + b"\n"),
        info(v=None),
        info(v=b"2"),
        info(v=b""),
        info(port=0),
        info(port=70_000),
        info(()),
        info(("8.8.8.8",)),
        info(("127.0.0.1", "239.83.73.1", "255.255.255.255")),
        info(("2001:db8::7", "::1", "ff02::fb")),
        info(("fe80::7",)),
        info(("fe80::7",), scope=9),
    ],
)
def test_a_false_announcement_is_not_believed(false: AsyncServiceInfo) -> None:
    assert believed(false, HERE) is None


def test_hundreds_of_addresses_of_one_announcement_are_cut_off() -> None:
    said = believed(info(tuple(f"10.99.0.{n}" for n in range(2, 200))), HERE)
    assert said is not None
    assert len(said[1]) == MAX_ENDPOINTS


@dataclass
class FakeResponder:
    """Answers as told; fits ``Responder``."""

    addresses: Addresses
    appeared: Callable[[str], None]
    answers: dict[str, AsyncServiceInfo | Exception | None]
    fault: Exception | None = None
    close_fault: Exception | None = None
    announced: list[AsyncServiceInfo] = field(default_factory=list[AsyncServiceInfo])
    asked: list[str] = field(default_factory=list[str])
    closed: bool = False
    hangs: bool = False

    async def announce(self, info: AsyncServiceInfo) -> None:
        """Keep it, fail, or never end."""
        if self.hangs:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault
        self.announced.append(info)

    async def resolve(self, name: str) -> AsyncServiceInfo | None:
        """Return or raise what was prepared."""
        self.asked.append(name)
        await asyncio.sleep(0)
        answer = self.answers.get(name)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """Take note, or fail."""
        self.closed = True
        if self.close_fault is not None:
            raise self.close_fault


class Scene:
    """Mdns over fake responders."""

    def __init__(self) -> None:
        self.made: list[FakeResponder] = []
        self.answers: dict[str, AsyncServiceInfo | Exception | None] = {}
        self.start_fault: Exception | None = None
        self.fault: Exception | None = None
        self.close_fault: Exception | None = None
        self.hangs = False
        self.found: list[tuple[bytes, Endpoint]] = []
        self.counts: Counter[str] = Counter()
        self.mdns = Mdns(
            Announced(NODE, bytes(4), 7777),
            lambda node, endpoint: self.found.append((node, endpoint)),
            self.counts,
            random.Random(1),  # noqa: S311 - must replay
            start=self._start,
        )

    def _start(self, addresses: Addresses, appeared: Callable[[str], None]) -> FakeResponder:
        if self.start_fault is not None:
            self.counts["tried"] += 1
            raise self.start_fault
        self.made.append(
            FakeResponder(addresses, appeared, self.answers, self.fault, self.close_fault)
        )
        self.made[-1].hangs = self.hangs
        return self.made[-1]

    async def running(self, *addresses: Address) -> asyncio.Task[None]:
        """Return the task that serves on these addresses."""
        task = asyncio.create_task(self.mdns.run())
        self.mdns.use(frozenset(addresses))
        return task


async def until(holds: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.005)


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MDNS_RETRY_FIRST_S", "MDNS_RETRY_LONGEST_S", "LOOK_AGAIN_S"):
        monkeypatch.setattr(mdns, name, 0.02)


@pytest.mark.anyio
async def test_what_appears_is_asked_for_and_told_and_own_names_are_not() -> None:
    scene = Scene()
    scene.answers["x"] = info()
    task = await scene.running(ETH)
    await until(lambda: scene.made and scene.made[0].announced)
    scene.made[0].appeared(instance(NODE))
    scene.made[0].appeared(instance(NODE).upper())
    scene.made[0].appeared("x")
    await until(lambda: scene.found)
    assert scene.found == [(OTHER[:8], Endpoint("10.99.0.7", 7777))]
    assert scene.made[0].asked == ["x"]
    await ended(task)
    assert scene.made[0].closed


@pytest.mark.anyio
async def test_without_an_address_nothing_is_made_and_each_change_makes_it_anew() -> None:
    scene = Scene()
    task = await scene.running()
    await asyncio.sleep(0.02)
    assert scene.made == []
    scene.mdns.use(frozenset({ETH}))
    await until(lambda: len(scene.made) == 1 and scene.made[0].announced)
    scene.mdns.use(frozenset({ETH, ETH6}))
    await until(lambda: len(scene.made) == 2 and scene.made[1].announced)
    assert scene.made[0].closed
    assert scene.made[1].addresses == {ETH, ETH6}
    await ended(task)


@pytest.mark.anyio
@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize("where", ["start_fault", "fault"])
@pytest.mark.parametrize("fault", [OSError(98, "in use"), RuntimeError("no adapter"), KeyError()])
async def test_a_failure_to_announce_is_counted_and_tried_again(
    where: str, fault: Exception
) -> None:
    scene = Scene()
    setattr(scene, where, fault)
    task = await scene.running(ETH)
    await until(lambda: scene.counts["mdns failed"] >= 3)
    assert all(responder.closed for responder in scene.made[:-1])
    setattr(scene, where, None)
    await until(lambda: scene.made and scene.made[-1].announced)
    assert not task.done()
    await ended(task)


@pytest.mark.anyio
async def test_being_cancelled_while_it_announces_leaves_no_sockets_open() -> None:
    scene = Scene()
    scene.hangs = True
    task = await scene.running(ETH)
    await until(lambda: scene.made)
    await ended(task)
    assert scene.made[0].closed


@pytest.mark.anyio
async def test_a_failure_to_close_keeps_nothing_from_being_made_anew() -> None:
    scene = Scene()
    scene.close_fault = OSError()
    task = await scene.running(ETH)
    await until(lambda: scene.made and scene.made[0].announced)
    scene.mdns.use(frozenset({ETH6}))
    await until(lambda: len(scene.made) == 2 and scene.made[1].announced)
    await ended(task)


@pytest.mark.anyio
@pytest.mark.usefixtures("short_waits")
async def test_who_does_not_answer_is_asked_again_and_at_last_forgotten() -> None:
    scene = Scene()
    task = await scene.running(ETH)
    await until(lambda: scene.made and scene.made[0].announced)
    scene.made[0].appeared("x")
    await until(lambda: len(scene.made[0].asked) >= 3)
    scene.answers["x"] = info()
    await until(lambda: len(scene.found) >= 2)
    scene.answers["x"] = None
    before = scene.counts["mdns unanswered"]
    await until(lambda: not scene.mdns.names)
    assert scene.counts["mdns unanswered"] - before >= MAX_NAME_FAILURES
    await ended(task)


@pytest.mark.anyio
async def test_one_hostile_announcement_keeps_none_from_being_heard() -> None:
    scene = Scene()
    scene.answers |= {"bad": ValueError(), "false": info(v=b"9"), "x": info()}
    task = await scene.running(ETH)
    await until(lambda: scene.made and scene.made[0].announced)
    for name in ("bad", "false", "x"):
        scene.made[0].appeared(name)
    await until(lambda: scene.found)
    await until(lambda: scene.counts["mdns malformed"] >= 1)
    await ended(task)


@pytest.mark.anyio
async def test_a_flood_of_names_is_kept_within_bounds() -> None:
    scene = Scene()
    task = await scene.running(ETH)
    await until(lambda: scene.made and scene.made[0].announced)
    for number in range(4 * MAX_NAMES):
        scene.made[0].appeared(str(number))
    assert scene.counts["mdns crowded"] == 3 * MAX_NAMES
    assert len(scene.mdns.names) == MAX_NAMES
    await ended(task)


@pytest.mark.anyio
@pytest.mark.parametrize("after_s", [0, 0.0001, 0.001, 0.01, 0.1])
async def test_the_real_responder_can_be_cancelled_at_any_moment(after_s: float) -> None:
    loopback = frozenset({Address("127.0.0.1", 8, 1, "lo")})
    before = open_sockets()
    tasks = asyncio.all_tasks()
    rng = random.Random(1)  # noqa: S311 - must replay
    announced = Announced(NODE, bytes(4), 7777)
    real = Mdns(announced, lambda _node, _endpoint: None, Counter(), rng)
    task = asyncio.create_task(real.run())
    real.use(loopback)
    await asyncio.sleep(after_s)
    await ended(task)
    assert asyncio.all_tasks() == tasks
    await until(lambda: open_sockets() == before)


def open_sockets() -> int:
    """Return how many sockets this process has."""
    return sum(descriptor.is_socket() for descriptor in Path("/proc/self/fd").iterdir())
