"""KEEPALIVE: credit, and whether both sides have seen the same."""

import math
from typing import Final

from node.runtime.peering.comparing import Comparing
from node.runtime.peering.custody import Receipts
from node.runtime.peering.ingest import Ingest
from node.runtime.peering.ports import Reached
from node.runtime.peering.repairing import Repairs
from node.runtime.peering.talk import Talk
from node.sync.exchange import OrderError
from node.sync.frames import ClosedScope, Keepalive, Summary

DOUBT_S: Final = 2.0
"""Quiet for so long, while the peer seems to lack something: compare the digests."""


class Agreement:
    """What one session knows of the pair's digests."""

    def __init__(
        self,
        talk: Talk,
        comparing: Comparing,
        repairs: Repairs,
        ingest: Ingest,
        receipts: Receipts,
    ) -> None:
        self._talk = talk
        self._comparing = comparing
        self._repairs = repairs
        self._ingest = ingest
        self._receipts = receipts
        self._announced = False
        self._said: tuple[bytes, ...] = ()
        """Digests as the peer was told them last."""

    async def on_keepalive(self, frame: Keepalive) -> None:
        """Take the peer's credit, and its digests where it says them.

        Raises:
            OrderError: it consumed what was not sent.
        """
        talk = self._talk
        if not talk.outbox.window.consumed(frame.consumed, talk.ground.now_s()):
            raise OrderError("consumed what was not sent")
        talk.wire.wake()
        if frame.summary is not None:
            await self._on_summary(frame.summary)

    async def _on_summary(self, summary: Summary) -> None:
        talk = self._talk
        _, mine = await talk.ground.log.digests(talk.pair)
        both = (mine, summary.digests)
        if mine == summary.digests:
            await self._agree(summary, mine)
        elif self._is_idle and both != talk.settled:
            if talk.link.dialled:
                talk.settled = both
                await self._comparing.open()
        elif self._is_idle:
            # An exchange left nothing to want and the digests still differ: closed logs may.
            for room, class_ in await talk.ground.log.closed_scopes(talk.pair):
                self._repairs.want(ClosedScope(class_, room))

    async def _agree(self, summary: Summary, mine: tuple[bytes, ...]) -> None:
        talk = self._talk
        talk.is_compared = True
        talk.all_confirmed()
        talk.settled = (mine, mine)
        if self._said != mine:
            await self.say_alive()
        if talk.ground.wishes.is_settled(talk.number):
            await self._comparing.advance(Reached(talk.hello.incarnation, summary.changed_n))
        await self._comparing.settle()

    @property
    def _is_idle(self) -> bool:
        settled = self._talk.ground.wishes.is_settled(self._talk.number)
        return settled and not self._comparing.is_running

    async def announce(self) -> None:
        """Tell the pair's digests once, when all that an exchange showed is dealt with."""
        if self._comparing.completed.is_set() and not self._announced:
            self._announced = True
            await self.say_alive()

    async def say_alive(self) -> None:
        """Send KEEPALIVE with the pair's digests.

        STORED goes before: equal digests let the peer end the link, and it would count too few.
        """
        talk = self._talk
        changed_n, digests = await talk.ground.log.digests(talk.pair)
        self._said = digests
        self._ingest.keepalive_sent()
        self._receipts.flush()
        talk.wire.post(Keepalive(self._ingest.consumed, Summary(changed_n, digests)))

    @property
    def is_doubted(self) -> bool:
        """Return whether the peer seems to lack something, and was not asked since."""
        return bool(self._talk.unconfirmed_count) and not math.isinf(self._talk.grew_s)

    async def check(self, now_s: float) -> None:
        """Compare digests when the peer should have all there is and has not said so.

        It may have got it elsewhere before this box did, and says STORED but once.
        """
        talk = self._talk
        waits = self.is_doubted and not len(talk.outbox) and self._is_idle
        if waits and now_s - talk.grew_s >= DOUBT_S:
            talk.grew_s = math.inf
            await self.say_alive()
