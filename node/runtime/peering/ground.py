"""What all sessions of a box share."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from node.contract.problems import FULL, RefusedError
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE, RoomId, VerifyKey
from node.runtime.peering.ports import FrontierPort, Rooms
from node.runtime.peering.remembered import Remembered
from node.runtime.peering.times import SharedClock
from node.runtime.ports import LogPort, Transaction
from node.sync.quota import LOGS_BURST, LOGS_PER_S, Quota
from node.sync.wishes import Wishes

T = TypeVar("T")

MAX_STORES_ASKED: Final = 64
"""Stores of peers of which is remembered what they were asked for, the latest ones; another one is
asked again. Bounds memory against one who comes under many names."""


class PeeringLog(FrontierPort, LogPort, Protocol):
    """The log as peering needs it."""


@dataclass(slots=True)
class Ground:
    """What all sessions of a box share."""

    log: PeeringLog
    clock: SharedClock
    node_id: VerifyKey
    name: str
    boot: int
    carried: Rooms
    draw: Callable[[int], int]
    """Returns a number from 0 to below its argument."""
    verify: Callable[[list[bytes]], Awaitable[list[Envelope]]]
    """Opens envelopes; raises DecodeError at the first that is none."""
    new_logs: Quota
    on_custody: Callable[[list[int]], None]
    """Told which envelopes one more box has."""
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there may be something to tend; whoever tends clears it."""
    wishes: Wishes = field(default_factory=Wishes)
    closings: Counter[str] = field(default_factory=Counter[str])
    """How links ended, by reason."""
    _told_asked: OrderedDict[tuple[VerifyKey, bytes], Remembered] = field(
        default_factory=OrderedDict[tuple[VerifyKey, bytes], Remembered]
    )

    def now_s(self) -> float:
        """Return monotonic seconds."""
        return self.clock.monotonic_s()

    def told_asked(self, peer: VerifyKey, incarnation: bytes) -> Remembered:
        """Return what this store of ``peer`` was asked for of what was only told here."""
        asked = self._told_asked.setdefault((peer, incarnation), Remembered())
        self._told_asked.move_to_end((peer, incarnation))
        if len(self._told_asked) > MAX_STORES_ASKED:
            self._told_asked.popitem(last=False)
        return asked

    async def note(self, work: Callable[[Transaction], T]) -> T | None:
        """Write what a full store may do without; return None when it was left out.

        Raises:
            RefusedError: for another reason than ``FULL``.
        """
        try:
            return await self.log.write(work)
        except RefusedError as refusal:
            if refusal.problem is not FULL:
                raise
            return None


def new_quota(now_s: float) -> Quota:
    """Return the quota of unknown logs, full."""
    return Quota(LOGS_BURST, LOGS_PER_S, LOGS_BURST, now_s)


def common_rooms(mine: Rooms, theirs: Rooms) -> Rooms:
    """Return the rooms of a pair."""
    if mine is None or theirs is None:
        return theirs if mine is None else mine
    return mine & theirs


def carries(rooms: Rooms, room: RoomId) -> bool:
    """Return whether ``room`` is among ``rooms``."""
    return rooms is None or room in rooms or room == EVERYONE
