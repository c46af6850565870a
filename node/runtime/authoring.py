"""Signs what people write, inside the transaction that stores it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.contract.clock import Clock
from node.contract.problems import NO_IDENTITY, RefusedError
from node.protocol import hlc as hybrid
from node.protocol import kinds
from node.protocol.envelope import Envelope, seal
from node.protocol.ids import RoomId, VerifyKey
from node.protocol.kinds import Kind
from node.protocol.limits import DEFAULT_TTL_S
from node.protocol.order import sort_ms
from node.protocol.payload import Payload
from node.runtime.ports import Receipt, Transaction

_EPOCH_BYTES: Final = 4
_LASTING: Final = frozenset({Kind.PROFILE, Kind.ROOM_CREATE})


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be signed."""

    kind: Kind
    room: RoomId
    body: kinds.KnownBody
    class_: int


class Scribe:
    """Gives each envelope of this box's people its place in a log, its time and its signature."""

    def __init__(self, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._entropy = entropy

    def write(self, tx: Transaction, author: VerifyKey, draft: Draft) -> tuple[int, Envelope]:
        """Sign and store ``draft`` for ``author``; return its arrival number and the envelope.

        Raises:
            RefusedError: ``NO_IDENTITY`` when this box does not keep ``author``'s key, or what
                ``Transaction.append`` raises.
        """
        key = tx.signing_key(author)
        if key is None:
            raise RefusedError(NO_IDENTITY)
        hlc = self._next_hlc(tx)
        position = tx.position(author, draft.class_, draft.room)
        quality = self._clock.quality()
        envelope = seal(
            key,
            Payload(
                kind=draft.kind,
                author=author,
                room=draft.room,
                hlc=hlc,
                epoch=position.epoch,
                seq=position.seq,
                prev=position.prev,
                class_=draft.class_,
                quality=quality,
                ttl_s=0 if draft.kind in _LASTING else DEFAULT_TTL_S,
                body=kinds.to_body(draft.body),
            ),
        )
        # The hybrid clock is never before the wall clock and does not fall when that one does:
        # what is written after a clock went back still stands below what was there.
        # Meanwhile only the counter rises, so each of its steps counts as a millisecond.
        received_ms = hybrid.ms_of(hlc) + hybrid.counter_of(hlc)
        shown_ms, certain = sort_ms(hlc, quality=quality, received_ms=received_ms)
        receipt = Receipt(age_s=0, sort_ms=shown_ms, time_certain=certain)
        arrival = tx.append(envelope, receipt, local=True)
        if arrival is None:
            raise AssertionError("a new position of our own log was seen before")
        return arrival, envelope

    def _next_hlc(self, tx: Transaction) -> int:
        now_ms = self._clock.wall_ms()
        last = tx.last_hlc()
        ahead = self._clock.quality() > 0 and hybrid.runs_ahead(last, now_ms=now_ms)
        if ahead or last >= hybrid.MAX_HLC:
            # A bad clock once pushed our HLC into the future. Within an epoch it may only rise, so
            # only a new epoch can bring it back to the time a better clock shows.
            tx.begin_epoch(int.from_bytes(self._entropy(_EPOCH_BYTES), "big"))
            last = 0
        now = hybrid.tick(last, now_ms)
        tx.set_last_hlc(now)
        return now
