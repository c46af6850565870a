"""The set of one side: sorted, with sums from which any range's fingerprint is one subtraction."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from node.protocol import varint
from node.sync.limits import MAX_COMPARED

ID_BYTES: Final = 32
FINGERPRINT_BYTES: Final = 16
INFINITY: Final = 2**64 - 1
"""Timestamp that no item has: above all of them."""

_MODULUS: Final = 1 << 8 * ID_BYTES


class Item(NamedTuple):
    """What is compared; both sides give an id the same timestamp."""

    timestamp: int
    """Any number to sort by, 0 to 2^64 - 2."""
    id: bytes
    """32 bytes."""


class Bound(NamedTuple):
    """Where a range ends; sorts among items once its id is filled up with zeros."""

    timestamp: int
    id: bytes
    """Leading bytes, as many as matter."""


START: Final = Bound(0, b"")
END: Final = Bound(INFINITY, b"")


class ItemSet:
    """Items in order, not to be changed."""

    __slots__ = ("_sums", "items")

    def __init__(self, items: Iterable[Item]) -> None:
        """Sort ``items``.

        Raises:
            ValueError: an item is none, occurs twice, or there are too many.
        """
        self.items: Final = sorted(items)
        if len(self.items) > MAX_COMPARED:
            raise ValueError(f"more than {MAX_COMPARED} items")
        if any(len(i) != ID_BYTES or not 0 <= t < INFINITY for t, i in self.items):
            raise ValueError("an item has a timestamp below 2^64 - 1 and an id of 32 bytes")
        if any(one == other for one, other in pairwise(self.items)):
            raise ValueError("an item twice")
        numbers = (int.from_bytes(item_id, "little") for _, item_id in self.items)
        self._sums: Final = [*accumulate(numbers, initial=0)]

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.items)

    def index(self, bound: Bound, start: int) -> int:
        """Return how many items are below ``bound``, or ``start`` if those are fewer."""
        timestamp, prefix = bound
        return bisect_left(self.items, (timestamp, prefix.ljust(ID_BYTES, b"\0")), start)

    def fingerprint(self, start: int, end: int) -> bytes:
        """Return 16 bytes that are equal for equal items from index ``start`` to below ``end``."""
        total = (self._sums[end] - self._sums[start]) % _MODULUS
        data = total.to_bytes(ID_BYTES, "little") + varint.encode(end - start)
        return hashlib.sha256(data).digest()[:FINGERPRINT_BYTES]

    def bound_before(self, index: int) -> Bound:
        """Return the shortest bound between the item at ``index``, not the first, and the last."""
        (before, low), (timestamp, high) = self.items[index - 1 : index + 1]
        if before != timestamp:
            return Bound(timestamp, b"")
        common = next(n for n, (a, b) in enumerate(zip(low, high, strict=True)) if a != b)
        return Bound(timestamp, high[: common + 1])
