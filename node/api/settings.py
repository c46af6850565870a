"""What the API must be told."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from node.api.pages import Pages
from node.contract.clock import Clock

WRITE_RATE_PER_S: Final = 5.0
"""Writes and new sockets per session and per address; nobody types faster for long."""

WRITE_BURST: Final = 20.0
"""Writes at once: a phone that was away sends what it kept. Stops floods of signed messages."""


LASTING_RATE_PER_S: Final = 0.2
"""New people and rooms per address, kept without an end. Stops one phone filling the box."""

LASTING_BURST: Final = 30.0
"""At once: a class behind one laptop's address says its names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Fixed when the node starts."""

    clock: Clock
    pages: Pages
    backup: Callable[[], AsyncIterator[bytes]]
    """Begins a consistent copy of everything this box keeps, in pieces."""
    version: str
    public_names: tuple[str, ...] = ()
    """Host names beside IP literals, ``localhost``, ``*.local`` and ``disasternet.internal``."""
    hotspot_addresses: frozenset[str] = frozenset()
    """This box's own addresses on which admin, ``/docs`` and ``/metrics`` are refused."""
    write_rate_per_s: float = WRITE_RATE_PER_S
    write_burst: float = WRITE_BURST
    lasting_rate_per_s: float = LASTING_RATE_PER_S
    lasting_burst: float = LASTING_BURST
    appliance_uid: int | None = None
    """The appliance's user; None on a laptop."""
