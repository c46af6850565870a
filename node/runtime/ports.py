"""What the use cases need from outside; ``store`` and ``net`` fit these by shape."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from node.contract.messages import Message
from node.contract.people import CheckInPage, Speaker, User
from node.contract.rooms import Room
from node.contract.status import StorageState
from node.contract.sync import Peer, PeerSync, Unsent
from node.protocol.envelope import Envelope
from node.protocol.ids import EnvelopeId, RoomId, VerifyKey
from node.protocol.keys import SigningKey
from node.protocol.kinds import Category
from node.runtime.peering.ports import PeerTransaction
from node.runtime.person_ports import PersonTransaction

T = TypeVar("T")


class Position(Protocol):
    """Where the next envelope of one of this box's own logs goes."""

    @property
    def epoch(self) -> int:
        """Return the epoch this box writes in."""
        ...

    @property
    def seq(self) -> int:
        """Return the next free position, from 1."""
        ...

    @property
    def prev(self) -> bytes:
        """Return the first 8 bytes of the id at ``seq - 1``; zeros at the start."""
        ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """How and when an envelope came here; decides its place and its life."""

    age_s: int
    """Time the envelope already spent elsewhere, as said beside it; 0 when written here."""
    sort_ms: int
    time_certain: bool


class Transaction(PeerTransaction, PersonTransaction, Protocol):
    """One writer's job: all of it is committed together, or nothing of it."""

    def position(self, author: VerifyKey, class_: int, room: RoomId) -> Position:
        """Return where ``author``'s next envelope in this box's epoch goes."""
        ...

    def last_hlc(self) -> int:
        """Return the highest HLC used or merged here in this epoch; 0 at first."""
        ...

    def set_last_hlc(self, hlc: int) -> None:
        """Remember ``hlc`` as the highest."""
        ...

    def begin_epoch(self, epoch: int) -> None:
        """Retire this box's own logs: the next envelopes start new ones, from HLC 0."""
        ...

    def append(self, envelope: Envelope, receipt: Receipt, *, local: bool) -> int | None:
        """Store a verified envelope and all that follows from it; return its arrival number.

        None when it was seen before: then nothing changes.

        Args:
            envelope: verified.
            receipt: how it came.
            local: written by this box, so it counts as unsent until another box stored it.

        Raises:
            RefusedError: ``FULL``; nothing was stored.
            TooManyHolesError: the log's row cannot take it now; it is not marked as seen either.
        """
        ...

    def add_person(self, seed: bytes, token_hash: bytes) -> None:
        """Keep a new person's signing seed and the hash of the session secret."""
        ...

    def signing_key(self, author: VerifyKey) -> SigningKey | None:
        """Return the key of a person this box keeps; None for anybody else."""
        ...

    def is_member(self, author: VerifyKey, room: RoomId) -> bool:
        """Return whether ``author``'s latest word about ``room`` was join."""
        ...

    def knows_room(self, room: RoomId) -> bool:
        """Return whether ``room`` is ``everyone`` or its room.create is stored here."""
        ...

    def posted(self, author: VerifyKey, client_id: str) -> Message | None:
        """Return the message ``author`` already posted under ``client_id``."""
        ...

    def remember_client_id(self, arrival: int, client_id: str) -> None:
        """Bind ``client_id`` to the message at ``arrival``; both are dropped together."""
        ...

    def mark_read(self, author: VerifyKey, room: RoomId, arrival: int) -> None:
        """Raise ``author``'s read mark in ``room`` to ``arrival``; it never falls."""
        ...

    def user(self, author: VerifyKey) -> User:
        """Return a person this box keeps, as shown."""
        ...

    def room(self, room: RoomId, viewer: VerifyKey | None) -> Room:
        """Return a known room as ``viewer`` sees it."""
        ...

    def message(self, arrival: int) -> Message:
        """Return the message at ``arrival``."""
        ...

    def set_admin_token(self, token_hash: bytes) -> None:
        """Replace the admin token."""
        ...


