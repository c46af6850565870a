"""The node: everything it can do, over whatever log it is given."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from node.contract.clock import Clock
from node.contract.cursors import Cursor
from node.contract.facts import HotspotFacts
from node.contract.frames import PeerFrame
from node.contract.people import Box
from node.events import Bus
from node.protocol.envelope import Envelope, open_envelope
from node.protocol.ids import VerifyKey
from node.runtime.admin_claim import AdminClaim
from node.runtime.authoring import Scribe
from node.runtime.carrying import Carrying
from node.runtime.check_ins import CheckIns
from node.runtime.exports import Exports
from node.runtime.feed import Feed, open_feed
from node.runtime.handovers import Handovers
from node.runtime.messages import Messages
from node.runtime.peering.ground import Ground, PeeringLog, new_quota
from node.runtime.peering.peering import Peering
from node.runtime.peering.ports import Rooms as CarriedRooms
from node.runtime.peering.session import Session
from node.runtime.peering.spreading import LinkQuality, no_quality
from node.runtime.peering.times import SharedClock
from node.runtime.peering.views import as_gone, linked_peer
from node.runtime.people import People
from node.runtime.pop_ups import PopUps
from node.runtime.publishing import Publisher
from node.runtime.rooms import Rooms
from node.runtime.status import Machine, Statuses

_BOOT_BYTES: Final = 4
_DRAW_BYTES: Final = 4


async def verify_here(exacts: list[bytes]) -> list[Envelope]:
    """Open envelopes on the loop; a box uses a thread, see ``app``."""
    return [open_envelope(exact) for exact in exacts]


def no_hotspot() -> None:
    """Return that this node has no hotspot."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a node is told about the way it runs."""

    carried: CarriedRooms = None
    quality: LinkQuality = no_quality
    verify: Callable[[list[bytes]], Awaitable[list[Envelope]]] = field(default=verify_here)
    hotspot: Callable[[], HotspotFacts | None] = field(default=no_hotspot)
    machine: Machine = field(default_factory=Machine)


class Node:
    """One box's use cases, composed; holds no socket, no file and no thread."""

    def __init__(
        self,
        box: Box,
        log: PeeringLog,
        clock: Clock,
        entropy: Callable[[int], bytes],
        surroundings: Surroundings | None = None,
    ) -> None:
        """Compose the use cases.

        Args:
            box: who this node is.
            log: an open store.
            clock: the machine's, or a test's.
            entropy: returns that many random bytes; ``os.urandom``, or a seeded one in tests.
            surroundings: rooms carried, link quality, verification; by default all rooms,
                nothing known, on the loop.
        """
        around = surroundings or Surroundings()
        self._log = log
        self._bus = Bus(str(Cursor(log.incarnation, log.opened_at)), log.opened_at)
        self._publisher = Publisher(log, self._bus)
        shared = self._clock = SharedClock(clock)

        def draw(below: int) -> int:
            return int.from_bytes(entropy(_DRAW_BYTES), "big") % below

        ground = Ground(
            log=log,
            clock=shared,
            node_id=VerifyKey(bytes.fromhex(box.id)),
            name=box.name,
            boot=int.from_bytes(entropy(_BOOT_BYTES), "big"),
            carried=around.carried,
            draw=draw,
            verify=around.verify,
            new_logs=new_quota(clock.monotonic_s()),
            on_custody=self._publisher.custody,
        )
        log.listen(self._publisher.committed)
        self.peering = Peering(ground, on_change=self._peer_changed, quality=around.quality)
        scribe = Scribe(shared, entropy)
        self.people = People(box, log, scribe, entropy)
        self.carrying = Carrying(box, log, scribe, entropy)
        self.handovers = Handovers(box, log, clock, entropy)
        self.pop_ups = PopUps(log, scribe, entropy)
        self.admin_claim = AdminClaim(shared)
        self.rooms = Rooms(log, scribe)
        self.messages = Messages(log, scribe)
        self.check_ins = CheckIns(log)
        self.exports = Exports(log, self.check_ins)
        self._hotspot = around.hotspot
        self.status = Statuses(box, log, shared, self._bus, self.peering, around.machine)

    def wall_ms(self) -> int:
        """Return the time this box goes by: its own, or that of a box with a better clock."""
        return max(0, self._clock.wall_ms())

    def hotspot(self) -> HotspotFacts | None:
        """Return the access point that phones join; None without one."""
        return self._hotspot()

    def feed(self, topics: Iterable[str], since: str | None) -> Feed:
        """Return a feed of ``topics`` (of ``messages peers status``).

        Raises:
            RefusedError: ``CURSOR`` or ``OTHER_STORE`` for ``since``.
        """
        return open_feed(self._log, self.status, self._bus, topics, since)

    def _peer_changed(self, session: Session, begins: bool) -> None:  # noqa: FBT001
        peer = linked_peer(session, self.peering.ground)
        if begins:
            self._bus.publish(PeerFrame(peer, "peer.joined", self._bus.cursor))
        else:
            self._bus.publish(PeerFrame(as_gone(peer), "peer.left", self._bus.cursor))

    async def run(self) -> None:
        """Do the node's own work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.status.watch())
            tasks.create_task(self._publisher.run())
            tasks.create_task(self.peering.run())
