"""Lists as long as a page may be."""

from typing import Final

from node.api.lite.showing import CUT_CHARS, check_in_weight, fitting, message_weight
from node.contract.messages import Message
from node.contract.people import CheckIn, User
from node.contract.problems import UNKNOWN_ROOM, RefusedError
from node.contract.rooms import Room
from node.protocol.ids import EVERYONE, RoomId
from node.runtime.node import Node

MAX_NEWEST: Final = 40
"""Messages of the list that loads itself again and again."""
MAX_LOOKED_AT: Final = 60
"""Messages in which urgent ones are found; bounds the work of a list that every phone asks for."""
MAX_URGENT: Final = 10
"""Urgent messages above all others; stops a flood of them from hiding every plain one."""
MAX_ITEMS: Final = 30
MAX_ROOMS: Final = 40


class Lists:
    """Reads what the pages show."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def newest(self) -> list[Message]:
        """Return urgent messages of late, then the newest others, newest first."""
        page = await self._node.messages.page(EVERYONE, limit=MAX_LOOKED_AT)
        messages = page.items[::-1]
        urgent = [message for message in messages if message.urgent][:MAX_URGENT]
        above = {message.id for message in urgent}
        rest = [message for message in messages if message.id not in above]
        some = [*urgent, *rest][:MAX_NEWEST]
        return some[: fitting([message_weight(message, CUT_CHARS) for message in some])]

    async def messages(
        self, room: RoomId, *, before: str | None, at: str | None
    ) -> tuple[list[Message], str | None]:
        """Return messages of ``room``, newest first, and the cursor to go on from.

        Args:
            room: known here.
            before: cursor; only what is older.
            at: cursor of the one message that is asked for.

        Raises:
            RefusedError: ``CURSOR``, ``OTHER_STORE``.
        """
        if at is not None:
            page = await self._node.messages.page(room, limit=1, after=_just_before(at))
            return page.items, None
        page = await self._node.messages.page(room, limit=MAX_ITEMS, before=before)
        messages = page.items[::-1]
        count = fitting([message_weight(message) for message in messages])
        is_all = count == len(messages)
        return messages[:count], page.next if is_all else messages[count - 1].cursor

    async def rooms(self, user: User | None) -> tuple[list[Room], bool]:
        """Return the rooms with the newest messages, and whether there are more."""
        rooms = await self._node.rooms.all(user)
        count = min(MAX_ROOMS, fitting([len(room.name.encode()) for room in rooms]))
        return rooms[:count], count < len(rooms)

    async def room(self, room: RoomId, user: User | None) -> Room:
        """Return one room.

        Raises:
            RefusedError: ``UNKNOWN_ROOM``.
        """
        for one in await self._node.rooms.all(user):
            if one.id == room.hex():
                return one
        raise RefusedError(UNKNOWN_ROOM)

    async def people(
        self, q: str | None, category: str | None, before: str | None
    ) -> tuple[list[CheckIn], str | None]:
        """Return check-ins, newest first, and the cursor to go on from.

        Raises:
            RefusedError: ``INVALID`` category, ``CURSOR``, ``OTHER_STORE``.
        """
        ask = self._node.check_ins.page
        page = await ask(q=q, category=category, limit=MAX_ITEMS, before=before)
        count = fitting([check_in_weight(item, CUT_CHARS) for item in page.items])
        if count < len(page.items):
            page = await ask(q=q, category=category, limit=count, before=before)
        return page.items, page.next


def _just_before(cursor: str) -> str:
    """Return the cursor after which the message at ``cursor`` is the first; else it, unchanged."""
    store, _, arrival = cursor.partition(".")
    is_number = arrival.isascii() and arrival.isdigit()
    return f"{store}.{max(0, int(arrival) - 1)}" if is_number else cursor
