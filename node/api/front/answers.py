"""Answers to what never became a request."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from node.api.headers import dressed
from node.api.problems import PROBLEM_JSON, problem_body
from node.contract.problems import BAD_REQUEST, TOO_LARGE, Problem


def _answer(problem: Problem, detail: str) -> bytes:
    body = problem_body(problem, detail)
    headers = dressed(
        [
            (b"content-type", PROBLEM_JSON.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
    )
    status = HTTPStatus(problem.status)
    head = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    head += [b"%b: %b" % header for header in headers]
    return b"\r\n".join([*head, b"", body])


NOT_HTTP: Final = _answer(BAD_REQUEST, "This is not HTTP as it should be.")
TOO_SLOW: Final = _answer(
    replace(BAD_REQUEST, status=408), "The request did not arrive in time. Send it again."
)
HEAD_TOO_LARGE: Final = _answer(
    replace(TOO_LARGE, status=431), "The address and headers of the request are too long."
)
BODY_TOO_LARGE: Final = _answer(TOO_LARGE, "The request is longer than anything this box takes.")
