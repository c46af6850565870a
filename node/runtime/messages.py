"""Messages: post, read back, find."""

import itertools
from dataclasses import dataclass
from typing import Final

from node.contract.cursors import Cursor
from node.contract.messages import Message, MessagePage
from node.contract.people import User
from node.contract.problems import INVALID, UNKNOWN_MESSAGE, UNKNOWN_ROOM, RefusedError
from node.protocol import kinds
from node.protocol.ids import EVERYONE, EnvelopeId, RoomId
from node.protocol.kinds import Category, Kind
from node.protocol.limits import MAX_PLACE_CHARS, MAX_TEXT_CHARS
from node.runtime.authoring import Draft, Scribe
from node.runtime.ports import LogPort, Transaction
from node.runtime.rooms import declare_membership, key_of, require_room

_INVISIBLE: Final = dict.fromkeys(
    code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
)
"""Control characters: keyboards and pasted text bring them, no phone shows them."""


MAX_PAGE_BYTES: Final = 131_072
"""Text in one page; what does not fit is on the next one.

A page of 200 of the longest messages would be 1.7 MB, and every phone that asks and does not read
would hold as much memory.
"""


@dataclass(frozen=True, slots=True)
class Post:
    """What a person asks to be sent."""

    text: str
    category: Category | None = None
    place: str | None = None
    urgent: bool = False
    reply_to: EnvelopeId | None = None
    client_id: str | None = None
    """Made by the client; the same one again means the same message, not a second one."""


class Messages:
    """Use cases around messages."""

    def __init__(self, log: LogPort, scribe: Scribe) -> None:
        self._log = log
        self._scribe = scribe

    async def post(self, user: User, room: RoomId, post: Post) -> Message:
        """Sign and store a message; return it once it is safe on disk. Posting joins the room.

        Raises:
            RefusedError: ``INVALID`` text or place, ``UNKNOWN_ROOM``, ``FULL``. Nothing was
                stored, not even the join.
        """
        author = key_of(user)
        place = post.place or ""
        body = kinds.Message(
            text=_shown("text", post.text, MAX_TEXT_CHARS),
            category=post.category,
            reply_to=post.reply_to,
            place=_shown("place", place, MAX_PLACE_CHARS) if place.strip() else None,
        )
        class_ = kinds.signed_class(Kind.MESSAGE, urgent=post.urgent, category=post.category)

        def work(tx: Transaction) -> Message:
            require_room(tx, room)
            if post.client_id is not None:
                earlier = tx.posted(author, post.client_id)
                if earlier is not None:
                    return earlier
            if room != EVERYONE and not tx.is_member(author, room):
                declare_membership(tx, self._scribe, author, room, Kind.ROOM_JOIN)
            draft = Draft(Kind.MESSAGE, room, body, class_)
            arrival, _ = self._scribe.write(tx, author, draft)
            if post.client_id is not None:
                tx.remember_client_id(arrival, post.client_id)
            return tx.message(arrival)

        return await self._log.write(work)

    async def page(
        self, room: RoomId, *, limit: int, before: str | None = None, after: str | None = None
    ) -> MessagePage:
        """Return a slice of a room.

        With ``after``: in order of arrival, what came after that cursor; ``next`` goes on in the
        same direction. Otherwise: the newest, or those right before the cursor ``before``, oldest
        first; ``next`` leads further back.

        Raises:
            RefusedError: ``UNKNOWN_ROOM``, ``CURSOR``, ``OTHER_STORE``; ``INVALID`` with both.
        """
        if before is not None and after is not None:
            raise RefusedError(INVALID, "Give either before or after, not both.")
        if await self._log.room(room, None) is None:
            raise RefusedError(UNKNOWN_ROOM)
        if after is not None:
            start = Cursor.parse(after, self._log.incarnation).arrival
            items = await self._log.arrived(room, limit + 1, start)
            return _page(items, limit)
        end = None if before is None else Cursor.parse(before, self._log.incarnation).arrival
        items = await self._log.newest(room, limit + 1, end)
        back = _page(items[::-1], limit)
        return MessagePage(back.items[::-1], back.next)

    async def envelope(self, message_id: EnvelopeId) -> bytes:
        """Return the exact signed bytes.

        Raises:
            RefusedError: ``UNKNOWN_MESSAGE``.
        """
        exact = await self._log.envelope(message_id)
        if exact is None:
            raise RefusedError(UNKNOWN_MESSAGE)
        return exact

    async def search(
        self, words: str, *, room: RoomId | None, limit: int, before: str | None
    ) -> MessagePage:
        """Return messages that hold all ``words``, newest arrival first.

        Raises:
            RefusedError: ``INVALID`` without a word, ``CURSOR``, ``OTHER_STORE``.
        """
        if not words.strip():
            raise RefusedError(INVALID, "Type a word to look for.")
        end = None if before is None else Cursor.parse(before, self._log.incarnation).arrival
        return _page(await self._log.search(words, room, limit + 1, end), limit)


def _page(items: list[Message], limit: int) -> MessagePage:
    """Return the first ``limit`` items, fewer when they are large, and where to go on."""
    sizes = itertools.accumulate(len(message.text.encode()) for message in items[:limit])
    count = max(1, sum(size <= MAX_PAGE_BYTES for size in sizes))
    kept = items[:count]
    return MessagePage(kept, kept[-1].cursor if len(items) > count else None)


def _shown(what: str, text: str, max_chars: int) -> str:
    """Return ``text`` without control characters and outer white space.

    Raises:
        RefusedError: ``INVALID``: nothing is left, it is too long, or it is not Unicode.
    """
    shown = text.translate(_INVISIBLE).strip()
    if not shown:
        raise RefusedError(INVALID, f"The {what} is empty. Write something first.")
    if len(shown) > max_chars:
        complaint = f"The {what} has {len(shown)} characters; {max_chars} fit. Send it in parts."
        raise RefusedError(INVALID, complaint)
    if any("\ud800" <= char <= "\udfff" for char in shown):
        raise RefusedError(INVALID, f"The {what} holds half a character. Type it again.")
    return shown
