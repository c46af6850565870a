"""The poster for the wall: how to join, where to look, what to write."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from node.api.base import HOTSPOT_URL
from node.api.lite.catalogue import Catalogue, every_catalogue
from node.api.qr import kept_svg_of, wifi_text
from node.contract.facts import HotspotFacts

MAX_LANGUAGES: Final = 3
"""More do not fit on one sheet in letters that can be read from two metres."""


class Place(NamedTuple):
    """How phones reach this box."""

    facts: HotspotFacts | None
    url: str
    """Of the start page, as typed from the poster."""

    @property
    def addresses(self) -> list[str]:
        """Return what can be typed, the best first."""
        return [self.url] if self.facts is None else [self.url, f"http://{self.facts.address}/"]


class Block(NamedTuple):
    """All the words in one language."""

    lang: str
    direction: str
    title: str
    steps: tuple[str, str, str]
    free: str


class Choice(NamedTuple):
    """A language that may stand on the poster."""

    lang: str
    name: str
    direction: str
    is_on: bool
    link: str | None
    """The poster with it, or without it; None where that cannot be."""


def place_of(facts: HotspotFacts | None, url: str) -> Place:
    """Return how phones reach this box: by its hotspot, else at ``url``."""
    return Place(facts, url if facts is None else HOTSPOT_URL)


def context_of(box: str, place: Place, languages: Sequence[Catalogue]) -> dict[str, Any]:
    """Return what the template is filled with.

    Args:
        box: its name.
        place: how phones reach it.
        languages: one to ``MAX_LANGUAGES``, the first in the largest letters.
    """
    facts = place.facts
    return {
        "box": box,
        "words": languages[0],
        "wifi": None if facts is None else _code(wifi_text(facts)),
        "page": _code(place.url),
        "ssid": None if facts is None else facts.ssid,
        "password": None if facts is None else facts.passphrase,
        "addresses": place.addresses,
        "blocks": [_block(words, facts) for words in languages],
        "choices": _choices([words.lang for words in languages]),
    }


def _block(words: Catalogue, facts: HotspotFacts | None) -> Block:
    if facts is None:
        first = words.say("poster.network")
    else:
        # Isolated (Unicode 9, first strong): a name of another script must not turn the line.
        first = words.say("poster.join", ssid=f"\u2068{facts.ssid}\u2069")
    first = first.replace("Wi-Fi", "Wi\u2011Fi")  # on one line, in letters that large
    steps = first, words.say("poster.open"), words.say("poster.write")
    free = words.say("poster.free")
    return Block(words.lang, words.direction, words.say("poster.title"), steps, free)


def _choices(chosen: list[str]) -> list[Choice]:
    return [
        Choice(each.lang, each.name, each.direction, each.lang in chosen, _link(chosen, each.lang))
        for each in every_catalogue()
    ]


def _link(chosen: list[str], lang: str) -> str | None:
    rest = [each for each in chosen if each != lang]
    if lang not in chosen:
        rest = [*chosen, lang] if len(chosen) < MAX_LANGUAGES else []
    return f"/poster?lang={quote(','.join(rest), safe=',')}" if rest else None


def _code(text: str) -> Markup:
    return Markup(kept_svg_of(text))  # noqa: S704 - made here of modules alone
