"""What the store tells peering; fits ``runtime.peering.ports`` by shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from node.protocol.ids import EnvelopeId, LogHandle, RoomId
from node.protocol.ranges import Ranges
from node.protocol.row import Row

Rooms = frozenset[RoomId] | None
"""Rooms that count, ``everyone`` among them; None for all."""

Taken = Literal["stored", "declined", "seen", "refused"]
"""What became of a received envelope."""


class Entry(Protocol):
    """One entry of a STORED frame."""

    @property
    def handle(self) -> LogHandle: ...  # noqa: D102 - documented at StoredEntry
    @property
    def positions(self) -> Ranges: ...  # noqa: D102
    @property
    def tip(self) -> bytes: ...  # noqa: D102


class Reach(Protocol):
    """Up to where a store's changes were seen."""

    @property
    def incarnation(self) -> bytes: ...  # noqa: D102 - documented at Checkpoint
    @property
    def changed_n(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class FrontierRow:
    """One row as it goes into an exchange."""

    changed_n: int
    row: bytes
    lowest_served: int


@dataclass(frozen=True, slots=True)
class LogState:
    """What is known of one log."""

    row: Row
    room: RoomId
    told: Ranges
    shared: bool


@dataclass(frozen=True, slots=True)
class Held:
    """One envelope that can be served."""

    arrival: int
    log_changed_n: int
    class_: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What can be answered to a WANT."""

    held: Sequence[Held]
    gone: Sequence[tuple[LogHandle, Ranges]]


@dataclass(frozen=True, slots=True)
class Body:
    """One envelope on its way out."""

    arrival: int
    age_s: int
    exact: bytes


@dataclass(frozen=True, slots=True)
class LogId:
    """One id of a log, for repair."""

    seq: int
    id: EnvelopeId
    held: bool


@dataclass(frozen=True, slots=True)
class Appended:
    """One envelope that was committed."""

    arrival: int
    id: EnvelopeId
    handle: LogHandle
    seq: int
    room: RoomId
    kind: int
    class_: int
    size_bytes: int
    row: Row
    local: bool
    is_news: bool


@dataclass(frozen=True, slots=True)
class Custody:
    """What a STORED changed."""

    arrivals: list[int]
    held: list[int]
    missing: Sequence[tuple[LogHandle, Ranges]]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Up to where a peer's changes were seen."""

    incarnation: bytes
    changed_n: int
