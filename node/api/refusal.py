"""A refusal before any framework: the same answer for HTTP and for WebSockets before accept."""

from dataclasses import dataclass, field

from node.api.asgi import Receive, Scope, Send
from node.api.headers import HeaderList, dressed
from node.api.lite.again import HTML, page_policy, refusal_page
from node.api.lite.held import hold
from node.api.lite.places import is_lite
from node.api.problems import PROBLEM_JSON, problem_body
from node.contract.problems import Problem, RefusedError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further."""

    problem: Problem
    detail: str | None = None
    headers: HeaderList = field(default_factory=list[tuple[bytes, bytes]])


async def refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    """Answer ``refusal``; a WebSocket gets a real status and body, and is never accepted."""
    body, headers = await _told(scope, receive, refusal)
    headers += [(b"content-length", str(len(body)).encode()), *refusal.headers]
    prefix = "http.response"
    if scope["type"] == "websocket":
        prefix = "websocket.http.response"
        await receive()  # websocket.connect
    status = refusal.problem.status
    await send({"type": f"{prefix}.start", "status": status, "headers": dressed(headers)})
    is_head = scope.get("method") == "HEAD"
    await send({"type": f"{prefix}.body", "body": b"" if is_head else body, "more_body": False})


async def _told(scope: Scope, receive: Receive, refusal: Refusal) -> tuple[bytes, HeaderList]:
    """Return the body that tells ``refusal``, and what it is: a page where people read it."""
    if scope["type"] != "http" or not is_lite(scope["path"]):
        body = problem_body(refusal.problem, refusal.detail)
        return body, [(b"content-type", PROBLEM_JSON.encode())]
    error = RefusedError(refusal.problem, refusal.detail)
    wait = dict(refusal.headers).get(b"retry-after")
    held = await hold(scope, receive, refusal.problem)
    page = refusal_page(held, error, wait_s=None if wait is None else int(wait))
    headers = [
        (b"content-type", HTML.encode()),
        (b"content-security-policy", page_policy().encode()),
    ]
    return page.encode(), headers
