"""Everything of one kind, piece by piece, for whoever takes it out of the box."""

from collections.abc import AsyncIterator
from typing import Final

from node.contract.cursors import Cursor
from node.contract.messages import Message
from node.contract.people import CheckIn
from node.contract.problems import CURSOR, UNKNOWN_ROOM, RefusedError
from node.protocol.ids import RoomId
from node.runtime.check_ins import CheckIns
from node.runtime.ports import LogPort

PIECE: Final = 200
"""Messages or check-ins read at once: a reader that is slow holds no more in memory."""

MAX_LAPS: Final = 8
"""Walks through the list of people for one export. Stops a box whose people write faster than
somebody reads from never coming to the end."""


class Exports:
    """Use cases around taking things out."""

    def __init__(self, log: LogPort, check_ins: CheckIns) -> None:
        self._log = log
        self._check_ins = check_ins

    async def people(self, category: str | None) -> AsyncIterator[list[CheckIn]]:
        """Yield what ``CheckIns.page`` lists, each person once, the newest first.

        Whoever writes meanwhile moves to the top of the list, behind the one who walks down it: so
        the walk is begun again until it meets nobody new, and nobody is left out.

        Raises:
            RefusedError: ``INVALID`` category.
        """
        seen: set[str] = set()
        for _ in range(MAX_LAPS):
            met = len(seen)
            try:
                async for items in self._lap(category):
                    fresh = [item for item in items if item.person not in seen]
                    seen.update(item.person for item in fresh)
                    if fresh:
                        yield fresh
            except RefusedError as refusal:
                if refusal.problem is not CURSOR:
                    raise
                continue  # the message at which a page ended has just expired
            if len(seen) == met:
                return

    async def _lap(self, category: str | None) -> AsyncIterator[list[CheckIn]]:
        before: str | None = None
        while True:
            page = await self._check_ins.page(q=None, category=category, limit=PIECE, before=before)
            yield page.items
            if page.next is None:
                return
            before = page.next

    async def messages(self, room: RoomId) -> AsyncIterator[list[Message]]:
        """Yield every message of ``room`` in the order in which they came here.

        Raises:
            RefusedError: ``UNKNOWN_ROOM``, before anything is yielded.
        """
        if await self._log.room(room, None) is None:
            raise RefusedError(UNKNOWN_ROOM)
        after = 0
        while messages := await self._log.arrived(room, PIECE, after):
            yield messages
            after = Cursor.parse(messages[-1].cursor, self._log.incarnation).arrival
