"""Secrets as words of the BIP-39 English list, read back as people type them."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Final

from mnemonic import Mnemonic

from node.contract.problems import WORDS, RefusedError

HANDOVER_WORDS: Final = 4
"""44 bits: with the limits on wrong tries, a stranger finds one in 100,000 years of trying."""

_BITS: Final = 11
"""Of one word: the list has 2,048."""
_STEM: Final = 4
"""No two words of the list begin with the same four letters."""
_HEX: Final = re.compile(r"[0-9a-f]{32}")
_LETTERS: Final = re.compile(r"[a-z]+")

MISTYPED: Final = "These words are not known here. Look for a mistyped one."


def words_of(secret: bytes) -> str:
    """Return ``secret``, 16 bytes, as twelve words with single spaces; the last has a checksum."""
    return _list().to_mnemonic(secret)


def secret_of(text: str) -> bytes:
    """Return the secret in ``text``: twelve words, or 32 hexadecimal digits.

    Raises:
        RefusedError: ``WORDS``: it is neither, or the checksum shows a mistyped word.
    """
    digits = "".join(_plain(text).split())
    if _HEX.fullmatch(digits):
        return bytes.fromhex(digits)
    words = _known_words(text)
    try:
        return bytes(_list().to_entropy(words))
    except (ValueError, LookupError):
        raise RefusedError(WORDS, MISTYPED) from None


def draw_words(entropy: Callable[[int], bytes]) -> str:
    """Return new words for a hand-over."""
    bits = int.from_bytes(entropy((HANDOVER_WORDS * _BITS + 7) // 8), "big")
    indices = (bits >> (_BITS * at) & (1 << _BITS) - 1 for at in range(HANDOVER_WORDS))
    return " ".join(_list().wordlist[index] for index in indices)


def handover_words(text: str) -> str:
    """Return the words in ``text`` as ``draw_words`` made them.

    Raises:
        RefusedError: ``WORDS``: it cannot be those.
    """
    words = _known_words(text)
    if len(words) != HANDOVER_WORDS:
        raise RefusedError(WORDS, MISTYPED)
    return " ".join(words)


def _known_words(text: str) -> list[str]:
    """Return the words in ``text`` in full; none when one is not of the list.

    Case, commas, dashes, numbers and accents do not count; four letters stand for a word.
    """
    typed = _LETTERS.findall(_plain(text))
    known = [_by_stem().get(word[:_STEM], "") for word in typed]
    return known if all(known) else []


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in parts if not unicodedata.combining(char))


@cache
def _list() -> Mnemonic:
    return Mnemonic("english")


@cache
def _by_stem() -> dict[str, str]:
    return {word[:_STEM]: word for word in _list().wordlist}
