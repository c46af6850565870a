"""Who has what: STORED and GONE, said and heard, and WANT answered."""

import asyncio
from collections.abc import Iterable
from typing import Final

from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges, Run
from node.runtime.peering.ground import carries
from node.runtime.peering.ports import Appended
from node.runtime.peering.talk import Talk
from node.sync.frames import Gone, Stored, StoredEntry, pack_gone, pack_stored, pack_want
from node.sync.outbox import MAX_QUEUED
from node.sync.wishes import MAX_PER_ASK

STORED_DELAY_S: Final = 0.05
"""STORED waits for more of it so long, again as long as more comes."""
STORED_WAITS: Final = 4
"""Four times at most: 0.2 s (docs/protocol.md)."""


class Receipts:
    """What this side has committed and not yet told the peer."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._entries: dict[LogHandle, StoredEntry] = {}
        self._single: list[StoredEntry] = []
        self._grew = False
        self._waits = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, appended: Appended) -> None:
        """Note one committed envelope."""
        entry = StoredEntry(appended.handle, Ranges.at([appended.seq]), appended.id[:4])
        known = self._entries.get(appended.handle)
        if appended.row.forked:
            self._single.append(entry)
        elif known is None:
            self._entries[appended.handle] = entry
        else:
            newest = entry if appended.seq > known.positions.last else known
            positions = known.positions | entry.positions
            self._entries[appended.handle] = StoredEntry(entry.handle, positions, newest.tip)
        self._grew = True
        if self._timer is None:
            self._schedule()

    def _schedule(self) -> None:
        self._grew = False
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(STORED_DELAY_S, self._flush)

    def flush(self) -> None:
        """Tell the peer now, and wait for no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._waits = STORED_WAITS
            self._flush()

    def _flush(self) -> None:
        self._waits += 1
        if self._grew and self._waits < STORED_WAITS:
            self._schedule()
            return
        self._timer, self._waits = None, 0
        entries = [*self._entries.values(), *self._single]
        self._entries, self._single = {}, []
        self._talk.wire.post(*pack_stored(entries))

    @property
    def is_waiting(self) -> bool:
        """Return whether anything was committed and not yet told."""
        return self._timer is not None

    def close(self) -> None:
        """Say nothing more."""
        if self._timer is not None:
            self._timer.cancel()


async def on_stored(talk: Talk, frame: Stored) -> None:
    """Count the peer for what it stored, and ask for what this box only was told of."""
    ground = talk.ground
    custody = await ground.note(lambda tx: tx.note_stored(talk.link.peer, frame.entries))
    for arrival in custody.held if custody else ():
        talk.has(arrival)
    if custody and custody.arrivals:
        ground.on_custody(custody.arrivals)
    states = await ground.log.logs([entry.handle for entry in frame.entries])
    for handle, positions in _by_log((e.handle, e.positions) for e in frame.entries).items():
        talk.gone.remove(handle, positions)
        state = states.get(handle)
        if state is None or not state.row.seen(positions.last):
            talk.ahead.add(handle, positions)
    asks: list[LogHandle] = []
    for handle, positions in custody.missing if custody else ():
        state = states.get(handle)
        if state is not None and carries(talk.pair, state.room):
            ground.wishes.show(talk.number, handle, positions, vouched=False)
            asks.append(handle)
    talk.ask(asks)


async def on_gone(talk: Talk, frame: Gone) -> None:
    """Take positions off what is asked of the peer, and remember that it said so."""
    entries = list(_by_log(frame.entries).items())
    for handle, positions in entries:
        talk.ground.wishes.gone(talk.number, handle, positions)
        talk.gone.add(handle, positions)
    await talk.ground.note(lambda tx: tx.note_gone(talk.link.peer, entries))


def _by_log(entries: Iterable[tuple[LogHandle, Ranges]]) -> dict[LogHandle, Ranges]:
    """Return all positions of each log at once: a frame may name one log thousands of times."""
    runs: dict[LogHandle, list[Run]] = {}
    for handle, positions in entries:
        runs.setdefault(handle, []).extend(positions.runs)
    return {handle: Ranges.of(those) for handle, those in runs.items()}


async def ask_told(talk: Talk) -> None:
    """Ask the peer, once, for what this box was only told of; call after an exchange."""
    told = await talk.ground.log.told(talk.pair, LOGS_AT_ONCE)
    asked = talk.ground.told_asked(talk.link.peer, talk.hello.incarnation)
    fresh = [(handle, positions - asked[handle]) for handle, positions in told]
    asks = [(handle, positions.head(MAX_PER_ASK)) for handle, positions in fresh if positions]
    for handle, positions in asks:
        asked.add(handle, positions)
    talk.wire.post(*pack_want((), {}, asks))


async def answer_want(talk: Talk, asked: list[tuple[LogHandle, Ranges]]) -> None:
    """Queue what the peer asks for, and tell it what is gone."""
    asked = [(handle, positions) for handle, positions in asked if positions]
    room = MAX_QUEUED - len(talk.outbox)
    for at in range(0, len(asked), LOGS_AT_ONCE):
        some = asked[at : at + LOGS_AT_ONCE]
        found = await talk.ground.log.wanted(talk.pair, some, max(0, room))
        talk.wire.post(*pack_gone(found.gone))
        room -= len(found.held)
        for held in found.held:
            if held.arrival not in talk.outbox.crossed:
                talk.lacks(held.arrival)
        newest_first = sorted(found.held, key=lambda held: -held.log_changed_n)
        talk.wire.add(newest_first)


LOGS_AT_ONCE: Final = 512
"""Logs looked up in one read; more would hold a snapshot too long."""
