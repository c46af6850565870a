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
    """Four characters of ``person``, to tell two people of one name apart; never proof."""
    custodial: bool
    """True while the key is kept by the box and not by the phone."""


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever signed a message, known here or not."""

    id: str
    person: str
    """Oldest author of the chain of boxes this person was carried over; without a chain, ``id``."""
    name: str
    """Empty when no profile of this author has arrived yet."""
    fingerprint: str
    """Of ``person``: the same for all authors of one person."""
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
class Speaker:
    """One author that speaks as a person; a carried person has several."""

    id: str
    """Verify key, 64 hex digits."""
    name: str
    fingerprint: str
    """Of this author's own key, not of the person's."""
    here: bool
    """True when this box keeps the author's key."""


@dataclass(frozen=True, slots=True)
class Me:
    """Answer of ``GET /auth/me``."""

    user: User | None
    node: Box
    admin: bool
    """True when this request may use the admin's part."""
    authors: list[Speaker]
    """Every author that speaks as this person, the oldest first; empty without a user."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Answer of ``POST /auth/handover``: words that open this identity in another browser, once."""

    words: str
    """Four words of the BIP-39 English list, single spaces between them."""
    url: str
    """Opens the page that takes the words, with the words in it."""
    svg: str
    """``url`` as a QR code."""
    expires_s: int
    """Powered seconds of the box until the words are void."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A carry secret, shown once and kept nowhere: whoever has it can speak for the person."""

    words: str
    """Twelve words of the BIP-39 English list."""
    url: str
    """Opens the page of any box that takes the secret; carries author and secret."""
    svg: str
    """``url`` as a QR code, to print."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Answer of ``POST /auth/carry``."""

    user: User
    node: Box
    token: str
    """Session secret, 64 hex digits; also set as cookie."""
    secret: Secret | None
    """Only in answer to an empty body."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What a person said last of one thing: being safe or in need, looking, offering, informing."""

    person: str
    """As ``Author.person``."""
    name: str
    fingerprint: str
    category: str
    text: str
    place: str | None
    sort_ms: int
    time_certain: bool
    message_id: str


@dataclass(frozen=True, slots=True)
class CheckInPage:
    """A slice of the list of people."""

    items: list[CheckIn]
    next: str | None
    """Pass as ``before`` to go on; None at the end."""
