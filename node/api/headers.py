"""The headers that every answer carries."""

from collections.abc import Iterable
from typing import Final

HeaderList = list[tuple[bytes, bytes]]

_POLICY: Final = (
    b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    b"frame-ancestors 'none'; form-action 'self'"
)
SECURITY_HEADERS: Final[HeaderList] = [
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
"""One phone's text is another phone's page: nothing runs but what this box itself serves."""


def dressed(headers: Iterable[tuple[bytes, bytes]]) -> HeaderList:
    """Return ``headers`` and those security headers that they do not set themselves."""
    given = [(bytes(name).lower(), bytes(value)) for name, value in headers]
    names = {name for name, _ in given}
    return [*given, *(pair for pair in SECURITY_HEADERS if pair[0] not in names)]
