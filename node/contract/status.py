"""The shape of ``GET /status``."""

from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """Result of one health check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One named health check."""

    check: str
    state: CheckState
    why: str
    """What was found, in a sentence."""
    fix: str
    """What to do about it, in a sentence; empty when all is well."""


@dataclass(frozen=True, slots=True)
class NodeState:
    """Who this box is and how long it runs."""

    id: str
    name: str
    version: str
    uptime_s: int
    ssh_host_keys: list[str]
    ssh_signature: str | None


@dataclass(frozen=True, slots=True)
class Originator:
    """A mesh node known to batman-adv."""

    mac: str
    node_id: str | None
    tq: int
    next_hop: str
    last_seen_ms: int


@dataclass(frozen=True, slots=True)
class NetworkState:
    """The radio plan, as the appliance's facts tell it; no plan on a laptop."""

    plan: str | None
    sentence: str
    originators: list[Originator]
    peers_connected: int
    links_closed: dict[str, int]
    """How links to other boxes ended since the start, by reason (docs/protocol.md, CLOSE)."""
    connections_refused: dict[str, int]
    """Connections from other boxes that never became links, by fault."""


@dataclass(frozen=True, slots=True)
class StorageState:
    """Room for messages."""

    used_bytes: int
    budget_bytes: int
    """What the store may grow to before old messages make room."""
    free_bytes: int
    """Free on the file system."""
    writable: bool
    """False while writes answer 507."""


@dataclass(frozen=True, slots=True)
class ClockVote:
    """What one phone shows, brought to now."""

    wall_ms: int
    session_age_s: int
    """Since the session's first vote."""


@dataclass(frozen=True, slots=True)
class BoxClock:
    """What one linked box shows, brought to now."""

    wall_ms: int
    quality: int


@dataclass(frozen=True, slots=True)
class ClockState:
    """What this box believes about the time."""

    wall_ms: int
    quality: int
    source: str
    """``own`` clock, or that of ``boxes`` nearby."""
    votes: list[ClockVote]
    """On the Unix socket, for whoever sets the clock; empty elsewhere."""
    boxes: list[BoxClock]
    """The same of linked boxes."""


@dataclass(frozen=True, slots=True)
class PhonesState:
    """Stations on the hotspot; None without a hotspot."""

    now: int | None
    max: int | None
    turned_away: int | None


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """Everything a person, a light or an operator asks first."""

    node: NodeState
    network: NetworkState
    storage: StorageState
    clock: ClockState
    phones: PhonesState
    health: list[Check]
