"""The two sides: a client that learns what differs, and a server that only answers."""

from typing import Final

from node.protocol.errors import DecodeError
from node.sync.limits import MAX_REPAIR_MESSAGE_BYTES, MAX_REPAIR_ROUNDS
from node.sync.negentropy.items import END, ID_BYTES, START, Bound, Item, ItemSet
from node.sync.negentropy.messages import VERSION, VERSIONS, MessageWriter, Mode, read_ranges

MIN_LIMIT_BYTES: Final = 4_096
"""Least frame limit of the protocol: below, one range's answer might not fit."""

_BUCKETS: Final = 16
_RESERVE_BYTES: Final = 200
"""A message is full so far below its limit: room for the end of a list and for what is left."""


class _Side:
    """What both sides do alike."""

    def __init__(self, items: ItemSet, limit_bytes: int = MAX_REPAIR_MESSAGE_BYTES) -> None:
        """Begin a comparison.

        Args:
            items: of this side.
            limit_bytes: no message of this side is longer; 0 for no limit.

        Raises:
            ValueError: the limit is too small.
        """
        if 0 < limit_bytes < MIN_LIMIT_BYTES:
            raise ValueError(f"a frame limit of less than {MIN_LIMIT_BYTES} bytes")
        self._set: Final = items
        self._full_bytes: Final = limit_bytes - _RESERVE_BYTES if limit_bytes else None

    def _answer(self, message: bytes) -> bytes:
        """Return what to say to the ranges of ``message``; just a version byte if nothing."""
        out = MessageWriter()
        start, before, skipped = 0, START, False
        for bound, mode, payload in read_ranges(message):
            end = self._set.index(bound, start)
            kept = len(out.data)
            if self._is_settled(mode, payload, start, end):
                skipped = True
            else:
                if skipped:
                    out.add(before, Mode.SKIP)
                    skipped = False
                if mode is Mode.FINGERPRINT:
                    self._split(out, start, end, bound)
                else:
                    end = self._list(out, start, end, bound, kept)
                    kept = len(out.data)
            if self._is_full(len(out.data)):
                del out.data[kept:]
                rest = self._set.fingerprint(end, len(self._set))
                out.add(END, Mode.FINGERPRINT, rest)
                break
            start, before = end, bound
        return bytes(out.data)

    def _is_settled(self, mode: Mode, payload: bytes, start: int, end: int) -> bool:
        """Return whether nothing has to be said of a range."""
        if mode is Mode.FINGERPRINT:
            return payload == self._set.fingerprint(start, end)
        return mode is Mode.SKIP

    def _split(self, out: MessageWriter, start: int, end: int, bound: Bound) -> None:
        """Say more of a range: its ids if they are few, else a fingerprint of each part."""
        if end - start < 2 * _BUCKETS:
            out.add(bound, Mode.IDS, self._ids(start, end))
            return
        size, larger = divmod(end - start, _BUCKETS)
        for bucket in range(_BUCKETS):
            stop = start + size + (bucket < larger)
            until = bound if stop == end else self._set.bound_before(stop)
            out.add(until, Mode.FINGERPRINT, self._set.fingerprint(start, stop))
            start = stop

    def _list(self, out: MessageWriter, start: int, end: int, bound: Bound, before: int) -> int:
        """Say the ids of a range, as many as the message takes; return where they end."""
        if self._full_bytes is not None:
            stop = start + (self._full_bytes - before) // ID_BYTES + 1
            if stop < end:
                end, bound = stop, Bound(*self._set.items[stop])
        out.add(bound, Mode.IDS, self._ids(start, end))
        return end

    def _ids(self, start: int, end: int) -> bytes:
        return b"".join(item.id for item in self._set.items[start:end])

    def _is_full(self, size: int) -> bool:
        return self._full_bytes is not None and size > self._full_bytes


class Server(_Side):
    """Answers one client and learns nothing."""

    def __init__(self, items: ItemSet, limit_bytes: int = MAX_REPAIR_MESSAGE_BYTES) -> None:
        """Begin a comparison, as ``_Side`` does."""
        super().__init__(items, limit_bytes)
        self._rounds = 0

    def reconcile(self, message: bytes) -> bytes:
        """Return the answer to a message of the client.

        Raises:
            DecodeError: it is no message, or one more than a client may send.
        """
        self._rounds += 1
        if self._rounds > MAX_REPAIR_ROUNDS:
            raise DecodeError("negentropy", f"more than {MAX_REPAIR_ROUNDS} messages")
        if not message or message[0] not in VERSIONS:
            raise DecodeError("negentropy", "no version of the protocol")
        return self._answer(message) if message[0] == VERSION else bytes([VERSION])


class Client(_Side):
    """Asks, and learns what each side has that the other lacks."""

    def __init__(self, items: ItemSet, limit_bytes: int = MAX_REPAIR_MESSAGE_BYTES) -> None:
        """Begin a comparison, as ``_Side`` does."""
        super().__init__(items, limit_bytes)
        self.have: Final = set[Item]()
        """Items of this side that the server lacks."""
        self.need: Final = set[bytes]()
        """Ids that the server says it has, and this side lacks."""
        self.is_complete = False
        """Whether all was compared; false at the end when ``MAX_REPAIR_ROUNDS`` were not enough."""
        self._rounds = 0

    def initiate(self) -> bytes:
        """Return the first message."""
        self._rounds = 1
        out = MessageWriter()
        self._split(out, 0, len(self._set), END)
        return bytes(out.data)

    def reconcile(self, message: bytes) -> bytes | None:
        """Return the next message; None when there is none, and the comparison has ended.

        Raises:
            DecodeError: it is no message, or a server's of another version.
        """
        if not message or message[0] != VERSION:
            raise DecodeError("negentropy", "another version of the protocol")
        answer = self._answer(message)
        self.is_complete = len(answer) == 1
        if self.is_complete or self._rounds >= MAX_REPAIR_ROUNDS:
            return None
        self._rounds += 1
        return answer

    def _is_settled(self, mode: Mode, payload: bytes, start: int, end: int) -> bool:
        """Return whether nothing has to be said of a range; a list of ids settles it."""
        if mode is not Mode.IDS:
            return super()._is_settled(mode, payload, start, end)
        theirs = {payload[at : at + ID_BYTES] for at in range(0, len(payload), ID_BYTES)}
        ours = self._set.items[start:end]
        self.have.update(item for item in ours if item.id not in theirs)
        self.need.update(theirs.difference(item.id for item in ours))
        return True
