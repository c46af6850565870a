"""The exchange of one session: what each side has seen and the other has not."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from node.contract.problems import RefusedError
from node.protocol.frontier import Row
from node.protocol.ids import HANDLE_BYTES, LogHandle
from node.protocol.ranges import Ranges
from node.runtime.peering.custody import ask_told
from node.runtime.peering.ports import (
    Checkpoint,
    FrontierRow,
    LinkClosedError,
    LogState,
    Reached,
)
from node.runtime.peering.repairing import Repairs
from node.runtime.peering.talk import Talk
from node.sync.compare import is_ahead, lacking, needs_repair
from node.sync.exchange import OPENINGS, SALT_BYTES, Exchange, OrderError, Rest, Turn, salted_hash
from node.sync.frames import Buckets, Rows, RowsMode, Want, pack_rows, pack_want
from node.sync.quota import Quota

PAGE_ROWS: Final = 4_096
"""Rows read from the store at once; a longer read would hold a snapshot too long."""

MAX_UNANSWERED: Final = 131_072
"""Rows sent and not answered by WANT, twice what a full store shows in one exchange. Stops a peer
that asks for rows again and never answers."""

_SHOWN_BYTES: Final = HANDLE_BYTES + 4
"""Of one row that was shown: handle and head. As objects ten links' worth would fill a Pi."""

OPENINGS_BURST: Final = 8
OPENINGS_PER_S: Final = 1.0
"""Exchanges the peer may open; the next one waits, and with it all the peer sends. Each costs
reading every row; stops a peer that opens them without end, twenty bytes each."""

UNSURE_S: Final = 2.0
"""Quiet of a peer that was sent all it asked for, after which it may have declined some."""


