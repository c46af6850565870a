"""How the API shows peers and what is not yet everywhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """A remote node this box has linked with."""

    id: str
    name: str
    address: str
    state: str
    connected_since_ms: int | None
    last_seen_ms: int | None
    rtt_ms: int | None
    in_sync: bool
    link: str | None


@dataclass(frozen=True, slots=True)
class PeerSync:
    """What one peer lacks and what it cost to find out."""

    id: str
    in_sync: bool
    missing_here: int
    missing_there: int
    last_sync_ms: int | None
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True, slots=True)
class LinkReport:
    """Answer of ``POST /links``: what a visit to one address came to."""

    state: str
    """``settled``: both boxes have everything; or ``failed``."""
    reason: str
    """Why it failed; empty when settled."""
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True, slots=True)
class Unsent:
    """Envelopes written here that no other box has stored yet."""

    messages: int
    urgent: int
    oldest_s: int | None
    """Time the oldest of them has waited, counted while the box had power."""


@dataclass(frozen=True, slots=True)
class SyncState:
    """Answer of ``GET /sync/state``."""

    messages: int
    digests: list[str]
    """Frontier digest of each class 0-3, 16 hex digits (docs/protocol.md)."""
    unsent: Unsent
    peers: list[PeerSync]
