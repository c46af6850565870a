"""What the box says about itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from node import __version__
from node.contract.facts import ChecksFacts, RadioFacts
from node.contract.frames import StatusFrame
from node.contract.people import Box
from node.contract.status import (
    ClockState,
    NetworkState,
    NodeState,
    NodeStatus,
    PhonesState,
)
from node.contract.sync import Peer, SyncState
from node.events import Bus
from node.runtime.health import CHECKS, Vitals
from node.runtime.peering.endings import BREACHES, name_of
from node.runtime.peering.peering import Peering
from node.runtime.peering.times import SharedClock
from node.runtime.peering.views import peers_shown, syncs_shown
from node.runtime.ports import LogPort
from node.runtime.votes import ClockVotes

WATCH_PERIOD_S: Final = 2.0
"""How often the status is published while somebody watches; nothing runs when nobody does.

Also the proof of life by which a page tells a silent room from a box that hangs.
"""

NO_RADIO: Final = "This box has no radio of its own; it reaches others by cable or Wi-Fi."


def _unknown() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the appliance's word on this machine is read; on a laptop there is none."""

    radio: Callable[[], RadioFacts | None] = field(default=_unknown)
    phones: Callable[[], PhonesState | None] = field(default=_unknown)
    checks: Callable[[], ChecksFacts | None] = field(default=_unknown)


class Statuses:
    """Reads and publishes the status."""

    def __init__(  # noqa: PLR0913, PLR0917 - everything a status tells of
        self,
        box: Box,
        log: LogPort,
        clock: SharedClock,
        bus: Bus,
        peering: Peering,
        machine: Machine,
    ) -> None:
        self._machine = machine
        self.votes = ClockVotes(clock)
        self._box = box
        self._log = log
        self._clock = clock
        self._bus = bus
        self._peering = peering
        self._started_s = clock.monotonic_s()

    async def read(self, *, evidence: bool = False) -> NodeStatus:
        """Return the status as it is now; with ``evidence`` also what others say the time is."""
        storage = await self._log.storage()
        quality = self._clock.quality()
        linked = len(self._peering.sessions)
        closings = self._peering.ground.closings
        broken = sum(closings[name_of(reason)] for reason in BREACHES)
        vitals = Vitals(storage, quality, linked, broken)
        radio = self._machine.radio() or RadioFacts(None, NO_RADIO)
        board = self._machine.checks() or ChecksFacts()
        uptime_s = int(self._clock.monotonic_s() - self._started_s)
        return NodeStatus(
            node=NodeState(self._box.id, self._box.name, __version__, uptime_s, [], None),
            network=NetworkState(
                plan=radio.plan,
                sentence=radio.sentence,
                originators=radio.originators,
                peers_connected=linked,
                links_closed=dict(closings),
                connections_refused=dict(self._peering.refusals()),
            ),
            storage=storage,
            clock=ClockState(
                wall_ms=max(0, self._clock.wall_ms()),
                quality=quality,
                source=self._clock.source,
                votes=self.votes.read() if evidence else [],
                boxes=self._clock.told() if evidence else [],
            ),
            phones=self._machine.phones() or PhonesState(None, None, None),
            health=[*(check(vitals) for check in CHECKS), *board.checks],
        )

    async def frame(self) -> StatusFrame:
        """Return the status as a frame, at the cursor up to which messages were published.

        Not at the newest arrival: a client goes on from the cursor it saw last, and would miss
        a message that is committed and not yet published.
        """
        cursor = self._bus.cursor  # before the status is read, which takes a while
        return StatusFrame(await self.read(), cursor)

    async def watch(self) -> None:
        """Publish the status again and again, for ever; idle while nobody listens."""
        while True:
            await self._bus.listener("status")
            self._bus.publish(await self.frame())
            await asyncio.sleep(WATCH_PERIOD_S)

    async def sync(self) -> SyncState:
        """Return what this box holds, and what is still only here."""
        totals = await self._log.totals()
        digests = [digest.hex() for digest in totals.digests]
        peers = syncs_shown(totals.peers, self._peering.sessions)
        return SyncState(totals.messages, digests, totals.unsent, peers)

    async def peers(self) -> list[Peer]:
        """Return the remote nodes this box ever linked with."""
        return peers_shown(await self._log.peers(), self._peering.sessions, self._peering.ground)
