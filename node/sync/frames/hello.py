"""HELLO: who is here, what it carries and takes, and what it has seen of the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from node.protocol import limits as protocol_limits
from node.protocol import varint
from node.protocol.errors import DecodeError
from node.protocol.ids import EVERYONE, ID_BYTES, RoomId
from node.sync import limits
from node.sync.frames.wire import FrameType, Reader, check_within, framed, sized

INCARNATION_BYTES: Final = 8
CLASSES: Final = protocol_limits.MAX_CLASS + 1
NO_INCARNATION: Final = bytes(INCARNATION_BYTES)
"""Stands for a store never seen."""

_BOOT_BYTES: Final = 4
_MS_BYTES: Final = 6


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame of each side."""

    incarnation: bytes
    """8 bytes: of the sender's store."""
    boot: int
    """Drawn at each start, 32 bits."""
    now_ms: int
    """The sender's wall clock."""
    quality: int
    """Its clock quality."""
    your_incarnation: bytes
    """The store of the receiver that the sender saw last; ``NO_INCARNATION`` for none."""
    your_changed_n: int
    """Up to where the sender has seen that store's changes."""
    budgets: tuple[int | None, ...]
    """Bytes of each class the sender still takes on this link; None for no limit."""
    rooms: frozenset[RoomId] | None
    """Rooms carried, ``everyone`` among them; None for all."""
    name: str
    """As its owner typed it: clean it before it is shown."""

    def encode(self) -> bytes:
        """Return the bytes of the frame.

        Raises:
            ValueError: a field is out of range; a mistake of the caller.
        """
        return framed(FrameType.HELLO, self._parts())

    def _parts(self) -> Iterator[bytes]:
        name = self.name.encode()
        check_within(self.now_ms, limits.MAX_WALL_MS)
        check_within(self.quality, protocol_limits.MAX_QUALITY)
        check_within(self.your_changed_n, limits.MAX_COUNT)
        check_within(len(self.budgets), CLASSES, CLASSES)
        check_within(len(name), limits.MAX_NAME_BYTES)
        check_within(self.boot, limits.MAX_BOOT)
        yield sized(self.incarnation, INCARNATION_BYTES) + self.boot.to_bytes(_BOOT_BYTES)
        yield self.now_ms.to_bytes(_MS_BYTES) + bytes([self.quality])
        yield sized(self.your_incarnation, INCARNATION_BYTES)
        yield varint.encode(self.your_changed_n)
        for budget in self.budgets:
            check_within(budget or 0, limits.MAX_COUNT - 1)
            yield varint.encode(0 if budget is None else 1 + budget)
        yield _rooms_bytes(self.rooms)
        yield varint.encode(len(name)) + name

    @classmethod
    def read(cls, reader: Reader) -> "Hello":
        """Return the frame after its type byte; DecodeError when there is none."""
        incarnation = reader.fixed(INCARNATION_BYTES)
        boot = reader.unsigned(_BOOT_BYTES)
        now_ms = reader.unsigned(_MS_BYTES)
        quality = reader.byte()
        if quality > protocol_limits.MAX_QUALITY:
            raise DecodeError("quality", f"{quality}")
        your_incarnation = reader.fixed(INCARNATION_BYTES)
        your_changed_n = reader.number(limits.MAX_COUNT)
        budgets = tuple(_budget(reader.number(limits.MAX_COUNT)) for _ in range(CLASSES))
        rooms = _read_rooms(reader)
        return cls(
            incarnation, boot, now_ms, quality, your_incarnation, your_changed_n, budgets, rooms,
            _read_name(reader),
        )  # fmt: skip


def _budget(number: int) -> int | None:
    return number - 1 if number else None


def _rooms_bytes(rooms: frozenset[RoomId] | None) -> bytes:
    if rooms is None:
        return varint.encode(0)
    if EVERYONE not in rooms:
        raise ValueError("every box carries everyone")
    listed = sorted(rooms - {EVERYONE})
    check_within(len(listed), limits.MAX_ROOMS)
    return varint.encode(1 + len(listed)) + b"".join(sized(room, ID_BYTES) for room in listed)


def _read_rooms(reader: Reader) -> frozenset[RoomId] | None:
    number = reader.number(1 + limits.MAX_ROOMS)
    if not number:
        return None
    listed = [RoomId(reader.fixed(ID_BYTES)) for _ in range(number - 1)]
    if any(low >= high for low, high in pairwise(listed)):
        raise DecodeError("order", "rooms not rising")
    if EVERYONE in listed:
        raise DecodeError("room", "everyone is listed")
    return frozenset((EVERYONE, *listed))


def _read_name(reader: Reader) -> str:
    name = reader.fixed(reader.number(limits.MAX_NAME_BYTES))
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise DecodeError("utf8", "name is not UTF-8") from None
