"""What a writer's job does for peering; fits ``runtime.peering.ports.PeerTransaction``."""

import sqlite3
from collections.abc import Sequence

from node.protocol.envelope import Envelope
from node.protocol.ids import EnvelopeId, LogHandle, RoomId, VerifyKey
from node.protocol.ranges import Ranges
from node.store import custody, gone, peers, repair
from node.store.appending import Conditions
from node.store.shapes import Appended, Custody, Entry, Reach, Taken
from node.store.taking import take


class PeerJobs:
    """The part of a transaction that other boxes are the reason for."""

    def __init__(self, db: sqlite3.Connection, conditions: Conditions) -> None:
        self.appended: list[Appended] = []
        """What was stored, in this order."""
        self._db = db
        self._conditions = conditions

    def take(self, envelope: Envelope, age_s: int, received_ms: int, gone: Ranges) -> Taken:
        """Store a verified envelope that came from another box; say what became of it.

        Raises:
            RefusedError: ``FULL``; nothing was stored or marked.
        """
        taken, stored = take(self._db, envelope, (age_s, received_ms), gone, self._conditions)
        if stored is not None:
            self.appended.append(stored)
        return taken

    def note_stored(self, peer: VerifyKey, entries: Sequence[Entry]) -> Custody:
        """Count ``peer`` for what it says it stored, where the ids agree."""
        peer_no = peers.peer_number(self._db, peer)
        return custody.note_stored(self._db, peer_no, entries, self._conditions.lived_s)

    def note_gone(self, peer: VerifyKey, said: Sequence[tuple[LogHandle, Ranges]]) -> None:
        """Remember what ``peer`` says is gone, of the holes of logs known here."""
        peer_no = peers.peer_number(self._db, peer)
        gone.note(self._db, peer_no, said, self._conditions.lived_s)

    def flag_forked(self, handle: LogHandle) -> None:
        """Take over a fork flag after a completed repair; nothing for an unknown log."""
        repair.flag_forked(self._db, handle)

    def take_tombstones(self, handle: LogHandle, named: Sequence[tuple[int, EnvelopeId]]) -> None:
        """Keep ids nobody gave the bytes of, of a known, forked log; their positions are told."""
        repair.take_tombstones(self._db, handle, named)

    def take_closed(self, room: RoomId, class_: int, hashes: Sequence[bytes]) -> None:
        """Count closed logs that a peer has and this box does not."""
        repair.take_closed(self._db, room, class_, hashes)

    def note_link(self, peer: VerifyKey, name: str, address: str, wall_ms: int) -> None:
        """Remember who was linked, under what name, where and when."""
        peers.note_link(self._db, peer, name, address, wall_ms)

    def note_traffic(self, peer: VerifyKey, bytes_in: int, bytes_out: int, wall_ms: int) -> None:
        """Add to what the links of a known ``peer`` carried; it was seen at ``wall_ms``."""
        peers.note_traffic(self._db, peer, bytes_in, bytes_out, wall_ms)

    def note_sync(self, peer: VerifyKey, checkpoint: Reach, wall_ms: int) -> None:
        """Everything ``peer`` had changed up to ``checkpoint`` was seen; an exchange ended."""
        peers.note_sync(self._db, peer, checkpoint, wall_ms)
