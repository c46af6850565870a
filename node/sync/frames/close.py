"""CLOSE: why the sender ends the link."""

from dataclasses import dataclass
from enum import IntEnum

from node.sync.frames.wire import FrameType, Reader, framed


class CloseReason(IntEnum):
    """Why a link ends."""

    DONE = 0
    MALFORMED = 1
    ORDER = 2
    LIMIT = 3
    FORGED = 4
    REPLACED = 5
    STOPPING = 6
    SILENT = 7
    BUSY = 8
    FAULT = 9


@dataclass(frozen=True, slots=True)
class Close:
    """The last frame of whoever sends it."""

    reason: CloseReason

    def encode(self) -> bytes:
        """Return the bytes of the frame."""
        return framed(FrameType.CLOSE, [bytes([self.reason])])

    @classmethod
    def read(cls, reader: Reader) -> "Close":
        """Return the frame after its type byte; DecodeError when there is none."""
        return cls(reader.code(CloseReason))
