"""Reads the known keys of a body: presence, type and size, nothing that Unicode could change."""

from collections.abc import Mapping
from typing import TypeAlias

from node.protocol.cbor import Value
from node.protocol.errors import DecodeError

Body: TypeAlias = str | Mapping[int, Value]
"""What an envelope carries: a text, or a map with keys 0 to 23."""
Entries: TypeAlias = Mapping[int, Value]


def entries(body: Body) -> Entries:
    """Return ``body`` if it is a map.

    Raises:
        DecodeError: it is a text.
    """
    if isinstance(body, str):
        raise DecodeError("body", "a text where a map is wanted")
    return body


def text(body: Entries, key: int, *, max_chars: int) -> str:
    """Return the text under ``key``.

    Raises:
        DecodeError: it is missing, no text, or longer than ``max_chars`` code points.
    """
    value = body.get(key)
    if not isinstance(value, str) or len(value) > max_chars:
        raise DecodeError("body", f"key {key} is no text of up to {max_chars} characters")
    return value


def optional_text(body: Entries, key: int, *, max_chars: int) -> str | None:
    """Return the text under ``key``, None when there is no such key.

    Raises:
        DecodeError: it is no text, or longer than ``max_chars`` code points.
    """
    return text(body, key, max_chars=max_chars) if key in body else None


def optional_bytes(body: Entries, key: int, *, size: int) -> bytes | None:
    """Return the byte string under ``key``, None when there is no such key.

    Raises:
        DecodeError: it is no byte string of exactly ``size`` bytes.
    """
    return sized(body[key], size, f"key {key}") if key in body else None


def optional_array(body: Entries, key: int, *, max_items: int) -> tuple[Value, ...] | None:
    """Return the array under ``key``, None when there is no such key.

    Raises:
        DecodeError: it is no array, or longer than ``max_items``.
    """
    if key not in body:
        return None
    value = body[key]
    if not isinstance(value, tuple) or len(value) > max_items:
        raise DecodeError("body", f"key {key} is no array of up to {max_items} items")
    return value


def optional_uint(body: Entries, key: int, *, least: int, most: int) -> int | None:
    """Return the integer under ``key``, None when there is no such key.

    Raises:
        DecodeError: it is no integer from ``least`` to ``most``.
    """
    if key not in body:
        return None
    value = body[key]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise DecodeError("body", f"key {key} is no integer from {least} to {most}")
    return value


def sized(value: Value, size: int, what: str) -> bytes:
    """Return ``value`` if it is a byte string of exactly ``size`` bytes.

    Raises:
        DecodeError: it is anything else.
    """
    if not isinstance(value, bytes) or len(value) != size:
        raise DecodeError("body", f"{what} is no byte string of {size} bytes")
    return value
