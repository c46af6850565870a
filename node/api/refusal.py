"""A refusal before any framework: the same answer for HTTP and for WebSockets before accept."""

from dataclasses import dataclass, field

from node.api.asgi import Receive, Scope, Send
from node.api.headers import HeaderList, dressed
from node.api.problems import PROBLEM_JSON, problem_body
from node.contract.problems import Problem


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further."""

    problem: Problem
    detail: str | None = None
    headers: HeaderList = field(default_factory=list[tuple[bytes, bytes]])


async def refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    """Answer ``refusal``; a WebSocket gets a real status and body, and is never accepted."""
    body = problem_body(refusal.problem, refusal.detail)
    headers = [
        (b"content-type", PROBLEM_JSON.encode()),
        (b"content-length", str(len(body)).encode()),
        *refusal.headers,
    ]
    prefix = "http.response"
    if scope["type"] == "websocket":
        prefix = "websocket.http.response"
        await receive()  # websocket.connect
    status = refusal.problem.status
    await send({"type": f"{prefix}.start", "status": status, "headers": dressed(headers)})
    is_head = scope.get("method") == "HEAD"
    await send({"type": f"{prefix}.body", "body": b"" if is_head else body, "more_body": False})