class Comparing:
    """Drives one session's exchanges over the sans-IO ``Exchange``."""

    def __init__(self, talk: Talk, repairs: Repairs, salt: bytes) -> None:
        self._talk = talk
        self._repairs = repairs
        self._salt = salt[:SALT_BYTES]
        self._exchange: Exchange | None = None
        self._opening = False
        self._since = False
        self._is_unsure = False
        """SINCE was answered, and the sums were not compared yet."""
        self._shown = bytearray()
        now_s = talk.ground.now_s()
        self._openings = Quota(OPENINGS_BURST, OPENINGS_PER_S, OPENINGS_BURST, now_s)
        self._changed_n = 0
        self._reaching: Checkpoint | None = None
        self._unresolved: Checkpoint | None = None
        self.completed = asyncio.Event()
        """Set when an exchange has ended and all it showed was dealt with."""

    @property
    def is_running(self) -> bool:
        """Return whether an exchange is going on."""
        return self._exchange is not None or self._opening

    @property
    def is_answered(self) -> bool:
        """Return whether the peer has asked for what it lacks of all rows it was shown."""
        return not self._shown

    async def open(self) -> None:
        """Open an exchange, as the dialler; nothing while one is going on."""
        if self.is_running:
            return
        talk = self._talk
        quick = talk.is_compared or self._is_unsure
        since = not quick and bool(talk.known_there) and talk.known_here is not None
        self._is_unsure = False
        await self._open(since=since, quick=quick)

    async def _open(self, *, since: bool, quick: bool) -> None:
        self._since, self._opening = since, True
        try:
            self._exchange = await self._snapshot()
            await self._take_turn(self._exchange.open(since=since, quick=quick))
        except RefusedError:
            self._exchange = None
            raise
        finally:
            self._opening = False

    async def _snapshot(self) -> Exchange:
        """Return an exchange over this box's rows as they are now."""
        log, pair = self._talk.ground.log, self._talk.pair
        self._changed_n = await log.changed_n()
        rows: list[tuple[LogHandle, int]] = []
        fresh: list[LogHandle] = []
        below: int | None = None
        while page := await log.frontier(pair, above=0, below=below, limit=PAGE_ROWS):
            for row in page:
                handle = LogHandle(row.row[:8])
                rows.append((handle, salted_hash(self._salt, row.row)))
                if row.changed_n > self._talk.known_there:
                    fresh.append(handle)
            below = page[-1].changed_n
        return Exchange.of(rows, fresh)

    async def on_rows(self, frame: Rows) -> None:
        """Take rows, ask for what is lacking, and take this side's turn when the peer's ends.

        Raises:
            OrderError: they may not come now.
        """
        exchange = await self._current(frame.mode)
        if frame.rows:
            self._talk.wire.post(*await self._compare(exchange, frame))
        if self._reaching is None:
            self._reaching = Reached(self._talk.hello.incarnation, frame.changed_n)
        if frame.turn_ends:
            rest = Rest(frame.rest_count, frame.rest_sum)
            detail = frame.bitmap if frame.mode is RowsMode.BUCKETED else rest
            await self._after(exchange, frame.mode, detail)

    async def on_buckets(self, frame: Buckets) -> None:
        """Take the peer's bucket sums.

        Raises:
            OrderError: they may not come now.
        """
        if self._exchange is None:
            raise OrderError("buckets outside an exchange")
        await self._after(self._exchange, None, frame.sums)

    async def _after(
        self, exchange: Exchange, mode: RowsMode | None, detail: Rest | bytes | Sequence[int]
    ) -> None:
        turn = exchange.reply(mode, detail)
        if turn is not None:
            await self._take_turn(turn)
        if exchange.over:
            await self._finish()

    async def _current(self, mode: RowsMode) -> Exchange:
        if self._exchange is None:
            if self._talk.link.dialled or mode not in OPENINGS:
                raise OrderError("rows outside an exchange")
            while not self._openings.take(1, self._talk.ground.now_s()):
                await asyncio.sleep(1 / OPENINGS_PER_S)
                if self._talk.wire.is_over:
                    raise LinkClosedError("nobody waits for rows")
            self._exchange = await self._snapshot()
        return self._exchange

    async def _compare(self, exchange: Exchange, frame: Rows) -> list[Want]:
        """Name the rows of a frame, and return the questions that answer it."""
        talk, rows = self._talk, frame.rows
        known = await talk.ground.log.logs([row.handle for row in rows])
        unknown = sum(row.handle not in known for row in rows)
        granted = talk.may_begin(unknown)
        served = dict(frame.lowest_served)
        ahead: list[LogHandle] = []
        wanted: dict[int, Ranges] = {}
        for index, row in enumerate(rows):
            state = known.get(row.handle)
            if state is None:
                granted -= 1
                if granted < 0:
                    talk.ground.wishes.leave_out(talk.number)
                    continue
            if state is not None and state.shared:
                self._repairs.ask_for(row.handle)
                continue
            mine = None if state is None else state.row
            if mine is not None and is_ahead(mine, row):
                ahead.append(row.handle)
            ask = self._lacking(mine, row, served.get(index, 1))
            if ask:
                wanted[index] = ask
        exchange.name({row.handle: len(row.encode()) for row in rows}, ahead)
        await self._note_gone(known, {rows[at].handle: lowest for at, lowest in served.items()})
        return pack_want(rows, wanted)

    async def _note_gone(
        self, known: Mapping[LogHandle, LogState], served: Mapping[LogHandle, int]
    ) -> None:
        """Remember which holes of known logs lie below what the peer still serves."""
        gone = {
            handle: Ranges.of(known[handle].row.holes) & Ranges.of([(1, lowest - 1)])
            for handle, lowest in served.items()
            if handle in known
        }
        said = [(handle, positions) for handle, positions in gone.items() if positions]
        if said:
            ground, peer = self._talk.ground, self._talk.link.peer
            await ground.note(lambda tx: tx.note_gone(peer, said))

    def _lacking(self, mine: Row | None, theirs: Row, lowest_served: int) -> Ranges:
        """Note what the peer has and this box lacks; return what to ask for now."""
        talk = self._talk
        if lowest_served > 1:
            talk.gone.add(theirs.handle, Ranges.of([(1, lowest_served - 1)]))
        gone = talk.gone[theirs.handle]
        if mine is not None and needs_repair(mine, theirs, gone):
            self._repairs.ask_for(theirs.handle)
        lack = lacking(mine, theirs) - gone
        if not lack:
            return lack
        talk.ground.wishes.show(talk.number, theirs.handle, lack, vouched=True)
        return talk.ground.wishes.ask(talk.number, theirs.handle, talk.ground.now_s())

    async def _take_turn(self, turn: Turn) -> None:
        talk = self._talk
        if turn.mode is None:
            talk.wire.post(Buckets(turn.sums))
            return
        found: dict[LogHandle, FrontierRow] = {}
        for at in range(0, len(turn.handles), PAGE_ROWS):
            page = await talk.ground.log.rows(turn.handles[at : at + PAGE_ROWS])
            found.update((LogHandle(row.row[:8]), row) for row in page)
        rows = [found[handle] for handle in turn.handles if handle in found]
        if self._exchange is not None:
            self._exchange.sent(sum(len(row.row) for row in rows))
        if len(self._shown) // _SHOWN_BYTES + len(rows) > MAX_UNANSWERED:
            raise OrderError("rows are not answered")
        rest = turn.rest or Rest(0, 0)
        frame = Rows(
            turn.mode,
            turn_ends=True,
            final=turn.final,
            changed_n=self._changed_n,
            rest_count=rest.count,
            rest_sum=rest.sum,
        )
        if turn.mode is RowsMode.BUCKETED:
            frame = replace(frame, bitmap=turn.bitmap)
        talk.wire.post(*pack_rows(frame, [(row.row, row.lowest_served) for row in rows]))
        for row in rows:
            self._shown += row.row[:HANDLE_BYTES] + Row.decode(row.row).head.to_bytes(4)

    def answered(self, frame: Want) -> list[tuple[LogHandle, Ranges]]:
        """Return what a WANT asks for, by log.

        Raises:
            OrderError: it answers no ROWS frame that was sent.
            DecodeError: it asks for what is above the head of a row.
        """
        answered_bytes = frame.answers * _SHOWN_BYTES
        if answered_bytes > len(self._shown):
            raise OrderError("a WANT for rows that were not sent")
        asked = list(frame.listed)
        for each in frame.rows:
            start = each.index * _SHOWN_BYTES
            shown = bytes(self._shown[start : start + _SHOWN_BYTES])
            head = int.from_bytes(shown[HANDLE_BYTES:])
            asked.append((LogHandle(shown[:HANDLE_BYTES]), each.positions(head)))
        del self._shown[:answered_bytes]
        return asked

    async def _finish(self) -> None:
        """End an exchange."""
        self._exchange = None
        self._unresolved, self._reaching = self._reaching, None
        if self._since:
            self._since, self._is_unsure = False, True
        else:
            self._talk.is_compared = True
            await ask_told(self._talk)
        await self.settle()

    async def settle(self) -> None:
        """Advance the checkpoint once all that was shown is seen or gone; call now and then.

        After SINCE the sums are compared first, once what it showed has crossed: before, they
        would differ, and rows be shown that both sides have.
        """
        talk = self._talk
        if self.is_running or not talk.ground.wishes.is_settled(talk.number):
            return
        if self._is_unsure and self._has_crossed:
            self._is_unsure = False
            await self._open(since=False, quick=True)
            return
        if not talk.is_compared:
            return
        complete = not talk.ground.wishes.take_left_out(talk.number)
        reached, self._unresolved = self._unresolved, None
        if reached is not None and complete:
            await self.advance(reached)
        self.completed.set()

    @property
    def _has_crossed(self) -> bool:
        """Return whether the peer has what it asked for, or says nothing of it for long."""
        talk = self._talk
        waited_s = abs(talk.ground.now_s() - talk.grew_s)  # infinite once it was asked
        return not len(talk.outbox) and (not talk.unconfirmed_count or waited_s >= UNSURE_S)

    async def advance(self, reached: Checkpoint) -> None:
        """Remember that everything the peer had changed up to ``reached`` was seen."""
        talk = self._talk
        talk.known_here = reached
        wall_ms = talk.ground.clock.wall_ms()
        await talk.ground.note(lambda tx: tx.note_sync(talk.link.peer, reached, wall_ms))
