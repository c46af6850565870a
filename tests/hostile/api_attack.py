"""Asks every operation of an API everything its description allows, and what it forbids."""

# pyright: reportUnknownVariableType=false
# (schemathesis leaves the generics of its checks open)

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sized
from typing import Protocol, cast

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

EXAMPLES = 40
"""Per operation and kind; chosen so that the whole attack stays within a minute."""

CHECKS: list[Callable[..., bool | None]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    allow_header_conformance,
]


class Case(Protocol):
    """One generated request."""

    def call(self, *, headers: dict[str, str]) -> Response:
        """Send it."""
        ...

    def validate_response(
        self,
        response: Response,
        checks: list[Callable[..., bool | None]],
        *,
        headers: dict[str, str],
    ) -> None:
        """Check the answer; raises what is wrong with it."""
        ...


class Operation(Protocol):
    """One described call."""

    label: str
    path: str
    body: Sized
    query: Sized
    path_parameters: Sized

    def as_strategy(
        self, generation_mode: GenerationMode, *, path_parameters: dict[str, str] | None
    ) -> SearchStrategy[Case]:
        """Return requests to it."""
        ...


class Loaded(Protocol):
    """An operation whose description could be read."""

    def ok(self) -> Operation:
        """Return it."""
        ...


class Described(Protocol):
    """A described API."""

    def get_all_operations(self) -> Iterable[object]:
        """Return its calls."""
        ...


def attack(
    schema: Described, headers: Mapping[str, str], known: Mapping[str, str]
) -> Counter[tuple[str, int]]:
    """Ask every operation; return how often each was answered with which status.

    Args:
        schema: the API.
        headers: sent with each request.
        known: path parameters that exist, so that some requests get past 404.

    Raises:
        Exception: schemathesis' own, for the first answer that is not as described.
    """
    seen: Counter[tuple[str, int]] = Counter()
    for result in schema.get_all_operations():
        operation = cast("Loaded", result).ok()
        takes = operation.body or operation.query or operation.path_parameters
        names = {name for name in known if "{" + name + "}" in operation.path}
        _ask(operation, GenerationMode.POSITIVE, headers, {}, seen)
        if names:
            _ask(operation, GenerationMode.POSITIVE, headers, {n: known[n] for n in names}, seen)
        if takes:
            _ask(operation, GenerationMode.NEGATIVE, headers, {}, seen)
    return seen


def _ask(
    operation: Operation,
    mode: GenerationMode,
    headers: Mapping[str, str],
    path: dict[str, str],
    seen: Counter[tuple[str, int]],
) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(operation.as_strategy(mode, path_parameters=path or None))
    def ask(case: Case) -> None:
        answer = case.call(headers=dict(headers))
        seen[operation.label, answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS, headers=dict(headers))

    ask()
