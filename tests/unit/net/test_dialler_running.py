"""Dials really begun: soon, bounded in time, and whatever becomes of them."""

import asyncio
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from node.clock import SystemClock
from node.net.dialler import Dialler
from node.net.discovery import dialling
from node.net.discovery.announced import Announced
from node.net.discovery.beacon import NO_DIGESTS, NODE_BYTES, Beacon, Digests
from node.net.discovery.dialling import Dialling, Links
from node.net.discovery.discovery import Discovery, Ways
from node.net.discovery.endpoint import Endpoint, parse
from node.net.discovery.interfaces import Watcher
from node.net.discovery.limits import DIAL_LIMIT_S
from node.net.discovery.need import Linked
from node.net.discovery.resolving import Resolver
from node.net.errors import Fault, LinkError
from node.protocol.ids import VerifyKey

pytestmark = pytest.mark.anyio

NODE, OTHER = VerifyKey(bytes(32)), VerifyKey(b"\x02" * 32)
HERE = Endpoint("10.99.0.7", 7777, "eth0")
BEACON = Beacon(OTHER[:NODE_BYTES], bytes(4), 7777, Digests((b"differing",) * 4))
SOON_S = 0.05
Answer = VerifyKey | Exception | None
WITHIN_S = 5.0


class Net:
    """Links to nobody, and a record of dials."""

    def __init__(self, answers: Answer | list[Answer], *static: Endpoint) -> None:
        self.answers = answers
        self.dialled: list[tuple[float, Endpoint]] = []
        self.linked: list[Linked] = []
        self.counts: Counter[str] = Counter()
        rng = random.Random(1)  # noqa: S311 - must replay
        self.dialler = Dialler(NODE, rng, static)
        self.links = Links(self.connect, lambda: self.linked, lambda: NO_DIGESTS)
        self.dialling = Dialling(self.dialler, self.links, SystemClock(), self.counts)

    async def connect(self, endpoint: Endpoint) -> VerifyKey:
        """Record it; answer, fail or hang as told."""
        self.dialled.append((time.monotonic(), endpoint))
        answer = self.answers.pop(0) if isinstance(self.answers, list) else self.answers
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None
        self.linked.append(Linked(answer, None))
        return answer

    def hear(self) -> float:
        """Hear a beacon and return when."""
        now_s = time.monotonic()
        self.dialler.heard(BEACON, HERE, NO_DIGESTS, now_s)
        self.dialling.wake()
        return now_s


async def until(holds: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.002)


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_first_box_heard_is_dialled_within_fifty_milliseconds() -> None:
    delays: list[float] = []
    for _ in range(5):
        net = Net(OTHER)
        task = asyncio.create_task(net.dialling.run())
        await asyncio.sleep(0.03)
        heard_s = net.hear()
        await until(lambda net=net: net.dialled)  # type: ignore[misc]
        delays.append(net.dialled[0][0] - heard_s)
        await ended(task)
    assert min(delays) < SOON_S


@pytest.mark.parametrize(
    "fault", [OSError(113, "No route"), LinkError(Fault.CIPHER, "x"), TimeoutError()]
)
async def test_a_dial_that_fails_is_counted_and_followed_by_others(fault: Exception) -> None:
    net = Net(fault, parse("10.9.9.9:7777"))
    task = asyncio.create_task(net.dialling.run())
    await until(lambda: net.counts["dial failed"] >= 2)
    assert not task.done()
    await ended(task)


async def test_a_fault_in_a_dial_is_logged_and_followed_by_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    net = Net(KeyError("a fault"), parse("10.9.9.9:7777"))
    task = asyncio.create_task(net.dialling.run())
    await until(lambda: len(net.dialled) >= 2)
    assert "dialling 10.9.9.9:7777 failed" in caplog.text
    await ended(task)


