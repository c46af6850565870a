"""``/poster``: one sheet for the wall."""

from typing import Annotated, Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Template

from node.api.asgi import Scope, header
from node.api.base import base_url
from node.api.lite.catalogue import LANGUAGES, Catalogue, catalogue, chosen
from node.api.poster import MAX_LANGUAGES, context_of, place_of
from node.api.problems import FieldError, InvalidError
from node.api.requests import StrictRequest
from node.api.templating import style_of, styled
from node.runtime.node import Node

MAX_LANG_CHARS: Final = 32
"""Three of the longest tags; stops long lists from being taken apart."""


@get("/poster", include_in_schema=False)
async def show_poster(
    node: NamedDependency[Node],
    request: StrictRequest,
    lang: Annotated[str | None, QueryParameter(max_length=MAX_LANG_CHARS)] = None,
) -> Template:
    """Show the poster in up to three languages, separated by commas."""
    facts = node.hotspot()
    scope: Scope = {**request.scope}
    place = place_of(facts, base_url(scope, facts))
    if lang is None:
        languages = [chosen(accept=header(scope, b"accept-language"))]
    else:
        languages = _languages(lang)
    context = context_of(node.people.box.name, place, languages)
    return styled("poster.html", context, style_of("poster.css"))


def _languages(lang: str) -> list[Catalogue]:
    """Return the languages that ``lang`` names.

    Raises:
        InvalidError: unknown, or too many.
    """
    names = list(dict.fromkeys(lang.split(",")))
    if len(names) > MAX_LANGUAGES or any(name not in LANGUAGES for name in names):
        why = f"Must be up to {MAX_LANGUAGES} of {', '.join(LANGUAGES)}, with commas between them."
        raise InvalidError([FieldError("lang", why)])
    return [catalogue(name) for name in names]
