"""A form that must wait: read all the same, so that the page which says so still holds it."""

from typing import Final

from node.api.asgi import Receive, Scope, header
from node.api.lite.again import Typed, remember, words_of
from node.api.lite.forms import parsed
from node.api.lite.places import FORM
from node.api.schemas import MAX_BODY_BYTES
from node.contract.problems import SLOW_DOWN, Problem, RefusedError

_STATE: Final = "state"


async def hold(scope: Scope, receive: Receive, problem: Problem) -> Scope:
    """Return ``scope`` for the page that tells ``problem``; a form that came too soon is in it.

    Every other refusal is of a form nobody should send again as it is.
    """
    scope = {**scope, _STATE: dict(scope.get(_STATE, {}))}
    kind = header(scope, b"content-type").partition(";")[0].strip().lower()
    if problem is not SLOW_DOWN or kind != FORM:
        return scope
    try:
        fields = parsed(await _body(receive))
    except RefusedError:
        return scope
    if fields:
        remember(scope, Typed(fields, scope["path"], words_of(scope)))
    return scope


async def _body(receive: Receive) -> bytes:
    """Return the body; empty when it is too long, or cut off."""
    body = bytearray()
    while len(body) <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)
    return b""
