"""What waits to be sent over one link: urgent first, nothing twice, no more than was consumed."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from node.protocol import kinds

BULK_FRAME_BYTES: Final = 16_384
"""A DATA frame of chat and the rest; at 1 Mbit/s urgent waits 0.13 s for one."""
FRAME_BYTES: Final = 60_000
"""A DATA frame of urgent and safety envelopes."""

MAX_QUEUED: Final = 65_536
"""Envelopes waiting for one link; asking obliges nobody, and the peer asks again. Bounds the memory
that one peer's questions can take (about 8 MB). News may wait beside as many of them."""

FIRST_WINDOW_BYTES: Final = 32_768
MAX_WINDOW_BYTES: Final = 262_144
QUICK_S: Final = 0.25
"""A window consumed in less is doubled: what waits in front of an urgent envelope stays short."""

SHARES: Final = {kinds.CHAT: 0.10, kinds.REST: 0.02}
"""Least part of the bytes for a class while it waits, however much better ones have to say."""

FRAMING_BYTES: Final = 7
"""The longest length and age beside an envelope."""


class Item(Protocol):
    """One envelope that can be served."""

    @property
    def arrival(self) -> int:
        """Return its number on this box."""
        ...

    @property
    def class_(self) -> int:
        """Return its effective class."""
        ...

    @property
    def size_bytes(self) -> int:
        """Return the length of its exact bytes."""
        ...


class Marks:
    """A set of arrival numbers, a bit each: 1 million envelopes in 125 KB."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, arrival: int) -> None:
        """Mark ``arrival``."""
        byte = arrival >> 3
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits)))
        self._bits[byte] |= 1 << (arrival & 7)

    def discard(self, arrival: int) -> None:
        """Take the mark away."""
        if arrival in self:
            self._bits[arrival >> 3] &= ~(1 << (arrival & 7)) & 0xFF

    def __contains__(self, arrival: int) -> bool:
        """Return whether ``arrival`` is marked."""
        byte = arrival >> 3
        return byte < len(self._bits) and bool(self._bits[byte] >> (arrival & 7) & 1)


@dataclass(slots=True)
class Window:
    """Bytes of DATA that may be out and not yet consumed."""

    size_bytes: int = FIRST_WINDOW_BYTES
    sent_bytes: int = 0
    consumed_bytes: int = 0
    _mark_bytes: int = 0
    """Where the window being timed ends; 0: none is."""
    _since_s: float = 0.0

    @property
    def room_bytes(self) -> int:
        """Return how much may be sent now."""
        return self.size_bytes - (self.sent_bytes - self.consumed_bytes)

    def sent(self, count: int, now_s: float) -> None:
        """Count a DATA frame that went out."""
        self.sent_bytes += count
        if not self._mark_bytes and self.room_bytes <= 0:
            self._mark_bytes, self._since_s = self.sent_bytes, now_s

    def consumed(self, total: int, now_s: float) -> bool:
        """Take the peer's count; return False when it claims more than was sent, or less."""
        if not self.consumed_bytes <= total <= self.sent_bytes:
            return False
        self.consumed_bytes = total
        if self._mark_bytes and total >= self._mark_bytes:
            if now_s - self._since_s <= QUICK_S:
                self.size_bytes = min(2 * self.size_bytes, MAX_WINDOW_BYTES)
            self._mark_bytes = 0
        return True


class Outbox:
    """The envelopes one link still gets."""

    def __init__(self, budgets: Iterable[int | None]) -> None:
        """Begin empty.

        Args:
            budgets: bytes of each class the peer still takes on this link; None for no limit.
        """
        self.crossed = Marks()
        """What went over this link in either direction: it never goes again."""
        self.window = Window()
        self._queued = Marks()
        self._queues: tuple[deque[Item], ...] = tuple(deque[Item]() for _ in kinds.CLASSES)
        self._left = list(budgets)
        self._spent = [0.0] * len(self._queues)

    def __len__(self) -> int:
        """Return how many envelopes wait."""
        return sum(map(len, self._queues))

    def add(self, items: Iterable[Item], *, first: bool = False, again: bool = False) -> None:
        """Queue envelopes, those of one log by rising position.

        Args:
            items: what to send; what has crossed or waits already is left out.
            first: before what waits in the same class: news.
            again: also what has crossed: the peer asked for it by its id.
        """
        for item in reversed(list(items)) if first else items:
            if again:
                self.crossed.discard(item.arrival)
            if item.arrival in self.crossed or item.arrival in self._queued:
                continue
            if len(self) >= (2 * MAX_QUEUED if first else MAX_QUEUED):
                return
            self._queued.add(item.arrival)
            queue = self._queues[item.class_]
            if first:
                queue.appendleft(item)
            else:
                queue.append(item)

    def next(self) -> list[Item]:
        """Return the envelopes of the next DATA frame, and count them as crossed.

        Empty when nothing waits, or the window has no room.
        """
        if self.window.room_bytes <= 0:
            return []
        class_ = self._due_class()
        if class_ is None:
            return []
        limit = FRAME_BYTES if class_ <= kinds.SAFETY else BULK_FRAME_BYTES
        queue, size = self._queues[class_], 0
        taken: list[Item] = []
        while queue and size + queue[0].size_bytes + FRAMING_BYTES <= limit:
            item = queue.popleft()
            self._queued.discard(item.arrival)
            if item.arrival in self.crossed or not self._affords(item):
                continue
            self.crossed.add(item.arrival)
            taken.append(item)
            size += item.size_bytes + FRAMING_BYTES
        self._spend(class_, size)
        return taken or self.next()

    def _affords(self, item: Item) -> bool:
        left = self._left[item.class_]
        if left is None:
            return True
        if item.size_bytes > left:
            return False
        self._left[item.class_] = left - item.size_bytes
        return True

    def _due_class(self) -> int | None:
        """Return the class whose turn it is: one below its share, else the best one."""
        total = sum(self._spent)
        for class_, share in SHARES.items():
            if self._queues[class_] and self._spent[class_] < share * total:
                return class_
        return next((class_ for class_, queue in enumerate(self._queues) if queue), None)

    def _spend(self, class_: int, size: int) -> None:
        waiting = [bool(queue) for queue in self._queues]
        self._spent[class_] += size
        if sum(waiting) <= 1:  # a share is of what competes; no debts from when nothing did
            self._spent = [0.0] * len(self._spent)
