"""Frames as text, encoded once for all sockets that show them."""

from collections import OrderedDict
from typing import Final

import msgspec

from node.contract.frames import Frame

MAX_KEPT: Final = 64
"""Encoded frames kept, about 0.1 MB: what one burst publishes before every socket has sent it."""


class FrameTexts:
    """Remembers the text of the frames shown last.

    By identity, as a frame is one object for all sockets and hashing it would cost as much as
    encoding it; holding the frame keeps its identity from being given away.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[Frame, str]] = OrderedDict()

    def __call__(self, frame: Frame) -> str:
        """Return ``frame`` as JSON text."""
        kept = self._kept.get(id(frame))
        if kept is not None:
            return kept[1]
        text = msgspec.json.encode(frame).decode()
        self._kept[id(frame)] = (frame, text)
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return text


frame_text: Final = FrameTexts()
