"""QR codes: text in, SVG out."""

from functools import lru_cache
from typing import Final

import segno

from node.contract.facts import HotspotFacts

QUIET_MODULES: Final = 4
"""ISO/IEC 18004: the white frame without which a camera does not find the code."""

KEPT: Final = 16
"""Codes that anybody may see, kept as drawn (4 kB each): a phone that loads pages with a code from
20 connections holds up the box for the time it takes to draw them, 3 ms, on a Pi 20 ms."""

_RESERVED: Final = str.maketrans({char: f"\\{char}" for char in '\\;,:"'})


def svg_of(text: str, title: str | None = None) -> str:
    """Return ``text`` as a QR code: an ``<svg>`` that stands in a page, or alone as a file.

    Black on white also on a dark page, without style attributes, as wide as its place. UTF-8
    without an ECI header: phones guess UTF-8 right, and some give up at the header.

    Args:
        text: what a phone reads.
        title: what a screen reader says; None where the words beside the code say it.

    Raises:
        ValueError: the text is longer than any code holds.
    """
    code = segno.make_qr(text, error="m", encoding="utf-8")
    inline = code.svg_inline(
        border=QUIET_MODULES,
        omitsize=True,
        light="#fff",
        svgclass="qr",
        lineclass=None,
        title=title,
    )
    role = 'aria-hidden="true"' if title is None else 'role="img"'
    # Rows are strokes: smoothed, a hair of white would part them.
    more = f'xmlns="http://www.w3.org/2000/svg" shape-rendering="crispEdges" {role}'
    return inline.replace("<svg ", f"<svg {more} ", 1)


@lru_cache(maxsize=KEPT)
def kept_svg_of(text: str, title: str | None = None) -> str:
    """Return ``svg_of``, drawn once; never of what is a secret, as it stays in memory."""
    return svg_of(text, title)


def wifi_text(facts: HotspotFacts) -> str:
    """Return what a phone's camera takes for "join this network" (the format of ZXing)."""
    ssid = facts.ssid.translate(_RESERVED)
    if facts.passphrase is None:
        return f"WIFI:T:nopass;S:{ssid};;"
    return f"WIFI:T:WPA;S:{ssid};P:{facts.passphrase.translate(_RESERVED)};;"
