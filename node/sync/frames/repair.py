"""REPAIR: which ids of one log, or which closed logs, the other side lacks."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from node.protocol import limits as protocol_limits
from node.protocol import varint
from node.protocol.errors import DecodeError
from node.protocol.ids import ID_BYTES
from node.sync import limits
from node.sync.frames.scope import ClosedScope, Scope, read_scope
from node.sync.frames.wire import FrameType, Reader, check_within, framed, sized


class RepairStep(IntEnum):
    """What a REPAIR frame is for."""

    ASK = 0
    QUERY = 1
    REPLY = 2
    ITEMS = 3


class What(IntEnum):
    """What is said of one id."""

    LACKED = 0
    HELD = 1
    ID_ONLY = 2


class RepairItem(NamedTuple):
    """One id, or one hash of a closed row."""

    what: What
    seq: int
    """0 of a closed log, and where an id is lacked whose seq its asker does not know."""
    id: bytes


@dataclass(frozen=True, slots=True)
class RepairAsk:
    """The acceptor asks the dialler to begin."""

    scope: Scope

    def encode(self) -> bytes:
        """Return the bytes of the frame; ValueError when the scope is none."""
        return _framed(RepairStep.ASK, self.scope)


@dataclass(frozen=True, slots=True)
class RepairQuery:
    """A negentropy message of the dialler."""

    scope: Scope
    forked: bool
    message: bytes

    def encode(self) -> bytes:
        """Return the bytes of the frame; ValueError when a field is out of range."""
        check_within(len(self.message), limits.MAX_REPAIR_MESSAGE_BYTES, 1)
        return _framed(RepairStep.QUERY, self.scope, bytes([self.forked]), self.message)


@dataclass(frozen=True, slots=True)
class RepairReply:
    """A negentropy message of the acceptor."""

    scope: Scope
    forked: bool
    message: bytes

    def encode(self) -> bytes:
        """Return the bytes of the frame; ValueError when a field is out of range."""
        check_within(len(self.message), limits.MAX_REPAIR_MESSAGE_BYTES, 1)
        return _framed(RepairStep.REPLY, self.scope, bytes([self.forked]), self.message)


@dataclass(frozen=True, slots=True)
class RepairItems:
    """What one side has and the other lacks, and the other way round."""

    scope: Scope
    forked: bool
    items: tuple[RepairItem, ...]

    def encode(self) -> bytes:
        """Return the bytes of the frame; ValueError when a field is out of range."""
        check_within(len(self.items), limits.MAX_REPAIR_ITEMS)
        parts = [bytes([self.forked]), varint.encode(len(self.items))]
        for what, seq, item_id in self.items:
            check_within(seq, *_seqs(self.scope, what))
            parts += bytes([what]), varint.encode(seq), sized(item_id, ID_BYTES)
        return _framed(RepairStep.ITEMS, self.scope, *parts)


Repair = RepairAsk | RepairQuery | RepairReply | RepairItems


def read_repair(reader: Reader) -> Repair:
    """Return the frame after its type byte; DecodeError when there is none."""
    step = reader.code(RepairStep)
    scope = read_scope(reader)
    if step is RepairStep.ASK:
        return RepairAsk(scope)
    forked = bool(reader.flags(1))
    if step is RepairStep.ITEMS:
        count = reader.number(limits.MAX_REPAIR_ITEMS)
        return RepairItems(scope, forked, tuple(_read_item(reader, scope) for _ in range(count)))
    message = reader.rest(limits.MAX_REPAIR_MESSAGE_BYTES, "negentropy")
    made = RepairQuery if step is RepairStep.QUERY else RepairReply
    return made(scope, forked, message)


def _framed(step: RepairStep, scope: Scope, *parts: bytes) -> bytes:
    return framed(FrameType.REPAIR, [bytes([step]), scope.encode(), *parts])


def _seqs(scope: Scope, what: What) -> tuple[int, int]:
    """Return the highest and lowest seq an item may have."""
    if isinstance(scope, ClosedScope):
        return 0, 0
    return protocol_limits.MAX_SEQ, 0 if what is What.LACKED else 1


def _read_item(reader: Reader, scope: Scope) -> RepairItem:
    what = reader.code(What)
    seq = reader.number(protocol_limits.MAX_SEQ)
    highest, lowest = _seqs(scope, what)
    if not lowest <= seq <= highest:
        raise DecodeError("seq", f"{seq}")
    return RepairItem(what, seq, reader.fixed(ID_BYTES))
