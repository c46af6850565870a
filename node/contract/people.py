"""How the API shows boxes and people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """This node, as ``node`` in the API."""

    id: str
    """Verify key of the node, 64 hex digits."""
    public_key: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """A person whose signing key this box keeps."""

    id: str
    """Verify key, 64 hex digits: the author of everything this person says here."""
    person: str
    """Oldest author of the chain of boxes this person was carried over; without a chain, ``id``."""
    public_key: str
    name: str
    fingerprint: str
    """Four characters to tell two people of one name apart; never proof of identity."""
    custodial: bool
    """True while the key is kept by the box and not by the phone."""


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever signed a message, known here or not."""

    id: str
    person: str
    name: str
    """Empty when no profile of this author has arrived yet."""
    fingerprint: str
    via: str | None
    """Node id of the author's box; None when unknown."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """Answer of ``POST /auth/init``."""

    user: User
    node: Box
    token: str
    """Session secret, 64 hex digits; also set as cookie. Whoever has it speaks for the user."""


@dataclass(frozen=True, slots=True)
class Me:
    """Answer of ``GET /auth/me``."""

    user: User | None
    node: Box
    admin: bool
    """True when this request may use the admin's part."""