class Totals(Protocol):
    """What ``/sync/state`` counts."""

    @property
    def messages(self) -> int:
        """Return how many messages are held."""
        ...

    @property
    def digests(self) -> list[bytes]:
        """Return the frontier digests of classes 0-3, 8 bytes each."""
        ...

    @property
    def unsent(self) -> Unsent:
        """Return what no other box has stored yet."""
        ...

    @property
    def peers(self) -> list[PeerSync]:
        """Return how each peer stands."""
        ...


class LogPort(Protocol):
    """Where envelopes are kept, and all that is derived from them.

    Every call may raise RefusedError ``UNAVAILABLE`` when a read took too long.
    """

    @property
    def incarnation(self) -> bytes:
        """8 bytes that change whenever arrivals are renumbered."""
        ...

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` once inside a transaction and return its answer after COMMIT.

        Raises:
            RefusedError: raised by ``work``, or ``FULL``; nothing of this job was stored.
        """
        ...

    @property
    def opened_at(self) -> int:
        """Newest arrival number when the log was opened; 0 in an empty one."""
        ...

    @property
    def form_key(self) -> bytes:
        """32 secret bytes of this log, for ``sessions.derive``."""
        ...

    def lived_s(self) -> int:
        """Return the powered time of this log; a power cut may set it back a little."""
        ...

    async def user_of_session(self, token_hash: bytes) -> User | None:
        """Return whose session secret has this SHA-256."""
        ...

    async def pop_up(
        self, id_hash: bytes, address: str, after_s: int
    ) -> tuple[User, str | None] | None:
        """Return user and language of a pop-up's session that goes on, at its own address.

        None also for one that began at ``after_s`` or before.
        """
        ...

    async def is_pop_up_ended(self, id_hash: bytes, address: str, after_s: int) -> bool:
        """Return whether a pop-up's session, at its own address, was ended; see ``pop_up``."""
        ...

    async def speakers(self, author: VerifyKey) -> list[Speaker]:
        """Return every author of the person behind ``author``, the oldest first."""
        ...

    async def is_admin_token(self, token_hash: bytes) -> bool:
        """Return whether the admin token has this SHA-256."""
        ...

    async def rooms(self, viewer: VerifyKey | None) -> list[Room]:
        """Return all known rooms, ``everyone`` first, then by newest message."""
        ...

    async def room(self, room: RoomId, viewer: VerifyKey | None) -> Room | None:
        """Return one room; None when unknown."""
        ...

    async def newest(self, room: RoomId, limit: int, before: int | None) -> list[Message]:
        """Return the ``limit`` messages of ``room`` right before the one at arrival ``before``.

        In the order for people, (sort_ms, id), oldest first; without ``before`` the newest.

        Raises:
            RefusedError: ``CURSOR``: there is no message at ``before`` any more.
        """
        ...

    async def arrived(self, room: RoomId | None, limit: int, after: int) -> list[Message]:
        """Return messages of ``room`` (None: of all rooms) in order of arrival after ``after``."""
        ...

    async def envelope(self, message_id: EnvelopeId) -> bytes | None:
        """Return the exact bytes of an envelope; None when they are not held."""
        ...

    async def search(
        self, words: str, room: RoomId | None, limit: int, before: int | None
    ) -> list[Message]:
        """Return messages that hold all ``words``, newest arrival first, from ``before`` back."""
        ...

    async def check_ins(
        self, words: str | None, category: Category | None, limit: int, before: int | None
    ) -> CheckInPage:
        """Return the newest check-in of each person, the newest first, from ``before`` back.

        Args:
            words: each must begin a word of name, text or place; None for all.
            category: as ``CheckIns.page`` takes it.
            limit: how many at most; fewer, and ``next``, when many were looked at for them.
            before: arrival number of a check-in.

        Raises:
            RefusedError: ``CURSOR``: there is no message at ``before`` any more.
        """
        ...

    async def totals(self) -> Totals:
        """Return what this box holds and what is still only here."""
        ...

    async def peers(self) -> list[Peer]:
        """Return the remote nodes this box ever linked with."""
        ...

    async def storage(self) -> StorageState:
        """Return how full the store is."""
        ...
