"""Reads a code as a phone's camera does, by a decoder that knows nothing of how it was made."""

import re
from xml.etree import ElementTree as ET

import zxingcpp

_SVG = "{http://www.w3.org/2000/svg}"
_STEP = re.compile(r"([Mmh])([-\d.]+)(?: ?([-\d.]+))?")
PIXELS = 4
"""To a module."""


def read_svg(svg: str) -> str:
    """Return the text in the only code of ``svg``."""
    modules = _modules(svg)
    height, width = len(modules) * PIXELS, len(modules[0]) * PIXELS
    rows = [
        bytes(255 * (not dark) for dark in row for _ in range(PIXELS))
        for row in modules
        for _ in range(PIXELS)
    ]
    image = memoryview(b"".join(rows)).cast("B", (height, width))
    (code,) = zxingcpp.read_barcodes(image)
    assert code.bytes == code.text.encode()  # what a phone takes that guesses nothing but UTF-8
    return code.text


def _modules(svg: str) -> list[list[bool]]:
    """Draw the strokes of the second path; the first one is the white ground."""
    root = ET.fromstring(svg)  # noqa: S314 - made by this program
    _, _, width, height = map(int, root.attrib["viewBox"].split())
    strokes = [path for path in root.iter(f"{_SVG}path") if "stroke" in path.attrib]
    assert len(strokes) == 1
    assert strokes[0].attrib["stroke"] == "#000"
    drawn = [[False] * width for _ in range(height)]
    x = y = 0.0
    for kind, first, second in _STEP.findall(strokes[0].attrib["d"]):
        if kind == "M":
            x, y = float(first), float(second)
        elif kind == "m":
            x, y = x + float(first), y + float(second)
        else:
            for column in range(int(x), int(x + float(first))):
                drawn[int(y)][column] = True
            x += float(first)
    return drawn
