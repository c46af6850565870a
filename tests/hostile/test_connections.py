"""Phones that hold connections, pour bytes or never read harm nobody else."""

import asyncio
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from tests.hostile.node_process import NodeProcess, running_node

pytestmark = pytest.mark.anyio

Quality = Callable[[str, float, str, float | None], None]

TRICKLERS = 60
TRICKLERS_PER_ADDRESS = 15
CLOSED_WITHIN_S = 10.0
WATCH_S = 14.0
STALL_WITHIN_S = 40.0
GROWTH_BYTES = 15_000_000

GET = b"GET /status HTTP/1.1\r\nHost: localhost\r\n"
POST = (
    b"POST /auth/init HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 5000\r\n\r\n"
)
TRICKLES = {
    "head": (GET + b"X: ", b"a"),
    "body": (POST, b"a"),
    "silent": (b"", b""),
    "empty lines": (b"\r\n", b"\r\n"),
    "empty lines after an honest request": (GET + b"\r\n", b"\r\n"),
}


@dataclass
class Watched:
    """What happened while the tricklers trickled."""

    closed_s: list[float] = field(default_factory=list[float])
    latencies_s: list[float] = field(default_factory=list[float])


async def trickle(node: NodeProcess, number: int, watched: Watched) -> None:
    """Send a byte a second until the node closes."""
    begin, more = list(TRICKLES.values())[number % len(TRICKLES)]
    source = f"127.0.2.{number // TRICKLERS_PER_ADDRESS + 1}"
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port, local_addr=(source, 0))
    began_s = time.monotonic()
    writer.write(begin)
    try:
        while time.monotonic() - began_s < WATCH_S:
            try:
                async with asyncio.timeout(1.0):
                    if not await reader.read(65_536):
                        watched.closed_s.append(time.monotonic() - began_s)
                        return
            except TimeoutError:
                writer.write(more)
    except ConnectionError:
        watched.closed_s.append(time.monotonic() - began_s)
    finally:
        writer.close()


async def ask_honestly(node: NodeProcess, watched: Watched) -> None:
    """Ask as a phone does, and keep how long each answer took."""
    ends_s = time.monotonic() + CLOSED_WITHIN_S
    async with httpx.AsyncClient(base_url=node.url) as client:
        while time.monotonic() < ends_s:
            began_s = time.monotonic()
            assert (await client.get("/status")).status_code == 200
            watched.latencies_s.append(time.monotonic() - began_s)
            await asyncio.sleep(0.05)


async def test_sixty_trickling_sockets_are_closed_and_honest_phones_do_not_notice(
    node: NodeProcess, quality: Quality
) -> None:
    watched = Watched()
    tricklers = (trickle(node, number, watched) for number in range(TRICKLERS))
    await asyncio.gather(ask_honestly(node, watched), *tricklers)
    assert len(watched.closed_s) == TRICKLERS
    assert min(watched.closed_s) > 5, "a slow but honest phone has some seconds"
    p95_s = sorted(watched.latencies_s)[int(0.95 * len(watched.latencies_s))]
    quality("slowloris_last_closed", max(watched.closed_s), "s", CLOSED_WITHIN_S)
    quality("slowloris_honest_p95", p95_s, "s", 1.0)


def answer_head(sock: socket.socket) -> bytes:
    try:
        return sock.recv(65_536)
    except ConnectionError:
        return b""


def test_forty_megabytes_of_headers_are_refused_and_never_held(node: NodeProcess) -> None:
    before = node.rss_bytes()
    sock = node.connect()
    line = b"X-Long: " + b"a" * 16_000 + b"\r\n"
    sent = 0
    sock.sendall(GET)
    try:
        while sent < 40_000_000:
            sock.sendall(line)
            sent += len(line)
    except OSError:
        pass  # cut off in the middle, as it should be
    head = answer_head(sock)
    sock.close()
    assert node.rss_bytes() - before < GROWTH_BYTES
    assert head == b"" or head.startswith(b"HTTP/1.1 431 ")
    assert httpx.get(f"{node.url}/status").status_code == 200


def test_a_head_that_is_a_little_too_long_is_told_so(node: NodeProcess) -> None:
    with node.connect() as sock:
        sock.sendall(GET + b"X-Long: " + b"a" * 17_000 + b"\r\n\r\n")
        head, _, body = answer_head(sock).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ")
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["detail"].endswith(".")


def test_forty_connections_of_one_address_leave_room_for_others(node: NodeProcess) -> None:
    inside: list[socket.socket] = []
    served = 0
    for _ in range(40):
        sock = node.connect("127.0.3.1")
        inside.append(sock)
        try:
            sock.sendall(GET + b"\r\n")
        except ConnectionError:
            continue
        served += answer_head(sock).startswith(b"HTTP/1.1 200 ")
    assert served == 24
    with node.connect("127.0.3.2") as other:
        other.sendall(GET + b"\r\n")
        assert answer_head(other).startswith(b"HTTP/1.1 200 ")
    for sock in inside:
        sock.close()
    deadline_s = time.monotonic() + 10
    while not is_served(node, "127.0.3.1"):
        assert time.monotonic() < deadline_s, "places come free when connections end"


def is_served(node: NodeProcess, source: str) -> bool:
    with node.connect(source) as sock:
        try:
            sock.sendall(GET + b"\r\n")
        except ConnectionError:
            return False
        return answer_head(sock).startswith(b"HTTP/1.1 200 ")


def established(port: int) -> int:
    """Return how many connections the node itself still holds at ``port``."""
    held = 0
    with open("/proc/net/tcp", encoding="ascii") as table:  # noqa: PTH123 - a kernel table
        for line in table:
            columns = line.split()
            held += columns[1].endswith(f":{port:04X}") and columns[3] != "0A"
    return held


def test_readers_that_never_read_are_dropped_and_cost_little(quality: Quality) -> None:
    with running_node() as node:
        fill(node, messages=120)
        before = node.rss_bytes()
        readers: list[socket.socket] = []
        for _ in range(20):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(10)
            sock.connect(("127.0.0.1", node.port))
            request = GET.replace(b"/status", b"/rooms/everyone/messages?limit=200") + b"\r\n"
            sock.sendall(request * 20)
            readers.append(sock)
        time.sleep(1)
        growth = node.rss_bytes() - before
        assert established(node.port) >= len(readers), "control: they hang"
        began_s = time.monotonic()
        while established(node.port) and time.monotonic() - began_s < 4 * STALL_WITHIN_S:
            assert httpx.get(f"{node.url}/status").status_code == 200
            time.sleep(0.5)
        quality("stalled_readers_dropped", time.monotonic() - began_s, "s", STALL_WITHIN_S)
        quality("stalled_readers_memory", growth / 1e6, "MB", 40.0)
        for sock in readers:
            sock.close()


def fill(node: NodeProcess, messages: int) -> None:
    with httpx.Client(base_url=node.url) as client:
        client.post("/auth/init", json={"name": "Ana"})
        for number in range(messages):
            body = {"text": f"{number} " + "long " * 390}
            assert client.post("/rooms/everyone/messages", json=body).status_code == 201
