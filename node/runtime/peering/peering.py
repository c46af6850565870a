"""All links of a box: one session each, one link per peer, and what they have in common."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from node.contract.problems import RefusedError
from node.protocol.ids import VerifyKey
from node.protocol.names import clean_name
from node.runtime.peering.endings import Ending
from node.runtime.peering.ground import Ground
from node.runtime.peering.ports import Appended, Link, UnreachableError
from node.runtime.peering.schedule import Schedule
from node.runtime.peering.session import SILENCE_S, Session, begin
from node.runtime.peering.spreading import LinkQuality, Spreading, no_quality
from node.sync.exchange import OrderError
from node.sync.frames import CloseReason

TICK_S: Final = 1.0
TWINS_S: Final = 5.0
"""Two links to one peer that came within this are both sides dialling at once."""

LOG_EVERY_S: Final = 10.0
"""One line at most so often for each reason; stops a peer from filling the journal."""

Dial = Callable[[str, str | None], Awaitable[Link]]
"""Makes a link to an address over an interface; raises UnreachableError."""

_log = logging.getLogger(__name__)


class Peering:
    """Runs the sessions of a box."""

    def __init__(
        self,
        ground: Ground,
        *,
        on_change: Callable[[Session, bool], None],
        quality: LinkQuality = no_quality,
    ) -> None:
        """Compose.

        Args:
            ground: what the sessions share.
            on_change: told of each session that begins (True) or ended with no other in its place.
            quality: what the radio says of a way.
        """
        self.ground = ground
        self._on_change = on_change
        self._sessions: dict[VerifyKey, Session] = {}
        self._count = 0
        self._due: dict[int, Schedule] = {}
        self._logged_s: dict[str, float] = {}
        self._spreading = Spreading(self._sessions.values, ground.draw, quality)
        self._any = asyncio.Event()
        self._endings: set[asyncio.Task[Ending]] = set()
        self._dial: Dial | None = None
        self.refusals: Callable[[], Mapping[str, int]] = dict
        """Connections that never became links, by fault; of the network, once there is one."""
        self.changed = asyncio.Event()
        """Set when something was committed; whoever follows the digests clears it."""
        ground.log.listen(self._committed)

    @property
    def sessions(self) -> dict[VerifyKey, Session]:
        """Return the running session of each linked peer."""
        return self._sessions

    def _committed(self, appended: Sequence[Appended]) -> None:
        self._spreading.committed(appended)
        self.changed.set()
        self.ground.stirred.set()

    def attach(self, dial: "Dial", refusals: Callable[[], Mapping[str, int]]) -> None:
        """Take what makes links, and counts those that were refused, once there is a network."""
        self._dial = dial
        self.refusals = refusals

    async def dial(self, address: str, interface: str | None) -> Link:
        """Return a new link to one address.

        Raises:
            UnreachableError: none was made.
        """
        if self._dial is None:
            raise UnreachableError("this node has no network")
        return await self._dial(address, interface)

    async def run_link(self, link: Link) -> Ending:
        """Run one session until the link ends; return how it did."""
        self._count += 1
        try:
            begun = await begin(self.ground, link, self._count)
            ending = await self._run(begun) if isinstance(begun, Session) else begun
        except Exception as error:  # noqa: BLE001 - a fault of ours ends one link, not the box
            await link.close()
            ending = Ending(CloseReason.FAULT, repr(error), by_peer=False)
            if self._may_log(ending.name):
                _log.exception("a link ended by a fault of this box")
        self._note_ending(ending)
        return ending

    async def _run(self, session: Session) -> Ending:
        peer = session.link.peer
        other = self._sessions.get(peer)
        if other is not None and not self._replaces(session, other):
            return await session.end(CloseReason.REPLACED)
        self._sessions[peer] = session
        self.ground.wishes.add_link(session.number, self.ground.now_s())
        self._due[session.number] = Schedule.of(
            self.ground.draw, dialled=session.link.dialled, now_s=self.ground.now_s()
        )
        self._any.set()
        self.ground.stirred.set()
        replacing = None
        if other is not None:
            replacing = asyncio.create_task(other.end(CloseReason.REPLACED))
        try:
            await self._note_link(session)
            if other is None:
                self._on_change(session, True)  # noqa: FBT003 - begins
            return await session.run()
        except RefusedError as error:
            return await session.end(CloseReason.FAULT, str(error))
        finally:
            if replacing is not None:
                await replacing
            await self._forget(session)

    def _replaces(self, new: Session, old: Session) -> bool:
        """Return whether a second link to a peer stays instead of the first."""
        if new.talk.hello.boot != old.talk.hello.boot:
            return True
        if new.since_s - old.since_s > TWINS_S or new.link.dialled == old.link.dialled:
            return True
        lower_is_here = self.ground.node_id < new.link.peer
        return new.link.dialled == lower_is_here

    async def _note_link(self, session: Session) -> None:
        link, talk = session.link, session.talk
        name, wall_ms = clean_name(talk.hello.name), self.ground.clock.wall_ms()
        await self.ground.note(lambda tx: tx.note_link(link.peer, name, link.address, wall_ms))

    async def _forget(self, session: Session) -> None:
        link = session.link
        self._due.pop(session.number, None)
        if self._sessions.get(link.peer) is session:
            del self._sessions[link.peer]
            self._on_change(session, False)  # noqa: FBT003 - ends
        self.ground.wishes.drop_link(session.number)
        wall_ms = self.ground.clock.wall_ms()
        try:
            await self.ground.note(
                lambda tx: tx.note_traffic(link.peer, link.bytes_in, link.bytes_out, wall_ms)
            )
        except RefusedError as error:
            _log.info("the traffic of a link was not counted: %s", error)

    def _note_ending(self, ending: Ending) -> None:
        self.ground.closings[ending.name] += 1
        if ending.breach and self._may_log(ending.name):
            _log.warning("link closed: %s (%s)", ending.name, ending.detail)

    def _may_log(self, name: str) -> bool:
        """Return whether a line about ``name`` may be written, and count it."""
        now_s = self.ground.now_s()
        if now_s < self._logged_s.get(name, now_s - LOG_EVERY_S) + LOG_EVERY_S:
            return False
        self._logged_s[name] = now_s
        return True

    async def run(self) -> None:
        """Keep the links alive, and what is asked over them, until cancelled."""
        while True:
            if not self._sessions:
                self._any.clear()
                await self._any.wait()
            await self._pause()
            now_s = self.ground.now_s()
            for session in self._sessions.values():
                session.be_patient(now_s)
            silent = self.ground.wishes.expire(now_s)
            for session in list(self._sessions.values()):
                session.talk.strikes += silent.get(session.number, 0)
                try:
                    await self._tend(session, now_s)
                except RefusedError as error:
                    _log.info("a link could not be tended: %s", error)
                except OrderError as error:
                    self._end(session, CloseReason.ORDER, str(error))

    async def _pause(self) -> None:
        """Wait a moment; when nothing is to be tended, until something stirs or falls due."""
        stirred = self.ground.stirred
        if not any(session.needs_tending for session in self._sessions.values()):
            dues = [
                min(self._due[session.number].next_s, session.talk.heard_s + SILENCE_S)
                for session in self._sessions.values()
            ]
            pause_s = min(dues, default=math.inf) - self.ground.now_s()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, min(pause_s, SILENCE_S))):
                    await stirred.wait()
        stirred.clear()
        await asyncio.sleep(TICK_S)

    async def _tend(self, session: Session, now_s: float) -> None:
        if now_s - session.talk.heard_s > SILENCE_S:
            self._end(session, CloseReason.SILENT)
            return
        await session.tend(now_s)
        schedule = self._due.get(session.number)
        if schedule is None:
            return  # it ended meanwhile
        if session.talk.owes_room and now_s >= schedule.exchange_s:
            # What was not taken, the peer has sent: it can come again over another link only.
            self._end(session, CloseReason.DONE)
            return
        speaks, opens = schedule.due(now_s, asked=session.heads.leaves_more)
        if speaks or opens:
            session.heads.leaves_more = False
        if speaks:
            await session.agreement.say_alive()
        if opens:
            await session.comparing.open()

    def _end(self, session: Session, reason: CloseReason, detail: str = "") -> None:
        """End a link without waiting for a peer that may not read: others are tended too."""
        task = asyncio.create_task(session.end(reason, detail))
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def stop(self) -> None:
        """End every link in order."""
        sessions = list(self._sessions.values())
        await asyncio.gather(
            *(session.end(CloseReason.STOPPING) for session in sessions), *self._endings
        )
