"""Dials whom the dialler chooses."""

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from node.contract.clock import Clock
from node.net.dialler import Dialler
from node.net.discovery.beacon import Digests
from node.net.discovery.candidates import Candidate
from node.net.discovery.endpoint import Endpoint
from node.net.discovery.limits import DIAL_LIMIT_S
from node.net.discovery.need import Linked
from node.net.discovery.resolving import Resolver
from node.net.errors import LinkError
from node.protocol.ids import VerifyKey

PLAN_PAUSE_S: Final = 0.04
"""Between two plans, at least."""
PLAN_SHARE: Final = 0.1
"""Of the time spent planning; stops a flood of invented boxes from keeping a slow box busy."""

Connect = Callable[[Endpoint], Awaitable[VerifyKey]]
"""Returns who is there once the link is made; it then runs elsewhere. Raises OSError or LinkError
when none was made."""


@dataclass(frozen=True, slots=True)
class Links:
    """What is asked of whoever keeps the links."""

    connect: Connect
    standing: Callable[[], Sequence[Linked]]
    """Returns all links that stand now, dialled or accepted."""
    digests: Callable[[], Digests]
    """Returns the digests here, of all rooms carried, as last known."""


_log = logging.getLogger("disasternet.net")


class Dialling:
    """Runs the dialler's plans."""

    def __init__(self, dialler: Dialler, links: Links, clock: Clock, counts: Counter[str]) -> None:
        """Dial nobody yet.

        Args:
            dialler: chooses.
            links: makes and knows the links.
            clock: its monotonic time is read.
            counts: of what failed, by reason.
        """
        self._dialler = dialler
        self._links = links
        self._clock = clock
        self._counts = counts
        self._resolver = Resolver()
        self._awake = asyncio.Event()
        self._dials: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Plan again soon: something has changed."""
        self._awake.set()

    async def run(self) -> None:
        """Dial until cancelled; then dials under way end too."""
        try:
            while True:
                self._awake.clear()
                took_s = self._plan()
                await asyncio.sleep(max(PLAN_PAUSE_S, took_s / PLAN_SHARE))
                await self._wait()
        finally:
            for task in self._dials:
                task.cancel()
            await asyncio.gather(*self._dials, return_exceptions=True)

    def _plan(self) -> float:
        links, began_s = self._links, self._clock.monotonic_s()
        for candidate in self._dialler.plan(links.standing(), links.digests(), began_s):
            task = asyncio.create_task(self._dial(candidate))
            self._dials.add(task)
            task.add_done_callback(self._dials.discard)
        return self._clock.monotonic_s() - began_s

    async def _wait(self) -> None:
        pause_s = self._dialler.again_s - self._clock.monotonic_s()
        # Never wait_for: on Python 3.11 it can lose the cancellation that ends this task.
        try:
            async with asyncio.timeout(None if math.isinf(pause_s) else max(0.0, pause_s)):
                await self._awake.wait()
        except TimeoutError:
            return

    async def _dial(self, candidate: Candidate) -> None:
        peer: VerifyKey | None = None
        try:
            peer = await self._first_that_answers(candidate.endpoint)
        except Exception:  # noqa: BLE001 - a fault in one dial: the others go on
            _log.exception("dialling %s failed", candidate.endpoint)
        finally:
            self._dialler.done(candidate, peer, self._clock.monotonic_s())
            self.wake()

    async def _first_that_answers(self, endpoint: Endpoint) -> VerifyKey | None:
        addresses: list[Endpoint] = []
        try:
            async with asyncio.timeout(DIAL_LIMIT_S):
                addresses = await self._resolver.addresses(endpoint)
        except TimeoutError:
            pass
        if not addresses:
            self._counts["name unknown"] += 1
        for address in addresses:
            try:
                async with asyncio.timeout(DIAL_LIMIT_S):
                    return await self._links.connect(address)
            except (OSError, LinkError):  # TimeoutError is an OSError
                self._counts["dial failed"] += 1
        return None
