"""Keeps this box announced by mDNS and asks for the boxes it hears of."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from node.net.discovery.announced import Announced
from node.net.discovery.endpoint import Endpoint
from node.net.discovery.interfaces import Addresses
from node.net.discovery.limits import (
    LOOK_AGAIN_S,
    LOOK_AT_ALL,
    MAX_NAME_FAILURES,
    MAX_NAMES,
    MDNS_RETRY_FIRST_S,
    MDNS_RETRY_LONGEST_S,
    RESOLVE_AT_ONCE,
)
from node.net.discovery.responder import Responder, Start, ZeroconfResponder
from node.net.discovery.service import announcement, believed, instance

REGISTER_LIMIT_S: Final = 10.0
CLOSE_LIMIT_S: Final = 2.0

Found = Callable[[bytes, Endpoint], None]
"""Told the first 8 bytes of a node id and where it is, again each minute."""


class Mdns:
    """Keeps one responder built from the addresses there are."""

    def __init__(
        self,
        announced: Announced,
        found: Found,
        counts: Counter[str],
        rng: random.Random,
        *,
        start: Start = ZeroconfResponder,
    ) -> None:
        """Announce nothing yet.

        Args:
            announced: who this box is.
            found: told who is where.
            counts: of what was refused or failed, by reason.
            rng: spreads retries.
            start: makes the responder.
        """
        self._announced = announced
        self._found = found
        self._counts = counts
        self._rng = rng
        self._start = start
        self._addresses: Addresses = frozenset()
        self._changed = asyncio.Event()
        self._failures: dict[str, int] = {}
        """By service: how often it did not answer since it did."""
        self._asked: asyncio.Queue[str] = asyncio.Queue(MAX_NAMES)
        logging.getLogger("zeroconf").setLevel(logging.CRITICAL)  # strangers could fill the log

    @property
    def names(self) -> list[str]:
        """Return the services that are asked for again and again."""
        return list(self._failures)

    def use(self, addresses: Addresses) -> None:
        """Announce and listen on these addresses from now on, and on no others."""
        self._addresses = addresses
        self._changed.set()

    async def run(self) -> None:
        """Serve until cancelled; zeroconf's failures are counted and tried again."""
        failures = 0
        while True:
            self._changed.clear()
            if not self._addresses:
                await self._changed.wait()
                continue
            stood = await self._serve(self._addresses)
            failures = 0 if stood else failures + 1
            if not stood:
                longest_s = min(MDNS_RETRY_LONGEST_S, MDNS_RETRY_FIRST_S * 2.0 ** min(failures, 8))
                await self._change_or(longest_s * self._rng.uniform(0.5, 1.0))

    async def _serve(self, addresses: Addresses) -> bool:
        """Return whether it could be announced; then the addresses have changed."""
        try:
            responder = self._start(addresses, self._appeared)
        except Exception:  # noqa: BLE001 - zeroconf raises of many kinds; beacons go on
            self._counts["mdns failed"] += 1
            return False
        try:
            if not await self._announce(responder, addresses):
                return False
            await self._hear(responder, addresses)
        finally:
            await self._close(responder)
        return True

    async def _announce(self, responder: Responder, addresses: Addresses) -> bool:
        info = announcement(self._announced.node, self._announced.port, addresses)
        try:
            async with asyncio.timeout(REGISTER_LIMIT_S):
                await responder.announce(info)
        except Exception:  # noqa: BLE001 - as above
            self._counts["mdns failed"] += 1
            return False
        return True

    async def _hear(self, responder: Responder, addresses: Addresses) -> None:
        async with asyncio.TaskGroup() as group:
            workers = [
                group.create_task(self._resolve(responder, addresses))
                for _ in range(RESOLVE_AT_ONCE)
            ]
            looks = 0
            while not await self._change_or(LOOK_AGAIN_S):
                looks += 1
                for name, failures in list(self._failures.items()):
                    if failures or looks % LOOK_AT_ALL == 0:
                        self._ask(name)
            for worker in workers:
                worker.cancel()

    async def _resolve(self, responder: Responder, addresses: Addresses) -> None:
        while True:
            name = await self._asked.get()
            try:
                info = await responder.resolve(name)
                said = None if info is None else believed(info, addresses)
            except Exception:  # noqa: BLE001 - of what a stranger announced, as above
                info, said = None, None
            if said is not None:
                self._failures[name] = 0
                node, endpoints = said
                for endpoint in endpoints:
                    self._found(node, endpoint)
                continue
            self._counts["mdns unanswered" if info is None else "mdns malformed"] += 1
            self._failures[name] = self._failures.get(name, 0) + 1
            if self._failures[name] >= MAX_NAME_FAILURES:
                del self._failures[name]

    def _appeared(self, name: str) -> None:
        if name.lower() == instance(self._announced.node):
            return
        if name not in self._failures and len(self._failures) >= MAX_NAMES:
            self._counts["mdns crowded"] += 1
            del self._failures[self._rng.choice(list(self._failures))]
        self._failures[name] = 0
        self._ask(name)

    def _ask(self, name: str) -> None:
        with suppress(asyncio.QueueFull):  # it is asked for again within a minute
            self._asked.put_nowait(name)

    async def _change_or(self, limit_s: float) -> bool:
        """Return whether the addresses changed within ``limit_s``."""
        try:
            async with asyncio.timeout(limit_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def _close(self, responder: Responder) -> None:
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await responder.close()
        except Exception:  # noqa: BLE001 - its sockets go with it; nothing else is lost
            self._counts["mdns failed"] += 1
