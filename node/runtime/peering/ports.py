"""What peering needs from outside: a link to carry frames, and the log's frontier."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from node.contract.messages import MessageState
from node.protocol.envelope import Envelope
from node.protocol.frontier import Row
from node.protocol.ids import EnvelopeId, LogHandle, RoomId, VerifyKey
from node.protocol.ranges import Ranges

Rooms = frozenset[RoomId] | None
"""Rooms carried, ``everyone`` among them; None for all."""


class UnreachableError(Exception):
    """No link could be made; its text says why, for the operator."""


class LinkClosedError(Exception):
    """The link has ended; nothing more can be sent or received over it."""

    def __init__(self, detail: str, *, broken: bool = False) -> None:
        self.broken = broken
        """What came could not be a record: the peer, or somebody between, broke the protocol."""
        super().__init__(detail)


class Link(Protocol):
    """One authenticated, encrypted connection to another box, that keeps frames apart.

    ``net`` makes them over TCP, the simulation in memory.
    """

    @property
    def peer(self) -> VerifyKey:
        """Return the node id that the other side proved."""
        ...

    @property
    def dialled(self) -> bool:
        """Return whether this side opened the connection."""
        ...

    @property
    def address(self) -> str:
        """Return where the other side is, as shown to people: ``host:port``, scope included."""
        ...

    @property
    def interface(self) -> str | None:
        """Return the network interface it runs over; None when unknown."""
        ...

    @property
    def secret(self) -> bytes:
        """Return 32 bytes both sides share and nobody could know before: the channel's hash."""
        ...

    @property
    def rtt_ms(self) -> int | None:
        """Return the round trip as the connection measures it; None when it does not say."""
        ...

    @property
    def bytes_in(self) -> int:
        """Return bytes read from the connection so far, the handshake included."""
        ...

    @property
    def bytes_out(self) -> int:
        """Return bytes written to the connection so far, the handshake included."""
        ...

    async def send(self, frame: bytes) -> None:
        """Hand over one frame of at most 65,000 bytes; waits while the connection takes no more.

        Raises:
            LinkClosedError: the link has ended.
        """
        ...

    async def receive(self) -> bytes:
        """Return the next frame.

        Raises:
            LinkClosedError: the link has ended, in order or not.
        """
        ...

    async def close(self) -> None:
        """Let go of the connection once what was sent is out, at most one second later."""
        ...


class FrontierRow(Protocol):
    """One row as it goes into an exchange."""

    @property
    def changed_n(self) -> int:
        """Return the number of its last change."""
        ...

    @property
    def row(self) -> bytes:
        """Return its encoding."""
        ...

    @property
    def lowest_served(self) -> int:
        """Return the lowest position that is not gone here; 1 when none is gone below it."""
        ...


class LogState(Protocol):
    """What is known of one log."""

    @property
    def row(self) -> Row:
        """Return what was seen of it."""
        ...

    @property
    def room(self) -> RoomId:
        """Return the room it lies in."""
        ...

    @property
    def told(self) -> Ranges:
        """Return positions seen without an id; at most ``ranges.MAX_RUNS`` runs, the lowest."""
        ...

    @property
    def shared(self) -> bool:
        """Return whether another log here has the same handle: neither is in the frontier."""
        ...


class Held(Protocol):
    """One envelope that can be served."""

    @property
    def arrival(self) -> int:
        """Return its arrival number."""
        ...

    @property
    def log_changed_n(self) -> int:
        """Return when the log changed last: newest logs are served first."""
        ...

    @property
    def class_(self) -> int:
        """Return its effective class."""
        ...

    @property
    def size_bytes(self) -> int:
        """Return the length of its exact bytes."""
        ...


class Wanted(Protocol):
    """What can be answered to a WANT."""

    @property
    def held(self) -> Sequence[Held]:
        """Return what can be sent; within a log by rising seq."""
        ...

    @property
    def gone(self) -> Sequence[tuple[LogHandle, Ranges]]:
        """Return positions seen here and held no longer."""
        ...


