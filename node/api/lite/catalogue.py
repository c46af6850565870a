"""The words of the pages, one file per language."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

WORDS: Final = Path(__file__).parent / "words"

LANGUAGES: Final = ("en", "es", "fr", "ar", "uk", "tr", "bn", "ht")
"""In the order in which they are offered; the first is for whoever asks for none of them."""

SLOT: Final = re.compile(r"\{([a-z]+)\}")

MAX_RANGES: Final = 20
"""Language ranges read of one header; browsers send up to ten. Stops headers of thousands."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the pages say, in one language."""

    lang: str
    """BCP 47 tag."""
    sentences: dict[str, str]

    def say(self, key: str, **slots: object) -> str:
        """Return the sentence ``key`` with its slots filled."""
        return SLOT.sub(lambda slot: str(slots[slot[1]]), self.sentences[key])

    @property
    def name(self) -> str:
        """Return the language's own name for itself."""
        return self.sentences["lang.name"]

    @property
    def direction(self) -> str:
        """Return ``ltr`` or ``rtl``."""
        return self.sentences["lang.dir"]


@cache
def catalogue(lang: str) -> Catalogue:
    """Return the words of ``lang``, one of ``LANGUAGES``."""
    return Catalogue(lang, json.loads((WORDS / f"{lang}.json").read_text("utf-8")))


def every_catalogue() -> list[Catalogue]:
    """Return all languages, in the order in which they are offered."""
    return [catalogue(lang) for lang in LANGUAGES]


def is_nameless(name: str) -> bool:
    """Return whether ``name`` only stands in for one, in any language."""
    return any(name == words.sentences["nameless"] for words in every_catalogue())


def chosen(*wishes: str | None, accept: str) -> Catalogue:
    """Return the first language of ``wishes`` that exists, else the best by Accept-Language."""
    for wish in wishes:
        if wish in LANGUAGES:
            return catalogue(str(wish))
    return catalogue(_accepted(accept))


def _accepted(accept: str) -> str:
    ranges = [_weighed(part) for part in accept.lower().split(",")[:MAX_RANGES]]
    for tag, weight in sorted(ranges, key=lambda pair: -pair[1]):
        base = tag.partition("-")[0]
        if weight > 0 and base in LANGUAGES:
            return base
    return LANGUAGES[0]


def _weighed(part: str) -> tuple[str, float]:
    """Return one language range and its weight (RFC 9110, 12.5.4)."""
    tag, _, parameter = part.strip().partition(";")
    key, _, value = parameter.strip().partition("=")
    if key.strip() != "q":
        return tag.strip(), 1.0
    try:
        return tag.strip(), float(value)
    except ValueError:
        return tag.strip(), 0.0
