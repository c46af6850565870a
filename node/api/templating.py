"""Pages made on this box: all text escaped, and a policy under which nothing runs."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from markupsafe import Markup

TEMPLATES: Final = Path(__file__).parent / "templates"

NO_FRAMES: Final = "'none'"
OWN_FRAMES: Final = "'self'"

_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Style:
    """A style sheet as it stands inside a page."""

    css: Markup
    source: str
    """What a policy calls exactly these bytes (CSP 3, 2.3.1, hash-source)."""

    @classmethod
    def of(cls, css: str) -> "Style":
        """Return ``css`` on one line: its digest must not hang on line ends."""
        line = _SPACE.sub(" ", css).strip()
        digest = base64.b64encode(hashlib.sha256(line.encode()).digest()).decode()
        return cls(Markup(line), f"'sha256-{digest}'")  # noqa: S704 - a file of this package


@cache
def environment() -> Environment:
    """Return where templates are found and how they are filled in."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def engine() -> JinjaTemplateEngine:
    """Return the engine that fills in the pages."""
    return JinjaTemplateEngine.from_environment(environment())


@cache
def style_of(file: str) -> Style:
    """Return the style sheet ``file``, a path below the templates."""
    return Style.of((TEMPLATES / file).read_text("utf-8"))


def policy(style: Style, *, framed_by: str = NO_FRAMES) -> str:
    """Return the Content-Security-Policy of a page without script whose only style is ``style``.

    Args:
        style: stands in the page.
        framed_by: who may show the page in a frame.
    """
    return (
        f"default-src 'none'; style-src {style.source}; img-src 'self' data:; frame-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
    )


def styled(
    template: str,
    context: Mapping[str, Any],
    style: Style,
    *,
    status: int = 200,
    framed_by: str = NO_FRAMES,
) -> Template:
    """Return ``template`` as an answer under its own policy; it finds ``style`` as ``style``."""
    return Template(
        template_name=template,
        context={**context, "style": style.css},
        status_code=status,
        media_type="text/html",
        headers={"Content-Security-Policy": policy(style, framed_by=framed_by)},
    )
