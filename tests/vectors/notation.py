"""Reads the golden vectors: how values without a JSON form are written in them."""

import json
from pathlib import Path
from typing import Any, TypeAlias, Union

from node.protocol.cbor import Value

Noted: TypeAlias = Union[bool, int, list["Noted"], dict[str, Any]]  # noqa: UP007

_FOLDER = Path(__file__).parent


def load(name: str) -> Any:  # noqa: ANN401 - each file has its own shape, described in it
    """Return the vectors in ``tests/vectors/<name>.json``."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def value_of(noted: Noted) -> Value:
    """Return the value that a noted value stands for.

    Numbers and booleans stand for themselves and a list for an array; the others are
    ``{"int": decimal}``, ``{"bytes": hex}``, ``{"text": …}`` and ``{"map": {key: value}}``.
    """
    match noted:
        case bool() | int():
            return noted
        case list():
            return tuple(map(value_of, noted))
        case {"int": digits}:
            return int(digits)
        case {"bytes": digits}:
            return bytes.fromhex(digits)
        case {"text": text}:
            return str(text)
        case {"map": entries}:
            return {int(key): value_of(value) for key, value in entries.items()}
        case _:
            raise ValueError(f"not a noted value: {noted!r}")
