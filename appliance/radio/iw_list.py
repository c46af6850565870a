"""Reads what `iw list` prints, also pasted into a page by somebody."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Final

from appliance.radio.wiphy import MODES, Combination, Limit, Wiphy

MAX_TEXT_CHARS: Final = 1_000_000
"""Thirty times the longest output known; stops a wrong file from being read for minutes."""

_WIPHY: Final = re.compile(r"^Wiphy[ \t]+(\S+)", re.MULTILINE)
_MODES: Final = re.compile(r"Supported interface modes:\s*\n((?:\s*\*[^\n]*\n)+)")
_MODE: Final = re.compile(r"\*\s*([^\n]+?)\s*\n")
_FREQUENCY: Final = re.compile(r"\*\s*(\d{4})(?:\.\d)? MHz \[\d+\] ([^\n]*)")
_CANNOT_BEGIN: Final = re.compile(r"disabled|no IR|passive scan|no IBSS")
_COMBINATIONS: Final = re.compile(
    r"valid interface combinations:\s*\n(.*?#channels\s*<=\s*\d+[^\n]*(?:\n\s*\*\s*#\{.*?"
    r"#channels\s*<=\s*\d+[^\n]*)*)",
    re.DOTALL,
)
_COMBINATION: Final = re.compile(
    r"((?:#\{[^}]*\}\s*<=\s*\d+\s*,\s*)+)total\s*<=\s*(\d+)\s*,\s*#channels\s*<=\s*(\d+)"
)
_LIMIT: Final = re.compile(r"#\{([^}]*)\}\s*<=\s*(\d+)")
_STATIONS: Final = re.compile(r"Maximum associated stations in AP mode:\s*(\d+)")
_DRIVER: Final = re.compile(
    r"(?:\bdriver=|Kernel driver in use:\s*|registered new interface driver )([\w-]+)"
)
"""As lshw, lspci and the kernel's log say it."""


class NoRadioError(Exception):
    """The text has no radio in it; tell its reader to run `iw list`."""


def parse(text: str) -> list[Wiphy]:
    """Return the radios of an `iw list` output, each once, in its order.

    A driver that the text names is taken when there is one radio it can be meant for.

    Raises:
        NoRadioError: no ``Wiphy`` block, or none that lists its interface modes.
    """
    text = text[:MAX_TEXT_CHARS].replace("\r\n", "\n") + "\n"
    starts = [match.start() for match in _WIPHY.finditer(text)]
    blocks = [text[start:end] for start, end in pairwise([*starts, len(text)])]
    found: dict[str, Wiphy] = {}
    for block in blocks:
        wiphy = _wiphy(block)
        if wiphy is not None:
            found.setdefault(wiphy.name, wiphy)
    if not found:
        raise NoRadioError
    radios = list(found.values())
    drivers = set(_DRIVER.findall(text))
    if len(radios) == 1 and len(drivers) == 1:
        radios = [replace(radios[0], driver=drivers.pop())]
    return radios


def _wiphy(block: str) -> Wiphy | None:
    name, modes = _WIPHY.match(block), _MODES.search(block)
    if name is None or modes is None:
        return None
    combinations = _COMBINATIONS.search(block)
    stations = _STATIONS.search(block)
    return Wiphy(
        name=name[1],
        modes=MODES & set(_MODE.findall(modes[1])),
        combinations=() if combinations is None else _combinations(combinations[1]),
        frequencies_mhz=frozenset(
            int(mhz) for mhz, notes in _FREQUENCY.findall(block) if not _CANNOT_BEGIN.search(notes)
        ),
        max_stations=None if stations is None else int(stations[1]),
    )


def _combinations(text: str) -> tuple[Combination, ...]:
    return tuple(
        Combination(
            limits=tuple(
                Limit(frozenset(" ".join(mode.split()) for mode in modes.split(",")), int(most))
                for modes, most in _LIMIT.findall(limits)
            ),
            total=int(total),
            channels=int(channels),
        )
        for limits, total, channels in _COMBINATION.findall(text)
    )