async def test_a_silent_box_is_given_up_after_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialling, "DIAL_LIMIT_S", 0.05)
    net = Net(None, parse("10.9.9.9:7777"))
    task = asyncio.create_task(net.dialling.run())
    await until(lambda: net.counts["dial failed"] == 1)
    await ended(task)


async def test_dials_under_way_end_with_it() -> None:
    net, before = Net(None), asyncio.all_tasks()
    task = asyncio.create_task(net.dialling.run())
    net.hear()
    await until(lambda: net.dialled)
    stopped_s = time.monotonic()
    await ended(task)
    assert time.monotonic() - stopped_s < DIAL_LIMIT_S / 2
    assert asyncio.all_tasks() == before


async def test_every_address_of_a_name_is_tried_until_one_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", names("10.0.0.1", "10.0.0.2", "10.0.0.3"))
    net = Net([OSError(), OTHER], parse("gym.example:7000"))
    task = asyncio.create_task(net.dialling.run())
    await until(lambda: net.linked)
    assert [str(endpoint) for _, endpoint in net.dialled] == ["10.0.0.1:7000", "10.0.0.2:7000"]
    await ended(task)


def names(*ips: str) -> Callable[..., list[tuple[int, int, int, str, tuple[str, int]]]]:
    def look_up(
        host: str, port: int, **_: object
    ) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        assert host == "gym.example"
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (ip, port)) for ip in ips]

    return look_up


async def test_an_unknown_name_is_counted_and_looked_up_at_each_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", names())
    net = Net(OTHER, parse("gym.example:7000"))
    task = asyncio.create_task(net.dialling.run())
    await until(lambda: net.counts["name unknown"] == 1)
    monkeypatch.setattr(socket, "getaddrinfo", names("10.0.0.1"))
    await until(lambda: net.linked)
    await ended(task)


async def test_a_name_server_that_is_silent_is_asked_in_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()
    asked: list[str] = []

    def silent(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        gate.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    resolver, name = Resolver(), parse("gym.example:7000")
    for _ in range(5):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(resolver.addresses(name), 0.01)
    assert asked == ["gym.example"]
    gate.set()
    assert await resolver.addresses(name) == []


async def test_a_scope_given_by_name_becomes_one_that_can_be_dialled() -> None:
    index = socket.if_nametoindex("lo")
    (found,) = await Resolver().addresses(parse("[fe80::1%lo]:7777"))
    assert str(found) == f"[fe80::1%{index}]:7777"


@pytest.mark.parametrize(("beacon", "mdns"), [(False, False), (True, False), (False, True)])
async def test_static_peers_are_dialled_whatever_is_off(*, beacon: bool, mdns: bool) -> None:
    net, before = Net(OTHER), asyncio.all_tasks()
    ways = Ways(beacon=beacon, mdns=mdns, static=(parse("10.9.9.9:7777"),))
    announced = Announced(NODE, bytes(4), 7777)
    rng = random.Random(1)  # noqa: S311 - must replay
    discovery = Discovery(announced, ways, net.links, SystemClock(), rng)
    discovery.start()
    await until(lambda: net.linked)
    await discovery.stop()
    assert asyncio.all_tasks() == before


async def test_a_part_that_fails_is_started_again_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("node.net.discovery.discovery.RESTART_S", 0.01)
    net = Net(OTHER)
    ways = Ways(beacon=False, mdns=False, static=(parse("10.9.9.9:7777"),))
    rng = random.Random(1)  # noqa: S311 - must replay
    discovery = Discovery(Announced(NODE, bytes(4), 7777), ways, net.links, SystemClock(), rng)
    failures = iter([ValueError("a fault")])

    def rescan(_: Watcher) -> None:
        for failure in failures:
            raise failure
        net.counts["rescanned"] += 1

    monkeypatch.setattr(Watcher, "rescan", rescan)
    discovery.start()
    await until(lambda: net.linked and net.counts["rescanned"])
    assert "a part failed" in caplog.text
    await discovery.stop()
