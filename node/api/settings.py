"""What the API must be told."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from node.api.pages import Pages
from node.contract.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Fixed when the node starts."""

    clock: Clock
    pages: Pages
    backup: Callable[[], AsyncIterator[bytes]]
    """Begins a consistent copy of everything this box keeps, in pieces."""
    version: str
    write_rate_per_s: float
    """Writes and new sockets per session and per address. Stops floods of signed messages."""
    write_burst: float
    """The same at once: a phone that was away sends what it kept."""
    lasting_rate_per_s: float
    """New people and rooms per address, kept without an end. Stops one phone filling the box."""
    lasting_burst: float
    """The same at once: a class behind one laptop's address says its names."""
    public_names: tuple[str, ...] = ()
    """Host names beside IP literals, ``localhost``, ``*.local`` and ``disasternet.internal``."""
    hotspot_addresses: frozenset[str] = frozenset()
    """This box's own addresses on which admin, ``/docs`` and ``/metrics`` are refused."""
    appliance_uid: int | None = None
    """The appliance's user; None on a laptop."""
