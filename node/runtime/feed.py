"""What one WebSocket shows: first what it missed, then what happens, each thing once."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from node.contract.cursors import Cursor
from node.contract.frames import Frame, MessageFrame
from node.events import Bus, Subscription
from node.runtime.ports import LogPort
from node.runtime.status import Statuses

BACKLOG_BATCH = 50
"""Messages read at once for a listener that comes back; bounds memory, not how much it gets."""


class Feed:
    """Frames for one listener; the holder closes it."""

    def __init__(
        self,
        log: LogPort,
        statuses: Statuses,
        subscription: Subscription,
        since: str | None,
        shown: int,
    ) -> None:
        self._log = log
        self._statuses = statuses
        self._subscription = subscription
        self._since = since
        self._shown = shown
        """Arrival number up to which messages were handed out, or are not to be."""

    async def frames(self) -> AsyncIterator[list[Frame]]:
        """Yield batches of frames for ever: the status, the backlog by arrival, then live.

        A message that is committed while the backlog is read comes once: it was subscribed
        before the first read, and what the backlog already showed is left out afterwards.

        Raises:
            TooSlowError: the listener lagged too far; close it.
        """
        if "status" in self._subscription.topics:
            status = await self._statuses.frame()
            # No further than the backlog: a client that is cut off here must get it next time.
            yield [status if self._since is None else replace(status, cursor=self._since)]
        if self._since is not None:
            while batch := await self._log.arrived(None, BACKLOG_BATCH, self._shown):
                yield [MessageFrame(message, message.cursor) for message in batch]
                self._shown = self._arrival(batch[-1].cursor)
        while True:
            frames = [f for f in await self._subscription.take() if self._is_news(f)]
            if frames:
                yield frames

    def _is_news(self, frame: Frame) -> bool:
        if not isinstance(frame, MessageFrame):
            return True
        return self._arrival(frame.cursor) > self._shown

    def _arrival(self, cursor: str) -> int:
        return Cursor.parse(cursor, self._log.incarnation).arrival

    def close(self) -> None:
        """Stop listening; may be called twice."""
        self._subscription.close()


def open_feed(
    log: LogPort, statuses: Statuses, bus: Bus, topics: Iterable[str], since: str | None
) -> Feed:
    """Return a feed of ``topics``; with ``since``, messages after that cursor come first.

    Raises:
        RefusedError: ``CURSOR`` or ``OTHER_STORE``; nothing was subscribed.
    """
    shown = bus.committed if since is None else Cursor.parse(since, log.incarnation).arrival
    return Feed(log, statuses, bus.subscribe(topics), since, shown)