class Body(Protocol):
    """One envelope on its way out."""

    @property
    def arrival(self) -> int:
        """Return its arrival number."""
        ...

    @property
    def age_s(self) -> int:
        """Return the time it has spent on its way and here."""
        ...

    @property
    def exact(self) -> bytes:
        """Return its bytes."""
        ...


class LogId(Protocol):
    """One id of a log, for repair."""

    @property
    def seq(self) -> int:
        """Return its position."""
        ...

    @property
    def id(self) -> EnvelopeId:
        """Return the id."""
        ...

    @property
    def held(self) -> bool:
        """Return False for a tombstone."""
        ...


Taken = Literal["stored", "declined", "seen", "refused"]
"""What became of a received envelope.

Stored; declined: marked as seen, not kept; seen: it was seen before, nothing changed; refused: a
ninth hole would have opened, or its room is not carried: neither stored nor marked.
"""


class Appended(Protocol):
    """One envelope that was committed."""

    @property
    def arrival(self) -> int:
        """Return its arrival number."""
        ...

    @property
    def id(self) -> EnvelopeId:
        """Return its id."""
        ...

    @property
    def handle(self) -> LogHandle:
        """Return the name of its log."""
        ...

    @property
    def seq(self) -> int:
        """Return its position."""
        ...

    @property
    def room(self) -> RoomId:
        """Return the room it lies in."""
        ...

    @property
    def kind(self) -> int:
        """Return its kind."""
        ...

    @property
    def class_(self) -> int:
        """Return its effective class."""
        ...

    @property
    def size_bytes(self) -> int:
        """Return the length of its exact bytes."""
        ...

    @property
    def row(self) -> Row:
        """Return the row of the log, after it."""
        ...

    @property
    def local(self) -> bool:
        """Return whether it was written on this box."""
        ...

    @property
    def is_news(self) -> bool:
        """Return whether it was never here before: neither lost nor dropped and taken again."""
        ...


class StoredEntry(Protocol):
    """One entry of a STORED frame."""

    @property
    def handle(self) -> LogHandle:
        """Return the name of the log."""
        ...

    @property
    def positions(self) -> Ranges:
        """Return what was committed."""
        ...

    @property
    def tip(self) -> bytes:
        """Return the first 4 bytes of the id at the last position."""
        ...


class Custody(Protocol):
    """What a STORED changed."""

    @property
    def arrivals(self) -> list[int]:
        """Return envelopes one more box has now."""
        ...

    @property
    def held(self) -> list[int]:
        """Return all envelopes held here of which the peer rightly said that it has them."""
        ...

    @property
    def missing(self) -> Sequence[tuple[LogHandle, Ranges]]:
        """Return positions the peer has and this box does not: told, or holes of a known log."""
        ...


class Checkpoint(Protocol):
    """Up to where a store's changes were seen."""

    @property
    def incarnation(self) -> bytes:
        """Return which store it was: 8 bytes."""
        ...

    @property
    def changed_n(self) -> int:
        """Return the number of the last change that was seen."""
        ...


@dataclass(frozen=True, slots=True)
class Reached:
    """A ``Checkpoint`` made here."""

    incarnation: bytes
    changed_n: int


