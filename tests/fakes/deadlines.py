"""Waiting for what must come, with an end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

POLL_S: Final = 0.01
LIMIT_S: Final = 20.0


async def eventually(holds: Callable[[], Awaitable[bool]], limit_s: float = LIMIT_S) -> None:
    """Return once ``holds`` says so.

    Raises:
        TimeoutError: it did not within ``limit_s``.
    """
    async with asyncio.timeout(limit_s):
        while not await holds():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(POLL_S)
