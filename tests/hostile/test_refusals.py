"""Bad requests get a sentence a person understands, and leave nothing behind."""

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from tests.hostile.node_process import NodeProcess, running_node

HERE = "/rooms/everyone/messages"
JSON = {"content-type": "application/json"}
UNKNOWN = "0f" * 32


@dataclass(frozen=True)
class Bad:
    """A request that must be refused."""

    status: int
    slug: str
    method: str = "POST"
    path: str = HERE
    content: bytes = b'{"text": "hello"}'
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    identity: bool = True


TABLE = {
    "malformed JSON": Bad(400, "bad-request", content=b'{"text": "hello"'),
    "nothing at all": Bad(400, "bad-request", content=b""),
    "bad UTF-8": Bad(400, "bad-request", content=b'{"text": "\xff\xfe"}'),
    "60,000 brackets": Bad(400, "invalid", content=b"[" * 60_000),
    "60,000 brackets in a field": Bad(400, "invalid", content=b'{"text":' + b"[" * 60_000),
    "60,000 brackets in an unknown field": Bad(400, "invalid", content=b'{"x":' + b"[" * 60_000),
    "an unknown field": Bad(400, "invalid", content=b'{"text": "hello", "colour": "red"}'),
    "a wrong type": Bad(400, "invalid", content=b'{"text": 5}'),
    "a number that is no flag": Bad(400, "invalid", content=b'{"text": "hello", "urgent": 1}'),
    "an over-long text": Bad(400, "invalid", content=b'{"text": "%b"}' % (b"a" * 2001)),
    "half a character": Bad(400, "bad-request", content=b'{"text": "\\ud800"}'),
    "an empty text": Bad(400, "invalid", content=b'{"text": " \\u0007 "}'),
    "an unknown category": Bad(400, "invalid", content=b'{"text": "a", "category": "x"}'),
    "a body of 70 kB": Bad(413, "too-large", content=b'{"text": "%b"}' % (b"a" * 70_000)),
    "an unknown room": Bad(404, "unknown-room", path=f"/rooms/{UNKNOWN}/messages"),
    "a room that is no id": Bad(400, "invalid", path="/rooms/..%00/messages"),
    "a path that climbs": Bad(404, "not-found", path="/rooms/..%2f..%2fetc/messages"),
    "no identity": Bad(401, "no-identity", identity=False),
    "a token of nobody": Bad(
        401, "no-identity", identity=False, headers=JSON | {"authorization": f"Bearer {UNKNOWN}"}
    ),
    "a foreign Host": Bad(421, "host", headers=JSON | {"host": "evil.example"}),
    "a foreign Origin": Bad(403, "origin", headers=JSON | {"origin": "http://evil.example"}),
    "an Origin without name": Bad(403, "origin", headers=JSON | {"origin": "null"}),
    "a form posted as text": Bad(
        415,
        "media-type",
        content=b'{"text": "hello", "x": "="}',
        headers={"content-type": "text/plain"},
    ),
    "a form": Bad(
        415,
        "media-type",
        content=b"text=hello",
        headers={"content-type": "application/x-www-form-urlencoded"},
    ),
    "a body without type": Bad(415, "media-type", headers={}),
    "another method": Bad(405, "method", method="DELETE", content=b"", headers={}),
    "an unknown path": Bad(404, "not-found", path="/rooms/everyone/secrets"),
    "an unknown query": Bad(400, "invalid", path=f"{HERE}?force=true"),
    "a room with a line break": Bad(400, "invalid", path="/rooms/everyone%0a/messages"),
    "the admin's part": Bad(403, "refused", path="/admin/token", content=b"", headers={}),
    "the admin's backup": Bad(
        403, "refused", method="GET", path="/admin/backup", content=b"", headers={}
    ),
}


@pytest.fixture(scope="module")
def person(node: NodeProcess) -> Generator[httpx.Client]:
    with httpx.Client(base_url=node.url) as client:
        assert client.post("/auth/init", json={"name": "Ana"}).status_code == 201
        yield client


def held(client: httpx.Client) -> tuple[int, int, int]:
    """Return how many messages, envelopes and rooms the box holds."""
    state = client.get("/sync/state").json()
    return state["messages"], state["unsent"]["messages"], len(client.get("/rooms").json())


def assert_problem(answer: httpx.Response, status: int, slug: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["status"]) == (f"/problems/{slug}", status)
    assert body["title"].endswith(".")
    assert body["detail"].endswith(".")
    assert "Traceback" not in answer.text
    assert "msgspec" not in answer.text


