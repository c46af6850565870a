"""Validation messages in words a person understands."""

import re
from collections.abc import Callable
from typing import Final

from node.api.problems import FieldError

END: Final = r"$(?!\n)"
"""Of the whole text: Python's ``$`` alone also matches before a last line break, and ECMA-262, as
which the API's description is read, has no other end. Stops a path that ends in ``%0a``."""

HEX_64: Final = "^[0-9a-f]{64}" + END
HEX_128: Final = "^[0-9a-f]{128}" + END
ROOM: Final = "^([0-9a-f]{64}|everyone)" + END
CLIENT_ID: Final = "^[A-Za-z0-9._:-]{1,64}" + END

_PATTERNS: Final = {
    repr(pattern)[1:-1]: why  # as msgspec quotes it
    for pattern, why in (
        (HEX_64, "Must be 64 hexadecimal digits in lower case."),
        (HEX_128, "Must be 128 hexadecimal digits in lower case."),
        (ROOM, "Must be 64 hexadecimal digits in lower case, or everyone."),
        (CLIENT_ID, "Must be 1 to 64 letters, digits, dots, colons, dashes or underscores."),
    )
}
_KINDS: Final = {
    "str": "Must be text.",
    "int": "Must be a whole number.",
    "bool": "Must be true or false.",
    "object": "Must be a JSON object.",
    "array": "Must be a list.",
}
_PATH: Final = re.compile(r" - at `\$\.?([^`]*)`$")
_RULES: Final[list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]] = [
    (re.compile(r"of length >= 1$"), lambda _: "Must not be empty."),
    (re.compile(r"of length >= (\d+)$"), lambda m: f"Must have at least {m[1]} characters."),
    (re.compile(r"of length <= (\d+)$"), lambda m: f"Must have at most {m[1]} characters."),
    (re.compile(r">= (-?\d+)$"), lambda m: f"Must be at least {m[1]}."),
    (re.compile(r"<= (-?\d+)$"), lambda m: f"Must be at most {m[1]}."),
    (re.compile(r"matching regex '(.*)'$"), lambda m: _PATTERNS.get(m[1], "Has the wrong form.")),
    (re.compile(r"^Invalid enum value"), lambda _: "Is not one of the values allowed here."),
    (re.compile(r"^Expected `(\w+)"), lambda m: _KINDS.get(m[1], "Has the wrong type.")),
]
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
_MISSING: Final = re.compile(r"missing required field `([^`]*)`")
_MISSING_QUERY: Final = re.compile(r"^Missing required query parameter '([^']*)'")

NOT_KNOWN: Final = "Is not known here."
MISSING: Final = "Is missing."


def field_error(message: str, field: str = "") -> FieldError:
    """Return what a message of msgspec or Litestar says about one field.

    Args:
        message: their words.
        field: the field's name, where the message does not tell it.
    """
    path = _PATH.search(message)
    core = message if path is None else message[: path.start()]
    parent = "" if path is None else path[1]
    for pattern, why in ((_UNKNOWN, NOT_KNOWN), (_MISSING, MISSING), (_MISSING_QUERY, MISSING)):
        match = pattern.search(core)
        if match is not None:
            return FieldError(".".join(part for part in (parent, match[1]) if part), why)
    for pattern, say in _RULES:
        match = pattern.search(core)
        if match is not None:
            return FieldError(parent or field, say(match))
    return FieldError(parent or field, "Cannot be used.")
