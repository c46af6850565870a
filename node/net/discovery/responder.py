"""mDNS by the zeroconf library, behind the few calls that are used of it."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from node.net.discovery.interfaces import Addresses
from node.net.discovery.limits import RESOLVE_LIMIT_S
from node.net.discovery.service import SERVICE, listening_on


class Responder(Protocol):
    """Announces one service and hears others; lives as long as the addresses it is made for."""

    async def announce(self, info: AsyncServiceInfo) -> None:
        """Announce the service and look for others; any exception means that it failed."""
        ...

    async def resolve(self, name: str) -> AsyncServiceInfo | None:
        """Return what is known of a service, asking for it; None when nobody answers."""
        ...

    async def close(self) -> None:
        """Take the announcement back and let go of the sockets."""
        ...


Start = Callable[[Addresses, Callable[[str], None]], Responder]
"""Given addresses and whom to tell the name of each service that appears or changes."""


class ZeroconfResponder:
    """Fits `Responder`; any exception in making one means that it failed."""

    def __init__(self, addresses: Addresses, appeared: Callable[[str], None]) -> None:
        """Open sockets on ``addresses``; ``appeared`` is told names once it announces."""
        interfaces, version = listening_on(addresses)
        self._appeared = appeared
        self._zeroconf = AsyncZeroconf(interfaces=interfaces, ip_version=version)
        self._browser: AsyncServiceBrowser | None = None
        # A cancelled wait would cancel zeroconf's own start and leave its sockets open.
        self._started = asyncio.create_task(self._zeroconf.zeroconf.async_wait_for_start())

    async def announce(self, info: AsyncServiceInfo) -> None:
        """Announce the service and look for others."""
        await asyncio.shield(self._started)
        self._browser = AsyncServiceBrowser(self._zeroconf.zeroconf, SERVICE, [self._on_change])
        untyped: Any = self._zeroconf  # it leaves open what the inner awaitable gives: nothing
        # No probe: the name is the key's own, and 1.2 s matter after a cut.
        await (await untyped.async_register_service(info, cooperating_responders=True))

    async def resolve(self, name: str) -> AsyncServiceInfo | None:
        """Return what is known of a service, asking for it; None when nobody answers."""
        info = AsyncServiceInfo(SERVICE, name)
        answered = await info.async_request(self._zeroconf.zeroconf, RESOLVE_LIMIT_S * 1000)
        return info if answered else None

    async def close(self) -> None:
        """Take the announcement back and let go of the sockets."""
        # In a task of its own: in a cancelled one zeroconf gives up before it has closed.
        await asyncio.create_task(self._close())

    async def _close(self) -> None:
        await asyncio.gather(self._started, return_exceptions=True)
        if self._browser is not None:
            await self._browser.async_cancel()
        await self._zeroconf.async_close()

    def _on_change(
        self,
        zeroconf: Zeroconf,  # noqa: ARG002 - zeroconf names its arguments
        service_type: str,  # noqa: ARG002
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        # Removed may say only that a box announces anew: nobody is forgotten for it, nor does
        # any link end.
        if state_change is not ServiceStateChange.Removed:
            self._appeared(name)
