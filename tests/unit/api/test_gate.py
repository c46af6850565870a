"""What the gate lets through, refuses and puts on every answer."""

import httpx
import pytest

from node.api.asgi import Message, Receive, Scope, Send
from node.api.entrance import Entrances
from node.api.gate.gate import Gate, GateRules
from node.api.gate.hosts import Hosts
from node.api.gate.rates import Rates
from tests.unit.api.boxes import StillClock

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


class Inner:
    """The application behind the gate: remembers what it was asked."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.headers: list[tuple[bytes, bytes]] = [(b"content-type", b"text/plain")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a text, whatever the request."""
        del receive
        self.scopes.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"inside", "more_body": False})


@pytest.fixture
def inner() -> Inner:
    return Inner()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def gate(inner: Inner, clock: StillClock) -> Gate:
    rules = GateRules(
        hosts=Hosts(()),
        entrances=Entrances({"10.83.73.1"}, {0}, None),
        rates=Rates(clock, per_s=1.0, burst=3.0),
        lasting=Rates.of_lasting(clock, per_s=0.1, burst=3.0),
        cookie_name="dn_abababab",
        socket_paths={"/ws/status"},
    )
    return Gate(inner, rules)


@pytest.fixture
def client(gate: Gate) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=gate)
    return httpx.AsyncClient(transport=transport, base_url="http://box.local:8080")


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"].endswith(".")
    return answer.status_code, body["type"]


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1@evil.example", ""])
async def test_a_foreign_host_is_refused_even_for_reading(
    client: httpx.AsyncClient, inner: Inner, host: str
) -> None:
    answer = await client.get("/rooms", headers={"host": host})
    assert problem(answer) == (421, "/problems/host")
    assert not inner.scopes


async def test_two_hosts_are_refused_though_each_is_known(
    client: httpx.AsyncClient, inner: Inner
) -> None:
    answer = await client.get("/rooms", headers=[("host", "box.local"), ("host", "box.local")])
    assert problem(answer) == (421, "/problems/host")
    assert not inner.scopes


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://box.local",
        "http://box.local:8081",
        "https://box.local:8080",
    ],
)
async def test_a_foreign_origin_may_not_write(
    client: httpx.AsyncClient, inner: Inner, origin: str
) -> None:
    answer = await client.post("/rooms", headers={"origin": origin})
    assert problem(answer) == (403, "/problems/origin")
    assert not inner.scopes


async def test_own_pages_and_programs_may_write_and_anyone_may_read(
    client: httpx.AsyncClient,
) -> None:
    own = await client.post("/rooms", headers={"origin": "http://box.local:8080"})
    program = await client.post("/rooms")
    reading = await client.get("/rooms", headers={"origin": "http://evil.example"})
    assert [a.status_code for a in (own, program, reading)] == [200, 200, 200]
    assert "access-control-allow-origin" not in reading.headers


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "json",
    ],
)
async def test_a_body_that_does_not_say_json_is_refused(
    client: httpx.AsyncClient, inner: Inner, kind: str
) -> None:
    answer = await client.post("/rooms", content=b'{"name": "x"}', headers={"content-type": kind})
    assert problem(answer) == (415, "/problems/media-type")
    assert not inner.scopes


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"{}", "application/json"), (b"{}", "Application/JSON; charset=utf-8"), (b"", "")],
)
async def test_json_and_no_body_at_all_are_let_in(
    client: httpx.AsyncClient, content: bytes, kind: str
) -> None:
    answer = await client.post("/rooms", content=content, headers={"content-type": kind})
    assert answer.status_code == 200


async def test_writes_are_limited_and_told_when_to_come_back(
    client: httpx.AsyncClient, clock: StillClock
) -> None:
    codes = [(await client.post("/rooms/everyone/join")).status_code for _ in range(3)]
    refused = await client.post("/rooms/everyone/join")
    assert codes == [200, 200, 200]
    assert problem(refused) == (429, "/problems/slow-down")
    assert refused.headers["retry-after"] == "1"
    assert (await client.get("/rooms")).status_code == 200, "reading goes on"
    clock.now_s += 1
    assert (await client.post("/rooms/everyone/join")).status_code == 200


async def test_what_is_kept_without_an_end_has_a_rate_of_its_own(
    client: httpx.AsyncClient, clock: StillClock
) -> None:
    assert [(await client.post("/auth/init")).status_code for _ in range(3)] == [200] * 3
    clock.now_s += 5
    assert (await client.post("/rooms")).status_code == 429, "people and rooms together"
    assert (await client.post("/rooms/everyone/messages")).status_code == 200
    clock.now_s += 10
    assert (await client.post("/auth/init")).status_code == 200


