"""Takes in what a link brings: verify, commit, then tell."""

from collections import deque
from typing import Final

from node.contract.problems import FULL, RefusedError
from node.protocol.envelope import Envelope
from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges
from node.runtime.peering.ground import carries
from node.runtime.peering.ports import Taken
from node.runtime.peering.talk import Talk
from node.runtime.ports import Transaction
from node.sync.frames import Data, Keepalive
from node.sync.limits import MAX_FRAME_BYTES
from node.sync.outbox import MAX_WINDOW_BYTES

CREDIT_BYTES: Final = 16_384
"""Bytes dealt with after which the sender is told, half of its first window."""

FULL_PAUSE_S: Final = 30.0
"""A box whose store takes nothing asks nobody for so long, and then tries again what has come."""

MAX_PARKED_BYTES: Final = MAX_WINDOW_BYTES + MAX_FRAME_BYTES
"""What has come and the store had no room for: it gives no credit, so an honest sender stops there.
Stops one that goes on."""

_Brought = list[tuple[Envelope, int]]


class Ingest:
    """The receiving half of a session."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.consumed = 0
        """Bytes of DATA frames dealt with."""
        self._told = 0
        self._parked: deque[tuple[_Brought, int]] = deque()
        self._parked_bytes = 0
        self.full_until_s = 0.0

    async def on_data(self, frame: Data, size_bytes: int) -> None:
        """Store what a DATA frame brings.

        Raises:
            DecodeError: an envelope does not verify; nothing of the frame was stored.
        """
        talk = self._talk
        envelopes = await talk.ground.verify([item.exact for item in frame.items])
        ages = [item.age_s for item in frame.items]
        taken = [
            (envelope, age_s)
            for envelope, age_s in zip(envelopes, ages, strict=True)
            if carries(talk.pair, envelope.payload.room)
        ]
        talk.ground.wishes.heard(talk.number, talk.ground.now_s())
        taken = await self._within_quota(taken)
        if self._parked or (taken and not await self._store(taken)):
            self._parked.append((taken, size_bytes))
            self._parked_bytes += size_bytes
        else:
            self._deal_with(size_bytes)

    @property
    def is_overfull(self) -> bool:
        """Return whether the peer sends what there is no credit for."""
        return self._parked_bytes > MAX_PARKED_BYTES

    @property
    def is_parked(self) -> bool:
        """Return whether something waits for room, or nothing is asked for lack of it."""
        return bool(self._parked) or self._talk.ground.now_s() < self.full_until_s

    async def retry(self) -> None:
        """Store what there was no room for, once the pause is over; call now and then."""
        talk = self._talk
        while self._parked and talk.ground.now_s() >= self.full_until_s:
            taken, size_bytes = self._parked[0]
            if await self._store(taken):
                self._parked.popleft()
                self._parked_bytes -= size_bytes
                self._deal_with(size_bytes)

    def _deal_with(self, size_bytes: int) -> None:
        """Count bytes as dealt with, and tell the sender now and then."""
        self.consumed += size_bytes
        if self.consumed - self._told >= CREDIT_BYTES:
            self._told = self.consumed
            self._talk.wire.post(Keepalive(self.consumed))

    def keepalive_sent(self) -> None:
        """Note that the sender was told of all that was dealt with."""
        self._told = self.consumed

    async def _within_quota(self, taken: _Brought) -> _Brought:
        """Leave out logs nobody asked for that are too many at once; they come again."""
        ground = self._talk.ground
        unasked = {
            envelope.payload.log.handle
            for envelope, _ in taken
            if not ground.wishes.is_asked(self._talk.number, envelope.payload.log.handle)
        }
        if not unasked:
            return taken
        known = await ground.log.logs(list(unasked))
        unknown = sorted(unasked - known.keys())
        over = set(unknown[self._talk.may_begin(len(unknown)) :])
        self._talk.owes_room |= bool(over)
        return [each for each in taken if each[0].payload.log.handle not in over]

    async def _store(self, taken: _Brought) -> bool:
        """Store what was brought; return False when there is no room."""
        talk = self._talk
        handles = [envelope.payload.log.handle for envelope, _ in taken]
        gone = {handle: talk.gone[handle] for handle in handles}
        said = [(handle, positions) for handle, positions in gone.items() if positions]
        received_ms = talk.ground.clock.wall_ms()

        def work(tx: Transaction) -> list[Taken]:
            results: list[Taken] = [
                tx.take(envelope, age_s, received_ms, gone[handle])
                for (envelope, age_s), handle in zip(taken, handles, strict=True)
            ]
            if said:  # of holes that these made: GONE comes before there is a log to note it of
                tx.note_gone(talk.link.peer, said)
            return results

        ids = {envelope.id for envelope, _ in taken}
        talk.bringing |= ids
        try:
            results = await talk.ground.log.write(work)
        except RefusedError as refusal:
            if refusal.problem is not FULL:
                raise
            self.full_until_s = talk.ground.now_s() + FULL_PAUSE_S
            return False
        finally:
            talk.bringing -= ids
        self._resolve(taken, handles, results)
        return True

    def _resolve(
        self,
        taken: _Brought,
        handles: list[LogHandle],
        results: list[Taken],
    ) -> None:
        """Take what came off the lists of what is lacking."""
        seen: dict[LogHandle, list[int]] = {}
        refused: dict[LogHandle, list[int]] = {}
        for (envelope, _), handle, result in zip(taken, handles, results, strict=True):
            table = refused if result == "refused" else seen
            table.setdefault(handle, []).append(envelope.payload.seq)
        wishes, number = self._talk.ground.wishes, self._talk.number
        for handle, positions in seen.items():
            wishes.arrived(handle, Ranges.at(positions))
            self._talk.ahead.remove(handle, Ranges.at(positions))
        self._talk.owes_room |= bool(refused)
        for handle, positions in refused.items():
            wishes.gone(number, handle, Ranges.at(positions))
            wishes.leave_out(number)
