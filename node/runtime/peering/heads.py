"""DELTA: new heads told and heard, which are asked for when nobody else brings them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges
from node.runtime.peering.ports import Appended
from node.runtime.peering.talk import Talk
from node.sync.compare import lacking
from node.sync.frames import Delta, pack_delta

DELTA_WAIT_S: Final = 0.2
"""A head told of by DELTA is asked for after so long: most come by another link meanwhile."""


class Heads:
    """The heads that a peer told of."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._timers: set[asyncio.TimerHandle] = set()
        self._asking: set[asyncio.Task[None]] = set()
        self.leaves_more = False
        """A head was told of with more behind it than DELTA can say: an exchange finds that."""

    def tell(self, appended: Sequence[Appended]) -> None:
        """Send DELTA for those that are the heads of their logs."""
        rows = {each.handle: each.row for each in appended if each.seq == each.row.head}
        self._talk.wire.post(*pack_delta(list(rows.values())))

    async def on_delta(self, frame: Delta) -> None:
        """Take new heads, and ask for them a little later if they have not come by then."""
        ground = self._talk.ground
        known = await ground.log.logs([row.handle for row in frame.rows])
        heads: list[tuple[LogHandle, Ranges]] = []
        for row in {row.handle: row for row in frame.rows}.values():
            state = known.get(row.handle)
            lack = lacking(None if state is None else state.row, replace(row, holes=()))
            if row.head in lack:
                heads.append((row.handle, Ranges.at([row.head])))
            self.leaves_more |= lack.count > 1
        unknown = sum(handle not in known for handle, _ in heads)
        if self._talk.may_begin(unknown) < unknown:
            heads = [(handle, positions) for handle, positions in heads if handle in known]
        if heads:
            self._later(heads)

    def _later(self, heads: Sequence[tuple[LogHandle, Ranges]]) -> None:
        loop = asyncio.get_running_loop()
        timer = loop.call_later(DELTA_WAIT_S, self._begin_asking, heads)
        self._timers = {each for each in self._timers if each.when() > loop.time()}
        self._timers.add(timer)

    def _begin_asking(self, heads: Sequence[tuple[LogHandle, Ranges]]) -> None:
        task = asyncio.create_task(self._ask_unseen(heads))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        task.add_done_callback(_looked_at)

    async def _ask_unseen(self, heads: Sequence[tuple[LogHandle, Ranges]]) -> None:
        ground, number = self._talk.ground, self._talk.number
        known = await ground.log.logs([handle for handle, _ in heads])
        asked: list[LogHandle] = []
        for handle, positions in heads:
            state = known.get(handle)
            if state is None or not state.row.seen(positions.last):
                ground.wishes.show(number, handle, positions, vouched=False)
                asked.append(handle)
        self._talk.ask(asked)

    async def close(self) -> None:
        """Ask for nothing more."""
        for timer in self._timers:
            timer.cancel()
        tasks = list(self._asking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _looked_at(task: "asyncio.Future[None]") -> None:
    """Let a link that ended meanwhile be nobody's error."""
    if not task.cancelled():
        task.exception()
