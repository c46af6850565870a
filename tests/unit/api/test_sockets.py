"""``/ws``."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from node.api.asgi import Message, Receive, Scope, Send
from node.api.sockets import (
    CLOSE_FAULT,
    CLOSE_MALFORMED,
    CLOSE_OTHER_STORE,
    CLOSE_TOO_SLOW,
)
from node.contract.frames import Frame
from node.contract.problems import ALL
from node.runtime.feed import Feed
from tests.fakes.deadlines import eventually
from tests.unit.api.boxes import BoxUnderTest, SocketUnderTest, open_socket

pytestmark = pytest.mark.anyio

HERE = "/rooms/everyone/messages"


async def accepted(socket: SocketUnderTest) -> None:
    assert (await socket.event())["type"] == "websocket.accept"


async def closed(socket: SocketUnderTest) -> int:
    message = await socket.event()
    assert message["type"] == "websocket.close", message
    assert message["reason"]
    code: int = message["code"]
    return code


async def test_a_message_is_shown_to_whoever_listens(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    async with open_socket(box.app.tcp, "/ws/messages") as socket:
        await accepted(socket)
        posted = (await ana.post(HERE, json={"text": "live"})).json()
        frame = await socket.frame()
    assert frame == {"type": "message", "cursor": posted["cursor"], "message": posted}


async def test_since_shows_what_was_missed_and_then_what_happens_each_once(
    box: BoxUnderTest,
) -> None:
    ana = await box.newcomer()
    first, *missed = [(await ana.post(HERE, json={"text": str(n)})).json() for n in range(4)]
    async with open_socket(box.app.tcp, f"/ws/messages?since={first['cursor']}") as socket:
        await accepted(socket)
        shown = [(await socket.frame())["message"] for _ in missed]
        live = (await ana.post(HERE, json={"text": "live"})).json()
        shown.append((await socket.frame())["message"])
    assert shown == [*missed, live]


async def test_the_first_frame_of_status_is_the_status_now(still_box: BoxUnderTest) -> None:
    for path in ("/ws/status", "/ws/messages?with=status", "/ws/messages?with=peers,status"):
        async with open_socket(still_box.app.tcp, path) as socket:
            await accepted(socket)
            frame = await socket.frame()
        assert frame["type"] == "status"
        assert set(frame["status"]) == {"node", "network", "storage", "clock", "phones", "health"}


async def test_a_socket_shows_its_topics_only(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    async with open_socket(box.app.tcp, "/ws/peers") as peers:
        await accepted(peers)
        async with open_socket(box.app.tcp, "/ws/messages") as messages:
            await accepted(messages)
            await ana.post(HERE, json={"text": "hi"})
            await messages.frame()
        assert peers.outgoing.empty()


@pytest.mark.parametrize(
    ("target", "status", "slug"),
    [
        ("/ws/nothing", 404, "not-found"),
        ("/rooms", 404, "not-found"),
        ("/ws/status/", 404, "not-found"),
        ("/ws/status?with=peers", 400, "invalid"),
        ("/ws/messages?with=weather", 400, "invalid"),
        ("/ws/messages?when=x", 400, "invalid"),
        ("/ws/messages?since=a&since=b", 400, "invalid"),
    ],
)
async def test_what_cannot_be_listened_to_is_refused_before_accept(
    still_box: BoxUnderTest, target: str, status: int, slug: str
) -> None:
    async with open_socket(still_box.app.tcp, target) as socket:
        start, body = await socket.event(), await socket.event()
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert json.loads(body["body"])["type"] == f"/problems/{slug}"
    assert (b"content-type", b"application/problem+json") in start["headers"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"origin", b"http://evil.example")], 403),
        ([(b"origin", b"null")], 403),
        ([(b"host", b"evil.example")], 421),
    ],
)
async def test_another_sites_page_opens_no_socket(
    still_box: BoxUnderTest, headers: list[tuple[bytes, bytes]], status: int
) -> None:
    async with open_socket(still_box.app.tcp, "/ws/messages", *headers) as socket:
        assert (await socket.event())["status"] == status


@pytest.mark.parametrize(
    ("since", "code"),
    [
        ("0000000000000000.1", CLOSE_OTHER_STORE),
        ("nonsense", CLOSE_MALFORMED),
        ("", CLOSE_MALFORMED),
    ],
)
async def test_a_cursor_that_does_not_fit_is_told_by_the_close_code(
    still_box: BoxUnderTest, since: str, code: int
) -> None:
    async with open_socket(still_box.app.tcp, f"/ws/messages?since={since}") as socket:
        await accepted(socket)
        assert await closed(socket) == code


async def test_a_client_that_speaks_is_closed(still_box: BoxUnderTest) -> None:
    async with open_socket(still_box.app.tcp, "/ws/messages") as socket:
        await accepted(socket)
        await socket.say("{bad")
        assert await closed(socket) == CLOSE_MALFORMED


@pytest.mark.parametrize("speaks", [False, True])
async def test_a_client_that_is_gone_is_listened_for_no_more(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch, *, speaks: bool
) -> None:
    closed_feeds: list[Feed] = []

    def note(feed: Feed) -> None:
        closed_feeds.append(feed)

    monkeypatch.setattr(Feed, "close", note)
    async with open_socket(box.app.tcp, "/ws/messages") as socket:
        await accepted(socket)
        assert not closed_feeds
        if speaks:
            await socket.say("hello")
    assert len(closed_feeds) == 1


async def test_a_listener_that_lags_too_far_is_told_so(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.events.MAX_QUEUED_FRAMES", 2)
    reads = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_to_a_reader(message: Message) -> None:
            if message["type"] == "websocket.send":
                await reads.wait()
            await send(message)

        await box.app.tcp(scope, receive, send_to_a_reader)

    ana = await box.newcomer()
    async with open_socket(app, "/ws/messages") as socket:
        await accepted(socket)
        answers = [await ana.post(HERE, json={"text": str(number)}) for number in range(4)]
        newest = answers[-1].json()["cursor"]

        async def all_published() -> bool:
            return bool((await box.node.status.frame()).cursor == newest)

        await eventually(all_published)
        reads.set()
        assert (await socket.frame())["message"]["text"] == "0", "control: it was listening"
        assert await closed(socket) == CLOSE_TOO_SLOW


async def broken_batches(_: Feed) -> AsyncIterator[list[Frame]]:
    for fault in (ValueError("the secret detail"),):
        raise fault
    yield []


async def test_a_fault_while_streaming_is_told_without_detail(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Feed, "frames", broken_batches)
    async with open_socket(box.app.tcp, "/ws/messages") as socket:
        await accepted(socket)
        message = await socket.event()
    assert (message["type"], message["code"]) == ("websocket.close", CLOSE_FAULT)
    assert "secret" not in message["reason"]
    assert "the secret detail" in caplog.text


def test_every_title_fits_a_close_frame() -> None:
    assert max(len(problem.title.encode()) for problem in ALL) <= 123
