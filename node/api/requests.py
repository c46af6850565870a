"""Reading requests strictly: bodies as declared, and no query parameter that nobody reads."""

from collections import Counter
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import QueryParameter

from node.api.identity import Connection
from node.api.problems import FieldError, InvalidError
from node.api.sentences import NOT_KNOWN, field_error
from node.contract.problems import BAD_REQUEST, RefusedError

NOT_JSON: Final = "This is not JSON."
TWICE: Final = "Is given twice."
CUT_OFF: Final = "The request ended before all of it was here. Send it again."


class StrictRequest(Request[Any, Any, Any]):
    """A request whose body is decoded as declared; Litestar itself would take "true" for true."""

    async def body(self) -> bytes:
        """Return the whole body.

        Raises:
            RefusedError: ``BAD_REQUEST``: the client left in the middle; nobody hears of it.
        """
        try:
            return await super().body()
        except InternalServerException as exc:
            # Litestar's word for a client that left: no fault, and any phone could log it at will.
            raise RefusedError(BAD_REQUEST, CUT_OFF) from exc

    async def json(self) -> Any:  # noqa: ANN401 - the type the handler declares
        """Return the body as the type that the handler declares.

        Raises:
            InvalidError: a field is unknown, missing or cannot be used.
            RefusedError: ``BAD_REQUEST``: it is no JSON at all.
        """
        body_type = self.route_handler.parsed_fn_signature.parameters["data"].annotation
        return decoded(await self.body(), body_type)


def decoded(body: bytes, body_type: type[Any]) -> Any:  # noqa: ANN401 - an instance of body_type
    """Return ``body`` as an instance of ``body_type``.

    Raises:
        InvalidError: a field is unknown, missing or cannot be used.
        RefusedError: ``BAD_REQUEST``: it is no JSON at all.
    """
    try:
        return msgspec.json.decode(body, type=body_type)
    except msgspec.ValidationError as exc:
        raise InvalidError([field_error(str(exc), "body")]) from exc
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        # The last two escape msgspec for bad UTF-8 and for deeply nested brackets.
        raise RefusedError(BAD_REQUEST, NOT_JSON) from exc


def check_query(connection: Connection, known: frozenset[str]) -> None:
    """Return if every query parameter is one of ``known`` and there once.

    Raises:
        InvalidError: a misspelt parameter would be left out silently, and mislead.
    """
    counts = Counter(name for name, _ in connection.query_params.multi_items())
    errors = [FieldError(name, NOT_KNOWN) for name in counts if name not in known]
    errors += [FieldError(name, TWICE) for name, n in counts.items() if n > 1 and name in known]
    if errors:
        raise InvalidError(errors)


def known_query_only(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard every HTTP handler against query parameters it does not declare.

    Sockets check for themselves, as their refusals must come before accept.

    Raises:
        InvalidError: see ``check_query``.
    """
    if isinstance(handler, HTTPRouteHandler):
        parameters = handler.parsed_fn_signature.parameters.values()
        declared = (p.name for p in parameters if isinstance(p.kwarg_definition, QueryParameter))
        check_query(connection, frozenset(declared))
