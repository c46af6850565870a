"""ASGI's shapes (asgi.readthedocs.io), as loose as every server and framework needs them."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


def header(scope: Scope, name: bytes) -> str:
    """Return the first header called ``name`` (lower case), or an empty string."""
    return next((v.decode("latin-1") for n, v in scope["headers"] if n == name), "")


def header_count(scope: Scope, name: bytes) -> int:
    """Return how many headers are called ``name`` (lower case)."""
    return sum(1 for n, _ in scope["headers"] if n == name)
