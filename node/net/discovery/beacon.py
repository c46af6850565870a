"""The beacon: 50 bytes that say who is here and what it has seen, and when to send them."""

import struct
from dataclasses import dataclass
from typing import Final

from node.net.discovery.endpoint import MAX_PORT

NODE_BYTES: Final = 8
"""How much of a node id a beacon carries."""
BOOT_BYTES: Final = 4
DIGESTS: Final = 4
DIGEST_BYTES: Final = 8

EAGER_FOR_S: Final = 30.0
"""After an interface appeared or a link fell."""
EAGER_S: Final = 2.0
STALLED_S: Final = 1.0
"""While a link is stalled: the other side may be back any moment."""
CALM_S: Final = 10.0
SPREAD: Final = 0.5
"""Each pause is drawn within this share of its mean, so that boxes do not fall into step."""

_MAGIC: Final = b"DN\x01"
_LAYOUT: Final = struct.Struct(f">3sB{NODE_BYTES}s{BOOT_BYTES}sH{DIGESTS * DIGEST_BYTES}s")
BEACON_BYTES: Final = _LAYOUT.size
_PARTIAL: Final = 0x01


@dataclass(frozen=True, slots=True)
class Digests:
    """What a box has seen, by class."""

    by_class: tuple[bytes, ...]
    """Four of 8 bytes."""
    partial: bool = False
    """Not over all rooms: equal ones tell nothing about those left out."""

    def differs_from(self, other: "Digests") -> bool:
        """Return whether one of the two boxes may lack something."""
        return self.partial or other.partial or self.by_class != other.by_class


NO_DIGESTS: Final = Digests((bytes(DIGEST_BYTES),) * DIGESTS)
"""Of a box that has not looked yet."""


@dataclass(frozen=True, slots=True)
class Beacon:
    """One beacon; none of it is proven before a handshake."""

    node: bytes
    """First 8 bytes of the node id."""
    boot: bytes
    """4 bytes drawn at each start of that box."""
    port: int
    """TCP port of its peer links."""
    digests: Digests

    def encode(self) -> bytes:
        """Return the datagram."""
        flags = _PARTIAL if self.digests.partial else 0
        digests = b"".join(self.digests.by_class)
        return _LAYOUT.pack(_MAGIC, flags, self.node, self.boot, self.port, digests)


def decode(datagram: bytes) -> Beacon | None:
    """Return the beacon; None for anything that is not one, however close. Never raises."""
    if len(datagram) != BEACON_BYTES:
        return None
    magic, flags, node, boot, port, digests = _LAYOUT.unpack(datagram)
    if magic != _MAGIC or flags & ~_PARTIAL or not 1 <= port <= MAX_PORT:
        return None
    by_class = tuple(
        digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)
    )
    return Beacon(node, boot, port, Digests(by_class, bool(flags & _PARTIAL)))


def pause_s(since_change_s: float, draw: float, *, stalled: bool) -> float:
    """Return how long after the last beacon the next one is due.

    Args:
        since_change_s: since an interface appeared or a link fell.
        draw: random, 0 to 1.
        stalled: whether a link is.
    """
    mean_s = CALM_S
    if since_change_s < EAGER_FOR_S:
        mean_s = EAGER_S
    if stalled:
        mean_s = STALLED_S
    return mean_s * (1 - SPREAD + 2 * SPREAD * draw)


class Cadence:
    """Says when the next beacon is due."""

    def __init__(self) -> None:
        """Be due at once."""
        self.due_s = float("-inf")
        self._changed_s = float("-inf")
        self._stalled = False

    def changed(self, now_s: float, draw: float) -> None:
        """An interface appeared or a link fell: be eager from now on."""
        self._changed_s = now_s
        self._sooner(now_s, draw)

    def stalling(self, now_s: float, draw: float, *, stalled: bool) -> None:
        """Take note whether a link is stalled."""
        if stalled and not self._stalled:
            self._stalled = True
            self._sooner(now_s, draw)
        self._stalled = stalled

    def sent(self, now_s: float, draw: float) -> None:
        """Plan the next beacon after one was sent."""
        self.due_s = now_s + self._pause_s(now_s, draw)

    def _sooner(self, now_s: float, draw: float) -> None:
        self.due_s = min(self.due_s, now_s + self._pause_s(now_s, draw))

    def _pause_s(self, now_s: float, draw: float) -> float:
        return pause_s(now_s - self._changed_s, draw, stalled=self._stalled)
