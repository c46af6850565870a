"""Text as it is compared when people look for people: no case, no accents, only words."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_WORDS: Final = 16
"""Words of one search; each is looked for in every check-in."""

KNOWN_LETTERS: Final = 4_096
"""Letters whose category is remembered: more than all alphabets have together, bounded because
strangers choose them."""

_ASCII_WORD: Final = re.compile(r"[a-z0-9]+")
_PARTING: Final = frozenset("CZPS")
"""First letters of the categories that part words. Marks do not: Indic vowels are marks."""


def folded_words(text: str) -> str:
    """Return the words of ``text``, each with a space before it.

    So ``" " + word`` is in it exactly when one of the words begins with ``word``.
    """
    return "".join(f" {word}" for word in _words(text))


def asked_words(text: str) -> list[str]:
    """Return what to look for in ``folded_words``; empty when nothing in ``text`` is a word."""
    return [f" {word}" for word in _words(text)[:MAX_WORDS]]


def _words(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    spread = unicodedata.normalize("NFKD", text).casefold()
    return "".join(_shown(char) for char in spread).split()


@lru_cache(KNOWN_LETTERS)
def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf" or unicodedata.combining(char):
        return ""
    return " " if category[0] in _PARTING else char
