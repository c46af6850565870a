"""The node: everything it can do, over whatever log it is given."""

from collections.abc import Callable, Iterable

from node.contract.clock import Clock
from node.contract.cursors import Cursor
from node.contract.people import Box
from node.events import Bus
from node.runtime.authoring import Scribe
from node.runtime.feed import Feed, open_feed
from node.runtime.messages import Messages
from node.runtime.people import People
from node.runtime.ports import LogPort
from node.runtime.rooms import Rooms
from node.runtime.status import Statuses


class Node:
    """One box's use cases, composed; holds no socket, no file and no thread."""

    def __init__(
        self, box: Box, log: LogPort, clock: Clock, entropy: Callable[[int], bytes]
    ) -> None:
        """Compose the use cases.

        Args:
            box: who this node is.
            log: an open store.
            clock: the machine's, or a test's.
            entropy: returns that many random bytes; ``os.urandom``, or a seeded one in tests.
        """
        self._log = log
        self._bus = Bus(str(Cursor(log.incarnation, log.opened_at)))
        scribe = Scribe(clock, entropy)
        self.people = People(box, log, scribe, entropy)
        self.rooms = Rooms(log, scribe, self._bus)
        self.messages = Messages(log, scribe, self._bus)
        self.status = Statuses(box, log, clock, self._bus)

    def feed(self, topics: Iterable[str], since: str | None) -> Feed:
        """Return a feed of ``topics`` (of ``messages peers status``).

        Raises:
            RefusedError: ``CURSOR`` or ``OTHER_STORE`` for ``since``.
        """
        return open_feed(self._log, self.status, self._bus, topics, since)

    async def run(self) -> None:
        """Do the node's own work until cancelled."""
        await self.status.watch()