@pytest.mark.parametrize("bad", TABLE.values(), ids=TABLE.keys())
def test_a_bad_request_is_refused_and_leaves_nothing(
    node: NodeProcess, person: httpx.Client, bad: Bad
) -> None:
    before = held(person)
    with httpx.Client(
        base_url=node.url, cookies=person.cookies if bad.identity else None
    ) as client:
        answer = client.request(bad.method, bad.path, content=bad.content, headers=bad.headers)
    assert_problem(answer, bad.status, bad.slug)
    assert held(person) == before


def test_the_same_request_without_its_fault_is_taken(person: httpx.Client) -> None:
    """Control: what the table refuses is refused for its fault alone."""
    before = held(person)
    answer = person.post(HERE, content=Bad(0, "").content, headers=Bad(0, "").headers)
    assert answer.status_code == 201
    assert held(person) == (before[0] + 1, before[1] + 1, before[2])


def test_a_chunked_body_of_any_length_is_refused(node: NodeProcess, person: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(20):
            yield b"a" * 5_000

    before = held(person)
    answer = person.post(HERE, content=pieces(), headers=JSON)
    assert_problem(answer, 413, "too-large")
    assert held(person) == before
    assert node.process.poll() is None


def test_a_session_of_another_box_is_nobody_here(node: NodeProcess, person: httpx.Client) -> None:
    here = person.get("/auth/me").json()["node"]["id"]
    before = held(person)
    with running_node() as other:
        there = httpx.post(f"{other.url}/auth/init", json={"name": "Ana"}).json()
    assert there["node"]["id"] != here
    for name in (f"dn_{here[:8]}", f"dn_{there['node']['id'][:8]}"):
        headers = JSON | {"cookie": f"{name}={there['token']}"}
        answer = httpx.post(f"{node.url}{HERE}", content=b'{"text": "hello"}', headers=headers)
        assert_problem(answer, 401, "no-identity")
    assert held(person) == before


def test_forged_forwarding_headers_are_believed_by_nobody() -> None:
    forged = [
        {name: value}
        for number in range(40)
        for name, value in (
            ("x-forwarded-for", f"10.1.1.{number}"),
            ("forwarded", f"for=10.1.2.{number};host=localhost;proto=https"),
            ("x-real-ip", f"10.1.3.{number}"),
        )
    ]
    with (
        running_node(write_rate_per_s=0.1, write_burst=20) as node,
        httpx.Client(base_url=node.url) as client,
    ):
        answers = [client.post(HERE, json={"text": "x"}, headers=headers) for headers in forged]
        foreign = client.get(
            "/rooms", headers={"host": "evil.example", "x-forwarded-host": "localhost"}
        )
        admin = client.post("/admin/token", headers={"x-forwarded-for": "unix"})
    codes = [answer.status_code for answer in answers]
    assert codes[:20] == [401] * 20
    assert set(codes[20:]) == {429}, "every one counted as the same address"
    assert_problem(answers[-1], 429, "slow-down")
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert_problem(foreign, 421, "host")
    assert admin.status_code == 429


def test_refused_requests_fill_no_log(node: NodeProcess, person: httpx.Client) -> None:
    before = node.log.stat().st_size
    for _ in range(50):
        person.post(HERE, content=b"{", headers=JSON)
        with node.connect() as sock:
            sock.sendall(b"NOT HTTP\r\n\r\n")
            assert b" 400 " in sock.recv(100)
        with node.connect() as sock:
            sock.sendall(UPGRADE)
            assert b" 404 " in sock.recv(100)
        with node.connect() as sock:
            sock.sendall(CUT_OFF)
        person.get("/status")  # the box has seen that one leave by now
    assert node.log.stat().st_size == before, node.log.read_text()[-2000:]


CUT_OFF = (
    b"POST /auth/init HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{"
)
UPGRADE = (
    b"GET /ws/nothing HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def test_a_websocket_is_refused_with_a_status_and_a_sentence(node: NodeProcess) -> None:
    upgrade = UPGRADE.replace(b"/ws/nothing", b"/ws/messages")
    for request, status, slug in (
        (UPGRADE, 404, "not-found"),
        (upgrade.replace(b"localhost", b"evil.example"), 421, "host"),
        (upgrade.replace(b"Host:", b"Origin: http://evil.example\r\nHost:"), 403, "origin"),
        (upgrade.replace(b"/ws/messages", b"/ws/messages?when=now"), 400, "invalid"),
    ):
        with node.connect() as sock:
            sock.sendall(request)
            answer = b""
            while piece := sock.recv(65_536):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status), head
        assert b"application/problem+json" in head
        assert json.loads(body)["type"] == f"/problems/{slug}"