class PeerTransaction(Protocol):
    """What a writer's job does for peering, beside ``runtime.ports.Transaction``."""

    def take(self, envelope: Envelope, age_s: int, received_ms: int, gone: Ranges) -> Taken:
        """Store a verified envelope that came from another box.

        Args:
            envelope: verified.
            age_s: as said beside it.
            received_ms: wall clock at receipt; fixes its place in time.
            gone: positions of its log that its bringer says are gone; makes room for a ninth hole.

        Raises:
            RefusedError: ``FULL``; nothing was stored or marked.
        """
        ...

    def note_stored(self, peer: VerifyKey, entries: Sequence[StoredEntry]) -> Custody:
        """Count ``peer`` for what it says it stored, where the ids agree."""
        ...

    def note_gone(self, peer: VerifyKey, said: Sequence[tuple[LogHandle, Ranges]]) -> None:
        """Remember what ``peer`` says is gone, of the holes of logs known here."""
        ...

    def flag_forked(self, handle: LogHandle) -> None:
        """Take over a fork flag after a completed repair; nothing for an unknown log."""
        ...

    def take_tombstones(self, handle: LogHandle, named: Sequence[tuple[int, EnvelopeId]]) -> None:
        """Keep ids nobody gave the bytes of, of a known, forked log; their positions are told."""
        ...

    def take_closed(self, room: RoomId, class_: int, hashes: Sequence[bytes]) -> None:
        """Count rows of closed logs in the sums; nothing of them is known but the hash."""
        ...

    def note_link(self, peer: VerifyKey, name: str, address: str, wall_ms: int) -> None:
        """Remember who was linked, under what name, where and when."""
        ...

    def note_traffic(self, peer: VerifyKey, bytes_in: int, bytes_out: int, wall_ms: int) -> None:
        """Add to what the links of a known ``peer`` carried; it was seen at ``wall_ms``."""
        ...

    def note_sync(self, peer: VerifyKey, checkpoint: Checkpoint, wall_ms: int) -> None:
        """Everything ``peer`` had changed up to ``checkpoint`` was seen; an exchange ended."""
        ...


class FrontierPort(Protocol):
    """What peering reads; may raise RefusedError ``UNAVAILABLE`` when a read took too long."""

    @property
    def incarnation(self) -> bytes:
        """8 bytes that change whenever arrivals are renumbered."""
        ...

    def listen(self, listener: Callable[[Sequence[Appended]], None]) -> None:
        """Call ``listener`` after each commit with what it appended, by arrival, on the loop."""
        ...

    async def changed_n(self) -> int:
        """Return the number of the last change of a row."""
        ...

    async def frontier(
        self, rooms: Rooms, *, above: int, below: int | None, limit: int
    ) -> Sequence[FrontierRow]:
        """Return rows changed above ``above`` and below ``below``, the newest change first.

        Of ``rooms``; without closed logs and without handles that two logs share.
        """
        ...

    async def rows(self, handles: Sequence[LogHandle]) -> Sequence[FrontierRow]:
        """Return the rows of these handles that are in the frontier, in any order."""
        ...

    async def logs(self, handles: Sequence[LogHandle]) -> Mapping[LogHandle, LogState]:
        """Return what is known of these logs; unknown ones are left out."""
        ...

    async def digests(self, rooms: Rooms) -> tuple[int, tuple[bytes, ...]]:
        """Return the number of the last change and the digests of classes 0-3 over ``rooms``."""
        ...

    async def wanted(
        self, rooms: Rooms, asked: Sequence[tuple[LogHandle, Ranges]], limit: int
    ) -> Wanted:
        """Return what of ``asked`` is held or gone here; at most ``limit`` held envelopes."""
        ...

    async def bodies(self, arrivals: Sequence[int]) -> Sequence[Body]:
        """Return these envelopes with their age now, in this order; dropped ones are left out."""
        ...

    async def told(self, rooms: Rooms, limit: int) -> Sequence[tuple[LogHandle, Ranges]]:
        """Return positions seen without an id, of at most ``limit`` logs, newest change first."""
        ...

    async def ids(self, handle: LogHandle, limit: int) -> Sequence[LogId]:
        """Return every id of the log or logs of this handle, at most ``limit``, by rising seq."""
        ...

    async def holding(self, handle: LogHandle, ids: Sequence[EnvelopeId]) -> Sequence[Held]:
        """Return those of ``ids`` that are held with their bytes."""
        ...

    async def states(self, arrivals: Sequence[int]) -> Sequence[tuple[str, MessageState]]:
        """Return id (64 hex digits) and state of those that are messages shown to people."""
        ...

    async def closed(self, room: RoomId, class_: int) -> list[bytes]:
        """Return the 32-byte row hashes of the closed logs of one class in one room."""
        ...

    async def closed_scopes(self, rooms: Rooms) -> list[tuple[RoomId, int]]:
        """Return each room and class of ``rooms`` in which any log is closed."""
        ...

    async def checkpoint(self, peer: VerifyKey) -> Checkpoint | None:
        """Return up to where ``peer``'s changes were seen; None when never."""
        ...
