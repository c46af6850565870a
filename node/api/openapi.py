"""The API's description, and the page that shows it."""

from typing import Any, Final

from litestar import Request
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from node.api.pages import Page
from node.api.problems import PROBLEM_JSON, ProblemDetails
from node.contract.problems import (
    BAD_REQUEST,
    FAULT,
    FULL,
    HOST,
    INVALID,
    MEDIA_TYPE,
    NO_IDENTITY,
    ORIGIN,
    REFUSED,
    SLOW_DOWN,
    TOO_LARGE,
    UNAVAILABLE,
    Problem,
)

_ALWAYS: Final = (INVALID, NO_IDENTITY, REFUSED, HOST, FAULT, UNAVAILABLE)
_WRITES: Final = (BAD_REQUEST, ORIGIN, TOO_LARGE, MEDIA_TYPE, SLOW_DOWN, FULL)

SESSION: Final[list[dict[str, list[str]]]] = [{"cookie": []}, {"bearer": []}]
"""OpenAPI security of calls that need an identity."""

DOCS_PATH: Final = "/docs"
SCHEMA_PATH: Final = "/docs/openapi.json"
START_PATH: Final = "/docs/start.js"
START: Final = Page.of(
    "text/javascript; charset=utf-8",
    b"SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#api', validatorUrl: null });\n",
)
_DOCS: Final = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>DisasterNet API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"><p>The description of this API is at <a href="/docs/openapi.json">openapi.json</a>.
Where nothing else appears, the page has not been built: <code>make run</code> does it.</p></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""


class SwaggerPage(OpenAPIRenderPlugin):
    """Swagger UI from this box, without the inline script that the policy forbids."""

    def render(
        self,
        request: Request[Any, Any, Any],  # noqa: ARG002 - the same page for everybody
        openapi_schema: dict[str, Any],  # noqa: ARG002 - the page loads it by itself
    ) -> bytes:
        """Return the page; it loads the description by itself."""
        return _DOCS


def reading(*problems: Problem) -> dict[int, ResponseSpec]:
    """Return the error answers of a call that changes nothing."""
    return _specs((*_ALWAYS, *problems))


def writing(*problems: Problem) -> dict[int, ResponseSpec]:
    """Return the error answers of a call that changes something."""
    return _specs((*_ALWAYS, *_WRITES, *problems))


def _specs(problems: tuple[Problem, ...]) -> dict[int, ResponseSpec]:
    titles: dict[int, dict[str, None]] = {}
    for problem in problems:
        titles.setdefault(problem.status, {})[f"`{problem.slug}`: {problem.title}"] = None
    return {
        status: ResponseSpec(
            ProblemDetails,
            generate_examples=False,
            description=" ".join(texts),
            media_type=PROBLEM_JSON,
        )
        for status, texts in sorted(titles.items())
    }


def description(version: str, cookie: str) -> OpenAPIConfig:
    """Return how the API describes itself, for a node of ``version`` with that session cookie."""
    return OpenAPIConfig(
        title="DisasterNet",
        version=version,
        description="Emergency messages without internet. Errors are RFC 9457 problem+json.",
        path=DOCS_PATH,
        render_plugins=[SwaggerPage(path="/"), JsonRenderPlugin(path="/openapi.json")],
        create_examples=False,
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "cookie": SecurityScheme(type="apiKey", name=cookie, security_scheme_in="cookie"),
                "bearer": SecurityScheme(type="http", scheme="bearer"),
            }
        ),
    )
