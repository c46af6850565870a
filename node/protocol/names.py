"""Names of people and rooms as they may be shown; two boxes may differ, bytes never change."""

import unicodedata
from typing import Final

from node.protocol import limits

_REMOVED: Final = frozenset({"Cc", "Cf", "Cs"})
"""Control, format (bidi, zero width) and surrogate: invisible, or able to turn a line round."""
_BLANK: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Letters and marks that show nothing, with which a name looks like another or like none."""
_EXTENDING: Final = frozenset({"Mn", "Mc", "Me"})
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)


def clean_name(text: str) -> str:
    """Return ``text`` fit to be shown as a name; may be empty. Cleaning twice changes nothing.

    White space becomes single spaces; control, format, bidi, surrogate and blank characters
    go; the rest is brought to NFC and cut to ``limits.MAX_NAME_CHARS`` code points, not
    between a letter and its marks, an emoji and its skin tone, or the halves of a flag.
    """
    spaced = " ".join(text.split())
    kept = "".join(c for c in spaced if unicodedata.category(c) not in _REMOVED and c not in _BLANK)
    composed = " ".join(unicodedata.normalize("NFC", kept).split())
    return composed[: _cut(composed)].rstrip()


def is_presentable(text: str) -> bool:
    """Return whether ``text`` is a name that needs no cleaning."""
    return bool(text) and clean_name(text) == text


def _cut(text: str) -> int:
    """Return where to cut: the last whole character within the limit, if there is one."""
    cut = limits.MAX_NAME_CHARS
    while 0 < cut < len(text) and _joins(text, cut):
        cut -= 1
    return cut or limits.MAX_NAME_CHARS


def _joins(text: str, at: int) -> bool:
    """Return whether the character at ``at`` belongs to the one before it."""
    if ord(text[at]) in _FLAG_LETTERS:
        before = len(text[:at]) - len(text[:at].rstrip("".join(map(chr, _FLAG_LETTERS))))
        return before % 2 == 1
    return unicodedata.category(text[at]) in _EXTENDING or ord(text[at]) in _SKIN_TONES
