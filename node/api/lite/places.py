"""Addresses of the pages, as the gate and every refusal must know them."""

import re
from typing import Final

from node.api.asgi import Scope, header

ROOT: Final = "/lite"
BEGIN: Final = "/lite/begin"
CARRY: Final = "/lite/carry"
ENTER: Final = "/lite/enter"
COOKIE_ACTS: Final = "/lite/act"
"""Where the acts of a person stand whose browser keeps the cookie."""

LANG_COOKIE: Final = "dn_lang"

FORM: Final = "application/x-www-form-urlencoded"

_SESSION: Final = re.compile(r"/lite/s/([0-9a-f]{32})(?:/|$)")
_COOKIE: Final = re.compile(r"[a-z]{2,3}")


def is_lite(path: str) -> bool:
    """Return whether ``path`` is one of these pages, or below them."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def session_in(path: str) -> str | None:
    """Return the id of the session that ``path`` names; None when it names none."""
    match = _SESSION.match(path)
    return None if match is None else match[1]


def is_session_page(path: str) -> bool:
    """Return whether ``path`` names a session, be it one that cannot be."""
    return path.startswith(f"{ROOT}/s/")


def home_of(path: str) -> str:
    """Return the first screen that belongs to ``path``."""
    session = session_in(path)
    return ROOT if session is None else f"{ROOT}/s/{session}"


def lang_cookie(scope: Scope) -> str | None:
    """Return the language that the browser kept; None when it kept none."""
    for pair in header(scope, b"cookie").split(";"):
        key, _, value = pair.strip().partition("=")
        if key == LANG_COOKIE and _COOKIE.fullmatch(value):
            return value
    return None
