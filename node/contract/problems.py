"""Every way a request can be refused (RFC 9457), each with its slug, HTTP status and title."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of refusal; ``type`` in the answer is ``/problems/<slug>``."""

    slug: str
    status: int
    title: str
    """A sentence for the person who reads it, the same for every occurrence."""


BAD_REQUEST: Final = Problem("bad-request", 400, "This request could not be understood.")
INVALID: Final = Problem("invalid", 400, "Some of what you sent cannot be used.")
CURSOR: Final = Problem("cursor", 400, "This place in the list is not known here. Load it again.")
NO_IDENTITY: Final = Problem("no-identity", 401, "Say your name first.")
REFUSED: Final = Problem("refused", 403, "This is not allowed here.")
ORIGIN: Final = Problem("origin", 403, "Another site's page may not act here.")
NOT_FOUND: Final = Problem("not-found", 404, "There is nothing here.")
WORDS: Final = Problem("words", 404, "These words are not known here.")
UNKNOWN_ROOM: Final = Problem("unknown-room", 404, "This box does not know that room.")
UNKNOWN_MESSAGE: Final = Problem("unknown-message", 404, "This box does not hold that message.")
METHOD: Final = Problem("method", 405, "This address does not take that method.")
CONFLICT: Final = Problem("conflict", 409, "This does not fit with what is already here.")
OTHER_STORE: Final = Problem("other-store", 410, "The box started a new list. Load it again.")
TOO_LARGE: Final = Problem("too-large", 413, "That is too long.")
MEDIA_TYPE: Final = Problem("media-type", 415, "Send JSON, with content type application/json.")
HOST: Final = Problem("host", 421, "This box is not known by that name.")
SLOW_DOWN: Final = Problem("slow-down", 429, "Too many at once. Try again in a moment.")
FAULT: Final = Problem("fault", 500, "The box made a mistake. Nothing was lost; try again.")
UNAVAILABLE: Final = Problem("unavailable", 503, "The box is busy. Try again in a moment.")
FULL: Final = Problem("full", 507, "This box is full. It can still be read.")

ALL: Final = (
    BAD_REQUEST, INVALID, CURSOR, NO_IDENTITY, REFUSED, ORIGIN, NOT_FOUND, WORDS,
    UNKNOWN_ROOM, UNKNOWN_MESSAGE, METHOD, CONFLICT, OTHER_STORE, TOO_LARGE, MEDIA_TYPE, HOST,
    SLOW_DOWN, FAULT, UNAVAILABLE, FULL,
)  # fmt: skip


class RefusedError(Exception):
    """A request that cannot be done; nothing was changed.

    Raised by any layer; the API answers it as ``problem``, the CLI prints ``detail``.
    """

    def __init__(
        self, problem: Problem, detail: str | None = None, *, retry_after_s: int | None = None
    ) -> None:
        self.problem = problem
        self.detail = detail or problem.title
        """What is wrong in this case, and what to do, in one or two sentences."""
        self.retry_after_s = retry_after_s
        """When the same may be tried again; None when that is not known."""
        super().__init__(self.detail)