@pytest.mark.parametrize("path", ["//auth/init", "/auth//init", "/auth/init//", "//rooms/"])
async def test_no_spelling_of_a_path_escapes_that_rate(
    client: httpx.AsyncClient, clock: StillClock, path: str
) -> None:
    for _ in range(3):
        assert (await client.post("/auth/init")).status_code == 200
    clock.now_s += 5
    assert (await client.post(f"http://box.local:8080{path}")).status_code == 429
    assert (await client.post("/rooms/everyone/messages")).status_code == 200, "only that rate"


async def test_many_addresses_together_make_no_more_than_ten_times_as_much(
    inner: Inner, clock: StillClock
) -> None:
    rules = GateRules(
        hosts=Hosts(()),
        entrances=Entrances(set(), set(), None),
        rates=Rates(clock, per_s=1.0, burst=100.0),
        lasting=Rates.of_lasting(clock, per_s=0.1, burst=2.0),
        cookie_name="dn_abababab",
        socket_paths=set(),
    )
    codes: list[int] = []
    for number in range(25):
        transport = httpx.ASGITransport(app=Gate(inner, rules), client=(f"10.0.0.{number}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://box.local") as client:
            codes.append((await client.post("/auth/init")).status_code)
    assert codes == [200] * 20 + [429] * 5


async def test_one_session_is_limited_across_addresses(inner: Inner, clock: StillClock) -> None:
    rules = GateRules(
        hosts=Hosts(()),
        entrances=Entrances(set(), set(), None),
        rates=Rates(clock, per_s=1.0, burst=2.0),
        lasting=Rates.of_lasting(clock, per_s=1.0, burst=100.0),
        cookie_name="dn_abababab",
        socket_paths=set(),
    )
    gate = Gate(inner, rules)
    cookie = {"cookie": f"dn_abababab={'1' * 64}"}
    codes: list[int] = []
    for number in range(3):
        transport = httpx.ASGITransport(app=gate, client=(f"10.0.0.{number}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://box.local") as client:
            codes.append((await client.post("/rooms", headers=cookie)).status_code)
    assert codes == [200, 200, 429]


async def test_every_answer_carries_the_policy_and_none_is_kept(
    client: httpx.AsyncClient,
) -> None:
    for answer in (await client.get("/"), await client.get("/", headers={"host": "evil.example"})):
        assert answer.headers["content-security-policy"].startswith("default-src 'self';")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


async def test_an_answer_may_say_for_how_long_it_is_good(
    client: httpx.AsyncClient, inner: Inner
) -> None:
    inner.headers = [(b"Cache-Control", b"max-age=60")]
    answer = await client.get("/")
    assert answer.headers.get_list("cache-control") == ["max-age=60"]


async def test_head_is_asked_as_get_and_answered_without_body(inner: Inner, gate: Gate) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "method": "HEAD",
        "path": "/",
        "headers": [(b"host", b"box.local")],
    }
    await gate(scope, receive, send)
    assert inner.scopes[0]["method"] == "GET"
    assert scope["method"] == "HEAD", "the server's own is left alone, so that it sends no body"
    assert [message.get("body") for message in sent] == [None, b""]


@pytest.mark.parametrize("path", ["/docs", "/docs/", "//docs", "/docs/openapi.json", "/metrics"])
async def test_what_is_for_operators_is_refused_on_the_hotspot_only(
    client: httpx.AsyncClient, inner: Inner, path: str
) -> None:
    on_hotspot = await client.get(f"http://10.83.73.1{path}")
    assert problem(on_hotspot) == (403, "/problems/refused")
    assert not inner.scopes
    assert (await client.get(f"http://box.local{path}")).status_code == 200
    assert (await client.get("http://10.83.73.1/rooms")).status_code == 200


async def test_other_scopes_pass_untouched(inner: Inner, clock: StillClock) -> None:
    rules = GateRules(
        Hosts(()),
        Entrances(set(), set(), None),
        Rates(clock, per_s=1, burst=1),
        Rates.of_lasting(clock, per_s=1, burst=1),
        "c",
        (),
    )
    sent: list[Message] = []

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "lifespan"}
    await Gate(inner, rules)(scope, receive, send)
    assert inner.scopes == [scope]
