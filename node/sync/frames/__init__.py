"""Frames: what two boxes say to each other over a link, and their only encoding."""

from collections.abc import Callable
from typing import Final

from node.protocol.errors import DecodeError
from node.sync import limits
from node.sync.frames.close import Close, CloseReason
from node.sync.frames.custody import Delta, Gone, Stored, StoredEntry
from node.sync.frames.data import Data, DataItem
from node.sync.frames.hello import NO_INCARNATION, Hello
from node.sync.frames.keepalive import Keepalive, Summary
from node.sync.frames.packing import pack_delta, pack_gone, pack_rows, pack_stored, pack_want
from node.sync.frames.repair import (
    Repair,
    RepairAsk,
    RepairItem,
    RepairItems,
    RepairQuery,
    RepairReply,
    What,
    read_repair,
)
from node.sync.frames.rows import Buckets, Rows, RowsMode
from node.sync.frames.scope import ClosedScope, LogScope, Scope
from node.sync.frames.want import Asked, Want
from node.sync.frames.wire import FrameType, Reader

__all__ = [
    "NO_INCARNATION", "Asked", "Buckets", "Close", "CloseReason", "ClosedScope", "Data", "DataItem",
    "Delta", "Frame", "FrameType", "Gone", "Hello", "Keepalive", "LogScope", "Repair", "RepairAsk",
    "RepairItem", "RepairItems", "RepairQuery", "RepairReply", "Rows", "RowsMode", "Scope",
    "Stored", "StoredEntry", "Summary", "Want", "What", "decode_frame", "pack_delta", "pack_gone",
    "pack_rows", "pack_stored", "pack_want",
]  # fmt: skip

Frame = (
    Close | Hello | Rows | Buckets | Want | Data | Gone | Stored | Delta | Repair | Keepalive
)  # fmt: skip

_READERS: Final[dict[int, Callable[[Reader], Frame]]] = {
    FrameType.CLOSE: Close.read,
    FrameType.HELLO: Hello.read,
    FrameType.ROWS: Rows.read,
    FrameType.BUCKETS: Buckets.read,
    FrameType.WANT: Want.read,
    FrameType.DATA: Data.read,
    FrameType.GONE: Gone.read,
    FrameType.STORED: Stored.read,
    FrameType.DELTA: Delta.read,
    FrameType.REPAIR: read_repair,
    FrameType.KEEPALIVE: Keepalive.read,
}


def decode_frame(data: bytes) -> Frame:
    """Return the frame whose bytes ``data`` are; encoding it gives the same bytes.

    Raises:
        DecodeError: they are none; close the link as malformed.
    """
    if not 1 <= len(data) <= limits.MAX_FRAME_BYTES:
        raise DecodeError("frame", f"{len(data)} bytes")
    read = _READERS.get(data[0])
    if read is None:
        raise DecodeError("frame", f"no frame of type {data[0]}")
    reader = Reader(data)
    frame = read(reader)
    reader.end()
    return frame
