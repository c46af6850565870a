"""Finding other boxes, all of it: one object to start and stop."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from node.contract.clock import Clock
from node.net.dialler import Dialler
from node.net.discovery.announced import Announced
from node.net.discovery.beacon import Beacon, Cadence
from node.net.discovery.beaconing import Beaconing
from node.net.discovery.dialling import Dialling, Links
from node.net.discovery.endpoint import Endpoint
from node.net.discovery.interfaces import Change, Watcher, rescan_pause_s, scan
from node.net.discovery.mdns import Mdns
from node.protocol.ids import VerifyKey

RESTART_S: Final = 5.0
"""Pause before a part that failed is started again."""

_log = logging.getLogger("disasternet.net")


@dataclass(frozen=True, slots=True)
class Ways:
    """By which ways to look for others."""

    beacon: bool = True
    mdns: bool = True
    static: tuple[Endpoint, ...] = ()
    """Peers the operator names; dialled whatever else is off."""
    hotspot: frozenset[str] = frozenset()
    """Names of interfaces on which nothing is sent, heard or dialled."""


class Discovery:
    """Looks for boxes and dials them, from `start` to `stop`."""

    def __init__(
        self, announced: Announced, ways: Ways, links: Links, clock: Clock, rng: random.Random
    ) -> None:
        """Do nothing yet.

        Args:
            announced: who this box is.
            ways: how to look.
            links: makes and knows the links.
            clock: its monotonic time is read.
            rng: spreads beacons, waits and choices.
        """
        self.counts: Counter[str] = Counter()
        """What was refused or failed, by reason."""
        self._announced = announced
        self._links = links
        self._clock = clock
        self._rng = rng
        self._cadence = Cadence()
        self._beacon_due = asyncio.Event()
        self._dialler = Dialler(announced.node, rng, ways.static)
        self._dialling = Dialling(self._dialler, links, clock, self.counts)
        self._watcher = Watcher(lambda: scan(ways.hotspot))
        self._beaconing: Beaconing | None = None
        if ways.beacon:
            self._beaconing = Beaconing(announced.short, self._own_beacon, self._heard, self.counts)
        self._mdns = Mdns(announced, self._found, self.counts, rng) if ways.mdns else None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to look; a part that fails is logged and started again."""
        work: list[Callable[[], Awaitable[None]]] = [self._watch, self._dialling.run]
        if (beaconing := self._beaconing) is not None:
            work.append(lambda: self._send_beacons(beaconing))
        if self._mdns is not None:
            work.append(self._mdns.run)
        self._tasks = [asyncio.create_task(_supervise(part)) for part in work]

    async def stop(self) -> None:
        """End everything; dials under way are given up, links that stand are left alone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._beaconing is not None:
            self._beaconing.close()

    def links_changed(self) -> None:
        """Look again whom to dial: a link was made, said HELLO, or digests here have changed."""
        self._dialling.wake()

    def link_fell(self, peer: VerifyKey, lasted_s: float) -> None:
        """Be eager: a link to ``peer`` has ended after ``lasted_s``."""
        self._dialler.link_fell(peer, lasted_s)
        self._be_eager()
        self._dialling.wake()

    def penalise(self, peer: VerifyKey) -> None:
        """Leave ``peer`` alone for a minute, twice as long each time: it broke the protocol."""
        self._dialler.penalise(peer, self._clock.monotonic_s())

    def _own_beacon(self) -> Beacon:
        return self._announced.beacon(self._links.digests())

    def _heard(self, beacon: Beacon, endpoint: Endpoint) -> None:
        self._dialler.heard(beacon, endpoint, self._links.digests(), self._clock.monotonic_s())
        self._dialling.wake()

    def _found(self, node: bytes, endpoint: Endpoint) -> None:
        if node != self._announced.short:
            self._dialler.announced(node, endpoint, self._clock.monotonic_s())
            self._dialling.wake()

    def _be_eager(self) -> None:
        self._cadence.changed(self._clock.monotonic_s(), self._rng.random())
        self._beacon_due.set()

    async def _watch(self) -> None:
        began_s = self._clock.monotonic_s()
        while True:
            if (change := self._watcher.rescan()) is not None:
                self._use(change)
            self._look_for_stalls()
            await asyncio.sleep(rescan_pause_s(self._clock.monotonic_s() - began_s))

    def _use(self, change: Change) -> None:
        names = frozenset(address.name for address in change.addresses)
        self._dialler.interfaces(names, frozenset(address.name for address in change.appeared))
        if self._mdns is not None:
            self._mdns.use(change.addresses)
        if self._beaconing is not None:
            self._beaconing.use(change.addresses)
        if change.appeared:
            self._cadence.due_s = self._clock.monotonic_s()
            self._be_eager()
        self._dialling.wake()

    def _look_for_stalls(self) -> None:
        now_s = self._clock.monotonic_s()
        stalled = any(link.stalled for link in self._links.standing())
        self._cadence.stalling(now_s, self._rng.random(), stalled=stalled)
        if stalled:
            self._beacon_due.set()
            self._dialling.wake()

    async def _send_beacons(self, beaconing: Beaconing) -> None:
        while True:
            self._beacon_due.clear()
            now_s = self._clock.monotonic_s()
            if self._cadence.due_s <= now_s:
                beaconing.send()
                self._cadence.sent(now_s, self._rng.random())
            pause_s = self._cadence.due_s - self._clock.monotonic_s()
            try:
                async with asyncio.timeout(max(0.0, pause_s)):
                    await self._beacon_due.wait()
            except TimeoutError:
                continue


async def _supervise(part: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await part()
        except Exception:  # noqa: BLE001 - a supervisor: logged, and started again
            _log.exception("discovery: a part failed; again in %s s", RESTART_S)
        await asyncio.sleep(RESTART_S)
