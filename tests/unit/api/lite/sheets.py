"""What a person finds on a page: its text, links, forms and fields."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_FIELDS = {"input", "textarea", "select"}
_VOID = {"input", "meta", "link", "br"}


@dataclass
class Form:
    """One form as it stands in the page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict[str, str])
    buttons: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    """Name, value and caption of each button, in order."""
    on_hidden: set[str] = field(default_factory=set[str])
    """Values of buttons that nobody sees."""


@dataclass
class Sheet(HTMLParser):
    """A page, read."""

    html: str
    forms: list[Form] = field(default_factory=list[Form])
    links: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Caption and address of each link."""
    attributes: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    """Tag, attribute and value of everything in the page."""
    labels: set[str] = field(default_factory=set[str])
    controls: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """Attributes of every field that a person fills in."""
    shown: list[str] = field(default_factory=list[str])
    style: str = ""
    root: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Read the page."""
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, dict[str, str]]] = []
        self._texts: list[str] = []
        self.feed(self.html)

    @property
    def text(self) -> str:
        """Return all text that is shown, with single spaces."""
        return " ".join(" ".join(self.shown).split())

    def form(self, end: str) -> Form:
        """Return the form whose action ends so."""
        return next(form for form in self.forms if form.action.endswith(end))

    def has_form(self, end: str) -> bool:
        """Return whether there is a form whose action ends so."""
        return any(form.action.endswith(end) for form in self.forms)

    def link(self, caption: str) -> str:
        """Return where the link with that caption leads."""
        return next(address for said, address in self.links if said == caption)

    @property
    def captions(self) -> list[str]:
        """Return what the links say."""
        return [said for said, _ in self.links]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        given = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in given.items()]
        if tag not in _VOID:
            self._open.append((tag, given))
            self._texts.append("")
        if tag == "html":
            self.root = given
        if tag == "form":
            self.forms.append(Form(given["action"], given["method"]))
        if tag == "label":
            self.labels.add(given["for"])
        if tag in _FIELDS:
            if given.get("type") != "hidden":
                self.controls.append(given)
            if self._in("form"):
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        if tag == "option" and "selected" in given:
            self.forms[-1].fields[self._last("select")["name"]] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        """Note what an element held."""
        while self._open:
            name, given = self._open.pop()
            text = self._texts.pop()
            if self._texts:
                self._texts[-1] += text
            if name == tag:
                self._ended(tag, given, text)
                return

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self._texts:
            self._texts[-1] += data
        if self._in("style"):
            self.style += data
        elif not self._in("title"):
            self.shown.append(data)

    def _ended(self, tag: str, given: dict[str, str], text: str) -> None:
        if tag == "a":
            self.links.append((text.strip(), given["href"]))
        if tag == "textarea":
            # As browsers do: the first line break after the tag is no content.
            self.forms[-1].fields[given["name"]] = text.removeprefix("\n")
        if tag == "button":
            name, value = given.get("name", ""), given.get("value", "")
            self.forms[-1].buttons.append((name, value, text.strip()))
            if "hidden" in given:
                self.forms[-1].on_hidden.add(value)

    def _in(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)

    def _last(self, tag: str) -> dict[str, str]:
        return next(given for name, given in reversed(self._open) if name == tag)
