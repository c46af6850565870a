"""``/ws``: what happens, as it happens."""

import asyncio
import logging
from typing import Any, Final, cast

from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect

from node.api.asgi import Receive, Scope, Send
from node.api.frame_text import frame_text
from node.api.problems import FieldError, InvalidError
from node.api.refusal import Refusal, refuse
from node.api.requests import check_query
from node.contract.frames import Frame
from node.contract.problems import BAD_REQUEST, FAULT, OTHER_STORE, SLOW_DOWN, RefusedError
from node.events import TooSlowError
from node.runtime.feed import Feed
from node.runtime.node import Node

Socket = WebSocket[Any, Any, Any]

CLOSE_MALFORMED: Final = 4400
CLOSE_OTHER_STORE: Final = 4410
CLOSE_TOO_SLOW: Final = 4429
CLOSE_FAULT: Final = 4500

_EXTRA_TOPICS: Final = frozenset({"peers", "status"})
_log: Final = logging.getLogger(__name__)


class _Ended(Exception):  # noqa: N818 - the ordinary end of a socket, not an error
    """How a socket ends."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


@websocket("/ws/messages")
async def messages_socket(socket: Socket, node: NamedDependency[Node]) -> None:
    """Stream messages, their states and rooms; ``since`` a cursor, ``with`` other topics."""
    try:
        check_query(socket, frozenset({"since", "with"}))
        topics = {"messages"} | _extra_topics(socket.query_params.get("with", ""))
    except InvalidError as refusal:
        await _refuse(socket, refusal)
        return
    await _stream(socket, node, topics, socket.query_params.get("since"))


@websocket("/ws/peers")
async def peers_socket(socket: Socket, node: NamedDependency[Node]) -> None:
    """Stream links that come up and go."""
    await _stream_one_topic(socket, node, "peers")


@websocket("/ws/status")
async def status_socket(socket: Socket, node: NamedDependency[Node]) -> None:
    """Stream the box's status, first as it is and then as it changes."""
    await _stream_one_topic(socket, node, "status")


SOCKETS: Final = (messages_socket, peers_socket, status_socket)
SOCKET_PATHS: Final = frozenset(path for handler in SOCKETS for path in handler.paths)


def _extra_topics(text: str) -> set[str]:
    topics = set(text.split(",")) if text else set[str]()
    unknown = topics - _EXTRA_TOPICS
    if unknown:
        raise InvalidError([FieldError("with", "Takes peers and status, with a comma between.")])
    return topics


async def _stream_one_topic(socket: Socket, node: Node, topic: str) -> None:
    try:
        check_query(socket, frozenset())
    except InvalidError as refusal:
        await _refuse(socket, refusal)
        return
    await _stream(socket, node, {topic}, None)


async def _refuse(socket: Socket, refusal: RefusedError) -> None:
    scope: Scope = {**socket.scope}
    receive, send = cast("Receive", socket.receive), cast("Send", socket.send)
    await refuse(scope, receive, send, Refusal(refusal.problem, refusal.detail))


async def _stream(socket: Socket, node: Node, topics: set[str], since: str | None) -> None:
    """Accept, show the feed until either side ends it, and close with a code that says why."""
    await socket.accept()
    try:
        feed = node.feed(topics, since)
    except RefusedError as exc:
        is_other = exc.problem is OTHER_STORE
        code = CLOSE_OTHER_STORE if is_other else CLOSE_MALFORMED
        await socket.close(code, exc.problem.title)
        return
    try:
        await _race(_read(socket), _write(socket, feed))
    except _Ended as end:
        await socket.close(end.code, end.reason)
    except (WebSocketDisconnect, OSError):
        pass  # the client is gone, and nobody is left to tell
    finally:
        feed.close()


async def _race(*runners: Any) -> None:  # noqa: ANN401 - coroutines of any kind
    """Run until the first of ``runners`` ends, end the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(runner) for runner in runners]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _read(socket: Socket) -> None:
    """Wait for the client to leave; it has nothing to say here."""
    message = await socket.receive()
    if message["type"] == "websocket.receive":
        raise _Ended(CLOSE_MALFORMED, BAD_REQUEST.title)


async def _write(socket: Socket, feed: Feed) -> None:
    try:
        async for batch in feed.frames():
            for frame in batch:
                await _send(socket, frame)
    except TooSlowError:
        raise _Ended(CLOSE_TOO_SLOW, SLOW_DOWN.title) from None
    except (WebSocketDisconnect, OSError):
        raise
    except Exception as exc:
        _log.exception("fault in %s", socket.scope["path"])
        raise _Ended(CLOSE_FAULT, FAULT.title) from exc


async def _send(socket: Socket, frame: Frame) -> None:
    await socket.send_text(frame_text(frame))
