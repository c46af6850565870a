"""Reading forms as strictly as JSON: nothing unknown, nothing twice, no broken text."""

import re
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from msgspec import Meta

from node.api.lite.again import SaidError
from node.api.problems import InvalidError
from node.api.sentences import END, HEX_64, ROOM, field_error
from node.contract.problems import BAD_REQUEST, INVALID, RefusedError
from node.protocol.limits import MAX_PLACE_CHARS, MAX_TEXT_CHARS
from node.protocol.names import clean_name

MAX_FIELDS: Final = 16
"""Twice what the longest form has. Stops a body of 30,000 fields that each cost a lookup."""
MAX_TICKET_CHARS: Final = 256
MAX_WORDS_CHARS: Final = 400
"""Twelve words and the spaces between them, several times over."""

MAX_HANDOVER_WORDS: Final = 6
"""Four, and two that were typed in error; a secret has twelve."""
SECRET_DIGITS: Final = 32

_BETWEEN: Final = re.compile(r"[\s,.;-]+")

HEX_32: Final = "^[0-9a-f]{32}" + END
NOT_A_FORM: Final = "This is not a form of this box."

Once = Annotated[str, Meta(pattern=HEX_32)]
Ticket = Annotated[str, Meta(max_length=MAX_TICKET_CHARS)]
Words = Annotated[str, Meta(max_length=MAX_WORDS_CHARS)]
Lang = Annotated[str, Meta(max_length=8)]
Author = Annotated[str, Meta(pattern=HEX_64)]
Tap = Literal["", "safe", "help", "name"]
CategoryName = Literal["", "safe", "help", "looking", "offer", "info"]


class Form(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What every form of these pages carries."""

    ticket: Ticket = ""
    lang: Lang = ""


class Saying(Form, frozen=True, kw_only=True):
    """The first screen, and the box to write in a room."""

    once: Once
    """The same one again, with the same words, means the same message."""
    name: str = ""
    text: str = ""
    category: CategoryName = ""
    place: str = ""
    tap: Tap = ""
    """Which button: one that says it all, the name's, or the one below the text."""
    room: Annotated[str, Meta(pattern=ROOM)] = "everyone"

    @property
    def is_message(self) -> bool:
        """Return whether something is to be posted."""
        return self.tap != "name" and bool(self.text.strip() or self.tap in {"safe", "help"})

    def check(self) -> None:
        """Return if this can be done.

        Raises:
            SaidError: ``INVALID``, in the person's own language.
        """
        if not self.is_message and not self.name.strip():
            raise SaidError(INVALID, "sorry.name" if self.tap == "name" else "sorry.empty")
        check_name(self.name)
        check_length(self.text, MAX_TEXT_CHARS)
        check_length(self.place, MAX_PLACE_CHARS)


class Naming(Form, frozen=True, kw_only=True):
    """Another name."""

    name: str


class Choosing(Form, frozen=True, kw_only=True):
    """Another language."""


class Joining(Form, frozen=True, kw_only=True):
    """A room to join."""

    room: Annotated[str, Meta(pattern=ROOM)]


class Dropping(Form, frozen=True, kw_only=True):
    """An author who is not me."""

    author: Author


class Returning(Form, frozen=True, kw_only=True):
    """Words of an earlier visit: four for this box, twelve or 32 hex digits from anywhere."""

    words: Words
    author: Author | None = None

    @property
    def is_handover(self) -> bool:
        """Return whether these are words of this box, not a secret: fewer, and no digits."""
        typed = _BETWEEN.split(self.words.strip())
        return len(typed) <= MAX_HANDOVER_WORDS and len(typed[0]) < SECRET_DIGITS


F = TypeVar("F", bound=Form)


async def fields_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        RefusedError: ``BAD_REQUEST``: no form, too many fields, one twice, or no UTF-8.
    """
    return parsed(await request.body())


def parsed(body: bytes) -> dict[str, str]:
    """Return the fields of a form's body; see ``fields_of``."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:
        raise RefusedError(BAD_REQUEST, NOT_A_FORM) from error
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise RefusedError(BAD_REQUEST, NOT_A_FORM)
    return {name: value.replace("\r\n", "\n") for name, value in fields.items()}


def read(fields: dict[str, str], form: type[F]) -> F:
    """Return ``fields`` as a form.

    Raises:
        InvalidError: a field is unknown, missing or of no use.
    """
    try:
        return msgspec.convert(fields, form)
    except msgspec.ValidationError as error:
        raise InvalidError([field_error(str(error), "form")]) from error


def check_name(name: str) -> None:
    """Return if ``name`` is empty or can be shown.

    Raises:
        SaidError: ``INVALID``.
    """
    if name.strip() and not clean_name(name):
        raise SaidError(INVALID, "sorry.name")


def check_length(text: str, max_chars: int) -> None:
    """Return if ``text`` has at most ``max_chars`` characters.

    Raises:
        SaidError: ``INVALID``.
    """
    count = len(text.strip())
    if count > max_chars:
        raise SaidError(INVALID, "sorry.long", n=count, max=max_chars)
