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


PAGES = 20 * (GET.replace(b"/status", b"/rooms/everyone/messages?limit=200") + b"\r\n")
SOCKET = (
    b"GET /ws/messages?since=CURSOR HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)
STALLED_MB = 100.0
"""Twenty times 200 of the longest messages, each as objects, as text and in a buffer."""


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
        fill(node)
        before = node.rss_bytes()
        readers = [hang(node, request) for request in (PAGES, SOCKET) for _ in range(10)]
        time.sleep(2)
        growth = node.rss_bytes() - before
        assert established(node.port) >= len(readers), "control: they hang"
        began_s = time.monotonic()
        while established(node.port) and time.monotonic() - began_s < 4 * STALL_WITHIN_S:
            assert httpx.get(f"{node.url}/status").status_code == 200
            time.sleep(0.5)
        quality("stalled_readers_dropped", time.monotonic() - began_s, "s", STALL_WITHIN_S)
        quality("stalled_readers_memory", growth / 1e6, "MB", STALLED_MB)
        assert established(node.port) == 0
        assert "Traceback" not in node.log.read_text()
        for sock in readers:
            sock.close()


def hang(node: NodeProcess, request: bytes) -> socket.socket:
    """Ask for more than any buffer holds, and never read it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(10)
    sock.connect(("127.0.0.1", node.port))
    cursor = httpx.get(f"{node.url}/rooms/everyone/messages?limit=1").json()["items"][0]["cursor"]
    sock.sendall(request.replace(b"CURSOR", f"{cursor.partition('.')[0]}.0".encode()))
    return sock


def fill(node: NodeProcess) -> None:
    """Write 8 MB of messages."""
    with httpx.Client(base_url=node.url) as client:
        client.post("/auth/init", json={"name": "Ana"})
        for _ in range(1000):
            answer = client.post("/rooms/everyone/messages", json={"text": "\U0001f6d1" * 2000})
            assert answer.status_code == 201
