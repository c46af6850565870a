"""RFC 9457 bodies: what every refusal looks like on the wire."""

from collections.abc import Sequence
from typing import Final

import msgspec

from node.contract.problems import INVALID, Problem, RefusedError

PROBLEM_JSON: Final = "application/problem+json"


class FieldError(msgspec.Struct, frozen=True):
    """One part of a request that cannot be used."""

    field: str
    why: str
    """A sentence for the person who filled it in."""


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every answer that is an error."""

    type: str
    """``/problems/<slug>``, also a page that says what to do."""
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None
    """Only for ``invalid``: each part that cannot be used."""


class InvalidError(RefusedError):
    """``INVALID``, with the parts of the request that are at fault; nothing was changed."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = list(errors)
        super().__init__(INVALID, " ".join(f"{e.field}: {e.why}" for e in self.errors) or None)


def details_of(refusal: RefusedError) -> ProblemDetails:
    """Return the body that tells ``refusal``."""
    errors = refusal.errors if isinstance(refusal, InvalidError) else None
    problem = refusal.problem
    return ProblemDetails(
        f"/problems/{problem.slug}", problem.title, problem.status, refusal.detail, errors
    )


def problem_body(problem: Problem, detail: str | None = None) -> bytes:
    """Return the encoded body that tells ``problem``."""
    return msgspec.json.encode(details_of(RefusedError(problem, detail)))
