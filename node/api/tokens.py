"""Where a request carries its session secret."""

import hashlib
import re
from typing import Final

from node.api.asgi import Scope, header

_TOKEN: Final = re.compile(r"[0-9a-f]{64}")
_BEARER: Final = re.compile(r"bearer +([0-9a-f]{64})", re.IGNORECASE)

COOKIE_LIFE_S: Final = 400 * 24 * 3600
"""400 days, the longest a browser keeps a cookie; a box is found again after a year in a cellar."""


def cookie_name(node_id: str) -> str:
    """Return the session cookie's name: each box its own, as boxes share addresses and names."""
    return f"dn_{node_id[:8]}"


def cookie_token(scope: Scope, name: str) -> str | None:
    """Return the secret in the cookie ``name``; None when there is none that could be one."""
    for pair in header(scope, b"cookie").split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name and _TOKEN.fullmatch(value):
            return value
    return None


def bearer_token(scope: Scope) -> str | None:
    """Return the secret in ``Authorization: Bearer``; None without that header.

    Anything else in that header comes back as an empty string, which is nobody's secret.
    """
    value = header(scope, b"authorization")
    if not value:
        return None
    match = _BEARER.fullmatch(value.strip())
    return "" if match is None else match[1]


def shortened(token: str) -> str:
    """Return a name for ``token`` that does not reveal it."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]
