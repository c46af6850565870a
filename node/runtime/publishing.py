"""Publishes what was committed, in the order of arrival, whoever wrote it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from node.contract.cursors import Cursor
from node.contract.frames import MessageFrame, RoomFrame, StateFrame
from node.contract.problems import RefusedError
from node.events import Bus
from node.protocol.ids import RoomId
from node.protocol.kinds import Kind
from node.runtime.peering.ground import PeeringLog
from node.runtime.peering.ports import Appended

BATCH: Final = 50
"""Messages read and published at once; listeners get their turn in between."""

MAX_STATES: Final = 200
"""States published at once, the newest messages first: a bulk exchange changes thousands, and
nobody looks at the old ones."""

STATE_DELAY_S: Final = 0.2
"""States are collected so long; boxes that say STORED do so at about the same time."""

MAX_ROOMS_PENDING: Final = 1_000
"""New rooms that wait to be published; a page that asks for the list sees the others."""


class Publisher:
    """Turns commits into frames for whoever listens."""

    def __init__(self, log: PeeringLog, bus: Bus) -> None:
        self._log = log
        self._bus = bus
        self._shown = log.opened_at
        """Arrival number up to which messages were published."""
        self._newest = log.opened_at
        self._rooms: list[RoomId] = []
        self._changed: set[int] = set()
        self._news = asyncio.Event()

    def committed(self, appended: Sequence[Appended]) -> None:
        """Note a commit; call on the loop, in order."""
        self._newest = self._bus.committed = appended[-1].arrival
        for each in appended:
            if each.kind == Kind.ROOM_CREATE and len(self._rooms) < MAX_ROOMS_PENDING:
                self._rooms.append(RoomId(each.id))
        self._news.set()

    def custody(self, arrivals: Sequence[int]) -> None:
        """Note that one more box has these envelopes."""
        self._changed.update(arrivals)
        self._news.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._publish_rooms()
                await self._publish_messages()
                if self._changed:
                    await self._publish_states()
            except RefusedError:
                await asyncio.sleep(STATE_DELAY_S)  # a read took too long: again
                self._news.set()

    async def _publish_messages(self) -> None:
        if not self._bus.has_listener("messages"):
            self._shown = self._newest
            self._bus.cursor = self._cursor(self._shown)
            return
        while self._shown < self._newest:
            newest = self._newest
            batch = await self._log.arrived(None, BATCH, self._shown)
            for message in batch:
                self._bus.publish(MessageFrame(message, message.cursor))
            last = self._arrival(batch[-1].cursor) if batch else 0
            # What was committed since may be in the batch already, or not be shown at all.
            self._shown = last if len(batch) == BATCH else max(last, newest)
            await asyncio.sleep(0)
        self._bus.cursor = self._cursor(self._shown)

    async def _publish_rooms(self) -> None:
        rooms, self._rooms = self._rooms, []
        for room_id in rooms:
            room = await self._log.room(room_id, None)
            if room is not None:
                # Not at the room's own arrival: messages before it may not be published yet.
                self._bus.publish(RoomFrame(room, self._bus.cursor))

    async def _publish_states(self) -> None:
        await asyncio.sleep(STATE_DELAY_S)
        changed = sorted(self._changed)[-MAX_STATES:]
        self._changed = set()
        if not self._bus.has_listener("messages"):
            return
        for message_id, state in await self._log.states(changed):
            self._bus.publish(StateFrame(message_id, state, self._bus.cursor))

    def _cursor(self, arrival: int) -> str:
        return str(Cursor(self._log.incarnation, arrival))

    def _arrival(self, cursor: str) -> int:
        return Cursor.parse(cursor, self._log.incarnation).arrival
