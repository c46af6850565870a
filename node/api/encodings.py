"""Content negotiation for files that were compressed when they were built."""

from collections.abc import Collection
from typing import Final

_PREFERENCE: Final = ("br", "gzip")


def choose_encoding(accept: str, available: Collection[str]) -> str:
    """Return the best coding of ``available`` that an Accept-Encoding header allows.

    Falls back to ``identity``, also for clients that refuse everything: a page in plain bytes
    serves a person better than no page (RFC 9110, 12.5.3 permits it).
    """
    weights = dict(_weight(part) for part in accept.lower().split(",") if part.strip())
    anything = weights.get("*", 0.0)
    for encoding in _PREFERENCE:
        if encoding in available and weights.get(encoding, anything) > 0:
            return encoding
    return "identity"


def _weight(part: str) -> tuple[str, float]:
    name, _, parameter = part.partition(";")
    key, _, value = parameter.strip().partition("=")
    if key.strip() != "q":
        return name.strip(), 1.0
    try:
        return name.strip(), float(value)
    except ValueError:
        return name.strip(), 0.0
