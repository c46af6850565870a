"""One phone that loads pages from as many connections as it may have makes nobody else wait."""

import http.client
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import pytest

from tests.hostile.node_process import NodeProcess, running_node
from tests.hostile.peer_field import GROWTH_MB, STATUS_MS, Person

Quality = Callable[[str, float, str, float | None], None]

CONNECTIONS = 23
"""One less than an address may have: none is refused."""
FLOOD_S = 0.8
LOOK_S = 0.02
MESSAGES = 150
LEAST = 30
"""Pages of a flood that is one."""

PATHS = (
    "/lite",
    "/lite/new",
    "/lite/room/everyone",
    "/lite/people?q=nobody+here",
    "/lite/people?category=safe",
    "/lite/open",
    "/lite/enter/a-b-c-d",
    "/poster?lang=en,ar,bn",
    "/qr/open.svg",
    "/people?limit=200",
    "/search?q=water",
    "/lite/nowhere",
)


@pytest.fixture(scope="module")
def crowded() -> Generator[NodeProcess]:
    """Return a node with something on every list."""
    with running_node() as node, Person(node, "Ana") as ana:
        for number in range(MESSAGES):
            message = {"text": f"water number {number} " + "x" * 200, "category": "help"}
            ana.client.post("/rooms/everyone/messages", json=message).raise_for_status()
        yield node
        assert node.log.read_text() == ""


@contextmanager
def flood(node: NodeProcess, path: str) -> Generator[list[int]]:
    """Load a page again and again; yield the statuses of the answers as they come."""
    statuses: list[int] = []
    ended = threading.Event()

    def load() -> None:
        phone = http.client.HTTPConnection(
            "127.0.0.1", node.port, timeout=20, source_address=("127.0.7.150", 0)
        )
        with suppress(OSError, http.client.HTTPException):
            while not ended.is_set():
                phone.request("GET", path)
                answer = phone.getresponse()
                answer.read()
                statuses.append(answer.status)
        phone.close()

    loading = [threading.Thread(target=load) for _ in range(CONNECTIONS)]
    for each in loading:
        each.start()
    try:
        yield statuses
    finally:
        ended.set()
        for each in loading:
            each.join()


@pytest.mark.parametrize("path", PATHS)
def test_a_flood_of_pages_starves_nobody(crowded: NodeProcess, quality: Quality, path: str) -> None:
    took_s: list[float] = []
    before_bytes = crowded.rss_bytes()
    with Person(crowded, "Ben") as ben, flood(crowded, path) as statuses:
        ends_s = time.monotonic() + FLOOD_S
        while time.monotonic() < ends_s:
            began_s = time.monotonic()
            ben.get("/status")
            took_s.append(time.monotonic() - began_s)
            time.sleep(LOOK_S)
        ben.post(f"in a flood of {path}")
    assert len(statuses) > LEAST, "control: it is a flood"
    assert set(statuses) <= {200, 404}
    slow_ms = 1_000 * sorted(took_s)[int(0.95 * len(took_s))]
    quality(f"page_flood_status_p95 ({path})", slow_ms, "ms", STATUS_MS)
    grown_mb = (crowded.rss_bytes() - before_bytes) / 1e6
    quality(f"page_flood_memory ({path})", grown_mb, "MB", GROWTH_MB)
