"""Visits: one address dialled, synced with, and left in order, as couriers do."""

import asyncio
from typing import Final

from node.contract.sync import LinkReport
from node.runtime.peering.peering import Peering
from node.runtime.peering.ports import Link, UnreachableError
from node.runtime.peering.session import CLOSE_S
from node.sync.frames import CloseReason

LOOK_S: Final = 0.05
"""Between looks at whether a visit is settled."""


async def visit(
    peering: Peering, address: str, interface: str | None, deadline_s: float
) -> LinkReport:
    """Dial one address, sync, and end the link in order; return what came of it.

    Args:
        peering: runs the session.
        address: HOST or HOST:PORT.
        interface: for a link-local address that does not say it.
        deadline_s: for all of it.
    """
    link: Link | None = None
    state, reason = "failed", ""
    try:
        async with asyncio.timeout(deadline_s):
            link = await peering.dial(address, interface)
            state, reason = await _settle(peering, link)
    except TimeoutError:
        reason = "the time was over"
    except UnreachableError as error:
        reason = str(error)
    finally:
        if link is not None:
            await link.close()
    return LinkReport(state, reason, link.bytes_in if link else 0, link.bytes_out if link else 0)


async def _settle(peering: Peering, link: Link) -> tuple[str, str]:
    """Run a session until both sides have everything; then end it."""
    running = asyncio.create_task(peering.run_link(link))
    try:
        while not running.done():
            session = peering.sessions.get(link.peer)
            if session is not None and session.link is link and session.is_settled:
                await session.end(CloseReason.DONE)
                await asyncio.wait([running], timeout=CLOSE_S)
                return "settled", ""
            await asyncio.wait([running], timeout=LOOK_S)
        return "failed", running.result().name
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
