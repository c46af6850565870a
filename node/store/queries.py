"""What is asked of the store; each query fetches all it needs in one snapshot."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from node.contract.messages import Message, MessageState
from node.contract.problems import CURSOR, RefusedError
from node.contract.status import StorageState
from node.contract.sync import Peer, PeerSync, Unsent
from node.protocol.envelope import reopen
from node.protocol.ids import EnvelopeId, RoomId
from node.store import frontier
from node.store.index import match_expression
from node.store.numbers import find_room
from node.store.place import id64
from node.store.shapes import Rooms
from node.store.space import Space, used_bytes
from node.store.views import Views


@dataclass(frozen=True, slots=True)
class Totals:
    """What ``/sync/state`` counts; fits ``runtime.ports.Totals`` by shape."""

    messages: int
    digests: list[bytes]
    unsent: Unsent
    peers: list[PeerSync]


def newest(
    db: sqlite3.Connection, views: Views, room: RoomId, limit: int, before: int | None
) -> list[Message]:
    """Return the ``limit`` messages right before the one at arrival ``before``, oldest first.

    Raises:
        RefusedError: ``CURSOR``: there is no message at ``before`` any more.
    """
    values: dict[str, object] = {"room": find_room(db, room), "limit": limit}
    where = "e.room_no = :room"
    if before is not None:
        query = "SELECT sort_ms, id64 FROM envelope WHERE arrival = ? AND shown"
        mark = db.execute(query, (before,)).fetchone()
        if mark is None:
            raise RefusedError(CURSOR)
        where += " AND (e.sort_ms, e.id64) < (:sort_ms, :id64)"
        values |= {"sort_ms": mark[0], "id64": mark[1]}
    order = "e.sort_ms DESC, e.id64 DESC LIMIT :limit"
    return views.messages(db, where, order, values)[::-1]


def arrived(
    db: sqlite3.Connection, views: Views, room: RoomId | None, limit: int, after: int
) -> list[Message]:
    """Return messages in order of arrival after number ``after``; of all rooms without one."""
    values: dict[str, object] = {"after": after, "limit": limit}
    where = "e.arrival > :after"
    if room is not None:
        where = "e.room_no = :room AND e.arrival > :after"
        values["room"] = find_room(db, room)
    return views.messages(db, where, "e.arrival LIMIT :limit", values)


def envelope(db: sqlite3.Connection, message_id: EnvelopeId) -> bytes | None:
    """Return the exact bytes of an envelope; None when they are not held.

    By the lookup table as far as that is filled, and by a scan of the short rest.
    """
    number = id64(message_id)
    rows = db.execute(
        "SELECT exact FROM lookup JOIN envelope USING (arrival)"
        " WHERE lookup.id64 = :id AND exact NOT NULL"
        " UNION ALL SELECT exact FROM envelope"
        " WHERE arrival > (SELECT indexed_to FROM store) AND id64 = :id AND exact NOT NULL",
        {"id": number},
    )
    for (exact,) in rows.fetchall():
        if reopen(exact).id == message_id:
            return bytes(exact)
    return None


def search(
    db: sqlite3.Connection,
    views: Views,
    words: str,
    room: RoomId | None,
    page: tuple[int, int | None],
) -> list[Message]:
    """Return messages that hold all ``words``, newest arrival first.

    Args:
        db: any connection.
        views: of this store.
        words: as typed; see ``index.match_expression``.
        room: only this one, or all.
        page: how many, and before which arrival (None: from the newest on).
    """
    expression = match_expression(words)
    if expression is None:
        return []
    values: dict[str, object] = {"match": expression, "limit": page[0]}
    where = "e.arrival IN (SELECT rowid FROM words WHERE words MATCH :match)"
    if page[1] is not None:
        where += " AND e.arrival < :before"
        values["before"] = page[1]
    if room is not None:
        where += " AND e.room_no = :room"
        values["room"] = find_room(db, room)
    return views.messages(db, where, "e.arrival DESC LIMIT :limit", values)


def totals(db: sqlite3.Connection, carried: Rooms, lived_s: int) -> Totals:
    """Return what this box holds, its digests over the rooms carried, and what is only here."""
    _, digests = frontier.digests(db, carried)
    count, urgent, oldest_s = db.execute(
        "SELECT count(*), coalesce(sum(urgent), 0), min(lived_s) FROM unsent"
    ).fetchone()
    waiting_s = None if oldest_s is None else max(0, lived_s - oldest_s)
    messages = db.execute("SELECT coalesce(sum(messages), 0) FROM room").fetchone()[0]
    return Totals(messages, list(digests), Unsent(count, urgent, waiting_s), _peer_syncs(db))


def _peer_syncs(db: sqlite3.Connection) -> list[PeerSync]:
    rows = db.execute("SELECT id, last_sync_ms, bytes_in, bytes_out FROM peer ORDER BY peer_no")
    return [
        PeerSync(bytes(id_).hex(), False, 0, 0, last_ms, bytes_in, bytes_out)  # noqa: FBT003
        for id_, last_ms, bytes_in, bytes_out in rows.fetchall()
    ]


def peers(db: sqlite3.Connection) -> list[Peer]:
    """Return the remote nodes this box ever linked with; none is linked as far as a file knows."""
    rows = db.execute("SELECT id, name, address, last_seen_ms FROM peer ORDER BY peer_no")
    return [
        Peer(bytes(id_).hex(), name, address, "gone", None, last_ms, None, in_sync=False, link=None)
        for id_, name, address, last_ms in rows.fetchall()
    ]


def storage(db: sqlite3.Connection, space: Space, *, writable: bool) -> StorageState:
    """Return how full the store and its disk are."""
    return StorageState(used_bytes(db), space.limit_bytes(db), space.free_bytes(), writable)


def states(db: sqlite3.Connection, arrivals: Sequence[int]) -> list[tuple[str, MessageState]]:
    """Return id (64 hex digits) and state of those that are messages shown to people."""
    query = (
        "SELECT exact, (SELECT count(*) FROM custody AS c WHERE c.arrival = e.arrival)"
        " FROM envelope AS e WHERE arrival = ? AND shown"
    )
    lines = (db.execute(query, (arrival,)).fetchone() for arrival in arrivals)
    return [
        (reopen(line[0]).id.hex(), MessageState(stored=True, boxes=1 + line[1]))
        for line in lines
        if line is not None
    ]
