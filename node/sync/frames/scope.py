"""What a repair is about."""

from dataclasses import dataclass
from typing import Final

from node.protocol.errors import DecodeError
from node.protocol.ids import HANDLE_BYTES, ID_BYTES, LogHandle, RoomId
from node.protocol.limits import MAX_CLASS
from node.sync.frames.wire import Reader, check_within, sized

LOWEST_CLOSABLE_CLASS: Final = 2
"""Logs of lower classes are never closed."""

_LOG: Final = 0
_CLOSED: Final = 1


@dataclass(frozen=True, slots=True)
class LogScope:
    """The log, or logs, of one handle."""

    handle: LogHandle

    def encode(self) -> bytes:
        """Return the bytes of the scope; ValueError when it is none."""
        return bytes([_LOG]) + sized(self.handle, HANDLE_BYTES)


@dataclass(frozen=True, slots=True)
class ClosedScope:
    """The closed logs of one class in one room."""

    class_: int
    room: RoomId

    def encode(self) -> bytes:
        """Return the bytes of the scope; ValueError when it is none."""
        check_within(self.class_, MAX_CLASS, LOWEST_CLOSABLE_CLASS)
        return bytes([_CLOSED, self.class_]) + sized(self.room, ID_BYTES)


Scope = LogScope | ClosedScope


def read_scope(reader: Reader) -> Scope:
    """Return the scope that comes next; DecodeError when there is none."""
    kind = reader.byte()
    if kind == _LOG:
        return LogScope(reader.handle())
    if kind != _CLOSED:
        raise DecodeError("code", f"no scope {kind}")
    class_ = reader.byte()
    if not LOWEST_CLOSABLE_CLASS <= class_ <= MAX_CLASS:
        raise DecodeError("class", f"closed logs of class {class_}")
    return ClosedScope(class_, RoomId(reader.fixed(ID_BYTES)))
