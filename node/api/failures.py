"""Every exception as one problem."""

import logging
from typing import Any, Final, cast

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException

from node.api.asgi import Scope
from node.api.lite.again import page_policy, refusal_page
from node.api.lite.places import is_lite
from node.api.problems import PROBLEM_JSON, InvalidError, ProblemDetails, details_of
from node.api.sentences import field_error
from node.contract.problems import (
    BAD_REQUEST,
    FAULT,
    MEDIA_TYPE,
    METHOD,
    NO_IDENTITY,
    NOT_FOUND,
    SLOW_DOWN,
    TOO_LARGE,
    UNAVAILABLE,
    RefusedError,
)

_BY_STATUS: Final = {
    problem.status: problem
    for problem in (BAD_REQUEST, NOT_FOUND, METHOD, TOO_LARGE, MEDIA_TYPE, SLOW_DOWN)
}
_RETRY_AFTER_S: Final = "1"
NO_BODY: Final = "The request has no body. Send JSON."
_log: Final = logging.getLogger(__name__)


def answer(request: Request[Any, Any, Any], exc: Exception) -> Response[ProblemDetails | str]:
    """Return the problem that tells ``exc``; a fault is logged, and never tells what it was.

    Below ``/lite`` it is a page, with what was typed still in it.
    """
    headers: dict[str, str] = {}
    if isinstance(exc, RefusedError):
        refusal = exc
    elif isinstance(exc, ValidationException):
        refusal = _invalid(exc)
    elif isinstance(exc, HTTPException) and exc.status_code in _BY_STATUS:
        refusal = RefusedError(_BY_STATUS[exc.status_code])
        headers = _allowing(exc)
    else:
        # As routed, without what stands in it: sessions and secrets are parts of addresses.
        scope: Scope = {**request.scope}
        place = scope.get("path_template", "")
        _log.error("fault in %s %s", request.method, place, exc_info=exc)
        refusal = RefusedError(FAULT)
    if refusal.problem is NO_IDENTITY:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.problem is UNAVAILABLE:
        headers["Retry-After"] = _RETRY_AFTER_S
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    if is_lite(request.url.path):
        page = refusal_page({**request.scope}, refusal, wait_s=refusal.retry_after_s)
        return Response(
            page,
            status_code=refusal.problem.status,
            headers={**headers, "Content-Security-Policy": page_policy()},
            media_type=MediaType.HTML,
        )
    return Response(
        details_of(refusal),
        status_code=refusal.problem.status,
        headers=headers,
        media_type=PROBLEM_JSON,
    )


def _invalid(exc: ValidationException) -> RefusedError:
    extra = cast("list[dict[str, str]]", exc.extra) if isinstance(exc.extra, list) else []
    if any(e.get("key") == "data" for e in extra):  # Litestar's name for the whole body
        return RefusedError(BAD_REQUEST, NO_BODY)
    errors = [field_error(e.get("message", ""), e.get("key", "")) for e in extra]
    return InvalidError(errors or [field_error(exc.detail)])


def _allowing(exc: HTTPException) -> dict[str, str]:
    """Return the Allow header of ``exc`` with HEAD added, which every GET answers."""
    allow = (exc.headers or {}).get("allow")
    if allow is None:
        return {}
    methods = {method.strip() for method in allow.split(",")}
    if "GET" in methods:
        methods.add("HEAD")
    return {"Allow": ", ".join(sorted(methods))}
