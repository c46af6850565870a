"""Who may come in: what is under way and what is linked, against the limits."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from node.net.addresses import Endpoint, interface_of
from node.net.errors import Fault, LinkError
from node.net.limits import Limits


@dataclass(eq=False, slots=True)
class Guest:
    """One accepted connection."""

    host: str
    """Address with its scope."""
    on_hotspot: bool
    drop: Callable[[LinkError], None]
    """Ends it."""
    linked: bool = False


class Admission:
    """Counts connections in and out; drops one at random when too many are under way."""

    def __init__(
        self,
        hotspots: frozenset[str] = frozenset(),
        limits: Limits | None = None,
        chance: random.Random | None = None,
    ) -> None:
        """Take the names of interfaces where only couriers are let in; the rest is for tests.

        Args:
            hotspots: names of interfaces.
            limits: others than the usual ones.
            chance: draws who is dropped.
        """
        self.limits = limits or Limits()
        self._hotspots = hotspots
        self._chance = chance or random.SystemRandom()
        self._guests: dict[Guest, None] = {}

    @property
    def half_open(self) -> int:
        """Return how many handshakes are under way."""
        return sum(1 for _ in self._under_way())

    @property
    def links(self) -> int:
        """Return how many accepted links there are."""
        return sum(guest.linked for guest in self._guests)

    def enter(self, local: Endpoint, remote: Endpoint, drop: Callable[[LinkError], None]) -> Guest:
        """Return the guest that a new connection is; ``leave`` with it once it has ended.

        Raises:
            LinkError: it is refused: end it.
        """
        host = f"{remote.host}%{remote.scope_id}" if remote.scope_id else remote.host
        guest = Guest(host, self._is_hotspot(local), drop)
        if self.links >= self.limits.links:
            raise LinkError(Fault.FULL, f"{self.links} links")
        if guest.on_hotspot:
            self._check_hotspot(guest, local)
        waiting = list(self._under_way())
        if sum(other.host == host for other in waiting) >= self.limits.half_open_per_address:
            raise LinkError(Fault.ADDRESS, "too many handshakes")
        if len(waiting) >= self.limits.half_open:
            crowded = self._chance.choice(waiting)
            self.leave(crowded)
            crowded.drop(LinkError(Fault.CROWDED, f"{len(waiting)} handshakes"))
        self._guests[guest] = None
        return guest

    def settle(self, guest: Guest) -> None:
        """Count a guest as a link.

        Raises:
            LinkError: meanwhile there are enough: end it.
        """
        if self.links >= self.limits.links:
            raise LinkError(Fault.FULL, f"{self.links} links")
        beside = sum(other.linked and other.host == guest.host for other in self._guests)
        if beside >= self.limits.links_per_address:
            raise LinkError(Fault.ADDRESS, f"{beside} links from one address")
        guest.linked = True

    def leave(self, guest: Guest) -> None:
        """Count a guest out; may be called twice."""
        self._guests.pop(guest, None)

    def _check_hotspot(self, guest: Guest, local: Endpoint) -> None:
        if not local.is_link_local_v6:
            raise LinkError(Fault.HOTSPOT, "not on IPv6 link-local")
        there = [other.host for other in self._guests if other.on_hotspot]
        if len(there) >= self.limits.on_hotspot:
            raise LinkError(Fault.HOTSPOT, f"{len(there)} connections")
        if there.count(guest.host) >= self.limits.per_station:
            raise LinkError(Fault.STATION, "too many connections")

    def _is_hotspot(self, local: Endpoint) -> bool:
        return bool(self._hotspots) and interface_of(local) in self._hotspots

    def _under_way(self) -> Iterator[Guest]:
        return (guest for guest in self._guests if not guest.linked)
