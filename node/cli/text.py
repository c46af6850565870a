"""Text of strangers, made fit for a terminal."""

import unicodedata
from typing import Final

_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control, format (bidi), surrogate and line separators: they move the cursor, switch colours,
answer on the keyboard's behalf, turn a line round, or begin a line that looks like another's."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""Persian needs one, families of emoji the other; both only join."""

LINE_BREAK: Final = " \u23ce "
"""Stands for a line break, so that one message is one line and cannot forge a second one."""


def plain(text: str) -> str:
    r"""Return ``text`` with everything a terminal would obey spelled out, as in ``\x1b``."""
    return "".join(_spelled(c) if _is_unsafe(c) else c for c in text)


def one_line(text: str) -> str:
    """Return ``text`` as one plain line."""
    return LINE_BREAK.join(plain(line) for line in text.splitlines())


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in _UNSAFE and character not in _JOINERS


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
