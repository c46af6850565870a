"""What a stranger writes into every field, and what may stand in a page that shows it."""

from html.parser import HTMLParser
from typing import Final

MARK: Final = "xevil"
"""In each of them: where it is shown as text, it may stand; as a tag or an attribute, never."""

TEXTS: Final = {
    "a tag": f"<{MARK} onload=alert(1)>",
    "a script": f"<script>{MARK}</script>",
    "an end of everything": f"</textarea></title></style></iframe></bdi><{MARK}>",
    "a way out of an attribute": f"\" autofocus onfocus='{MARK}' x=\"",
    "a way out of another": f"' {MARK}=1 onerror=alert(1) '",
    "a comment": f"<!--><{MARK}>-->",
    "a template": "{{ 7 * 191 }}{% include 'lite/me.html' %}" + MARK,
    "character references": f"&lt;{MARK}&gt;&#60;{MARK}&#62;&quot; {MARK}=1",
    "an address": f"javascript:alert('{MARK}')",
    "line ends": f"a\r\nSet-Cookie: {MARK}=1\r\n\r\n<{MARK}>",
    "UTF-7": f"+ADw-{MARK}+AD4-",
    "turned lines": f"\u202e\u2066{MARK}\u2069\u202c\u200f",
    "two thousand emoji": MARK + "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 399,
    "marks upon marks": MARK + "\u0353\u0316\u0300" * 600,
    "controls": f"\x00\x01\x1b[2J\x7f\x9b{MARK}\ufffe\ufeff",
    "a formula": f'=HYPERLINK("http://{MARK}")',
}

_TAGS: Final = frozenset(
    {"html", "head", "meta", "title", "link", "style", "body", "iframe", "svg", "path", "g"}
    | {"header", "main", "nav", "section", "footer", "h1", "h2", "p", "ul", "ol", "li", "div"}
    | {"span", "b", "i", "small", "bdi", "a", "br", "rect", "circle", "figure", "figcaption"}
    | {"form", "label", "input", "textarea", "select", "option", "button"}
)
_LEADS: Final = frozenset({"href", "src", "action", "formaction", "data", "content", "xlink:href"})


class _Strict(HTMLParser):
    """Notes whatever no page of this box has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.shows = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element."""
        if tag not in _TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if MARK in name or name.startswith("on") or name in {"style", "autofocus"}:
                self.faults.append(f"{tag} {name}={value}")
            lead = (value or "").strip().lower()
            is_own = lead.startswith(("/lite", "/#/", "/poster", "data:,", "#langs"))
            if name in _LEADS and tag != "meta" and not is_own:
                self.faults.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        """Look at text."""
        self.shows = self.shows or MARK in data

    def handle_comment(self, data: str) -> None:
        """Look at a comment: the pages have none."""
        self.faults.append(f"<!--{data}-->")


def faults_of(page: str) -> list[str]:
    """Return what stands in ``page`` that no page of this box has."""
    parser = _Strict()
    parser.feed(page)
    parser.close()
    return parser.faults


def shows(page: str) -> bool:
    """Return whether ``page`` shows what was written, as text."""
    parser = _Strict()
    parser.feed(page)
    return parser.shows
