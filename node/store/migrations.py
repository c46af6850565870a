"""The schema, step by step; a released step is never edited, and steps only add."""

import sqlite3

from sqlite_utils import Database, Migrations
from sqlite_utils.db import Table

from node.protocol.ids import EVERYONE
from node.store import checkins, effects

_steps = Migrations("disasternet")


def apply(db: sqlite3.Connection) -> None:
    """Apply the pending steps to ``db``."""
    _steps.apply(Database(db, recursive_triggers=False, execute_plugins=False))


def _make(
    db: Database, name: str, columns: dict[str, type], pk: str | tuple[str, ...], nullable: str = ""
) -> Table:
    """Create a strict table whose columns are all NOT NULL but for the ``nullable`` ones."""
    table = Table(db, name)
    not_null = set(columns) - set(nullable.split())
    table.create(columns, pk=pk, not_null=not_null, strict=True)
    return table


def _lean(db: Database, name: str, columns: dict[str, type], pk: str, nullable: str = "") -> None:
    """Create a strict table that is its own index: half the size for short lines."""
    types = {int: "INTEGER", bytes: "BLOB"}
    lines = [
        f"{column} {types[type_]}{'' if column in nullable.split() else ' NOT NULL'}"
        for column, type_ in columns.items()
    ]
    made = f"CREATE TABLE {name} ({', '.join(lines)}, PRIMARY KEY ({pk})) STRICT, WITHOUT ROWID"
    db.conn.execute(made)


@_steps()
def a_store(db: Database) -> None:
    """One row of facts about the store itself."""
    columns = {
        "one": int, "min_reader": int, "incarnation": bytes, "epoch": int, "last_hlc": bytes,
        "lived_s": int, "arrivals": int, "changed_n": int, "indexed_to": int,
        "admin_token": bytes, "machine": bytes,
    }  # fmt: skip
    _make(db, "store", columns, "one", "admin_token machine")
    db.conn.execute(
        "INSERT INTO store (one, min_reader, incarnation, epoch, last_hlc, lived_s, arrivals,"
        " changed_n, indexed_to)"
        " VALUES (1, 1, randomblob(8), abs(random()) % 4294967296, zeroblob(8), 0, 0, 0, 0)"
    )


@_steps()
def b_people_and_rooms(db: Database) -> None:
    """Authors ever seen, persons whose keys are kept here, rooms, members and read marks."""
    author = _make(
        db, "author", {"author_no": int, "key": bytes, "name": str, "stamp": bytes}, "author_no"
    )
    author.create_index(["key"], unique=True)
    person = _make(db, "person", {"author_no": int, "seed": bytes, "token": bytes}, "author_no")
    person.create_index(["token"], unique=True)
    room = _make(
        db,
        "room",
        {"room_no": int, "id": bytes, "name": str, "members": int, "messages": int, "last_ms": int},
        "room_no",
        "name last_ms",
    )
    room.create_index(["id"], unique=True)
    room.insert({"id": bytes(EVERYONE), "name": "everyone", "members": 0, "messages": 0})
    _make(
        db,
        "member",
        {"room_no": int, "author_no": int, "joined": int, "stamp": bytes},
        ("room_no", "author_no"),
    )
    _make(
        db, "read_mark", {"author_no": int, "room_no": int, "arrival": int},
        ("author_no", "room_no"),
    )  # fmt: skip


@_steps()
def c_logs(db: Database) -> None:
    """Logs with what was seen of them, their sums, and the envelopes still held."""
    columns = {
        "log_no": int, "handle": bytes, "author_no": int, "epoch": int, "class": int,
        "room_no": int, "frontier": bytes, "head": int, "head_id8": bytes, "told": bytes,
        "lowest_served": int, "changed_n": int,
    }  # fmt: skip
    log = _make(db, "log", columns, "log_no", "told")
    log.create_index(["author_no", "epoch", "class", "room_no"], unique=True)
    log.create_index(["handle"])
    log.create_index(["changed_n"])
    _make(
        db, "frontier_sum", {"room_no": int, "class": int, "total": bytes, "rows": int},
        ("room_no", "class"),
    )  # fmt: skip
    columns = {
        "arrival": int, "log_no": int, "seq": int, "branch": int, "id64": int, "kind": int,
        "room_no": int, "author_no": int, "class": int, "shown": int, "sort_ms": int,
        "time_certain": int, "age_s": int, "lived_s": int, "expires_s": int, "exact": bytes,
        "tombstone": bytes, "client_id": str,
    }  # fmt: skip
    envelope = _make(db, "envelope", columns, "arrival", "expires_s exact tombstone client_id")
    # No index on the id: 3 times dearer inserts at 600,000 rows. See index.py.
    envelope.create_index(["log_no", "seq", "branch"], unique=True)
    db.conn.execute(
        "CREATE INDEX idx_envelope_shown ON envelope (room_no, sort_ms, id64) WHERE shown"
    )
    db.conn.execute("CREATE INDEX idx_envelope_arrived ON envelope (room_no, arrival) WHERE shown")
    db.conn.execute(
        "CREATE UNIQUE INDEX idx_envelope_client ON envelope (author_no, client_id)"
        " WHERE client_id NOT NULL"
    )
    db.conn.execute(
        "CREATE INDEX idx_envelope_ends ON envelope (expires_s) WHERE expires_s NOT NULL"
    )


@_steps()
def d_delivery(db: Database) -> None:
    """What clients and other boxes were told."""
    _make(db, "urgent_use", {"use_no": int, "author_no": int, "lived_s": int}, "use_no")
    _make(db, "unsent", {"arrival": int, "urgent": int, "lived_s": int}, "arrival")
    columns = {
        "peer_no": int, "id": bytes, "name": str, "address": str, "last_seen_ms": int,
        "last_sync_ms": int, "bytes_in": int, "bytes_out": int,
    }  # fmt: skip
    peer = _make(db, "peer", columns, "peer_no", "last_seen_ms last_sync_ms")
    peer.create_index(["id"], unique=True)
    _make(db, "receipt", {"arrival": int, "peer_no": int}, ("arrival", "peer_no"))


@_steps()
def e_search(db: Database) -> None:
    """Filled in idle time from ``store.indexed_to`` on."""
    _make(db, "lookup", {"id64": int, "arrival": int}, ("id64", "arrival"))
    db.conn.execute(
        "CREATE VIRTUAL TABLE words USING fts5"
        " (text, content='', tokenize='unicode61 remove_diacritics 2')"
    )


@_steps()
def f_sync(db: Database) -> None:
    """What other boxes have, what they say is gone, and positions seen without an envelope.

    ``mark`` takes the place of ``log.told``, and ``custody`` that of ``receipt``: neither was ever
    written to.
    """
    for table, column in (
        ("log", "closed INTEGER NOT NULL DEFAULT 0"),
        ("log", "shared INTEGER NOT NULL DEFAULT 0"),
        ("store", "free_kind_bytes INTEGER NOT NULL DEFAULT 0"),
        ("store", "clean INTEGER NOT NULL DEFAULT 1"),
        ("peer", "incarnation BLOB"),
        ("peer", "changed_n INTEGER NOT NULL DEFAULT 0"),
    ):
        db.conn.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    runs = {"log_no": int, "first": int, "last": int}
    _lean(db, "mark", {"what": int, **runs}, "what, log_no, first")
    _lean(db, "gone", {**runs, "peer_no": int, "since_s": int}, "log_no, peer_no, first")
    _lean(db, "custody", {"arrival": int, "peer_no": int}, "arrival, peer_no")
    closed = {"room_no": int, "class": int, "hash": bytes, "log_no": int}
    _lean(db, "closed", closed, "room_no, class, hash", "log_no")
    db.conn.execute("CREATE INDEX idx_gone_peer ON gone (peer_no)")
    db.conn.execute("CREATE INDEX idx_gone_since ON gone (since_s)")
    db.conn.execute(
        "INSERT INTO mark (what, log_no, first, last)"
        " SELECT 2, log_no, 1, lowest_served - 1 FROM log WHERE lowest_served > 1"
    )
    db.conn.execute(
        "UPDATE log SET lowest_served = coalesce((SELECT min(seq) FROM envelope AS e"
        " WHERE e.log_no = log.log_no AND exact NOT NULL), 4294967296)"
    )
    db.conn.execute(
        "UPDATE store SET free_kind_bytes ="
        " (SELECT coalesce(sum(length(exact)), 0) FROM envelope WHERE kind >= 64)"
    )


@_steps()
def g_persons(db: Database) -> None:
    """Persons carried from box to box, further sessions, words handed over, and check-ins."""
    for made in (
        # Every carry key an author published: a proof by an older one still holds.
        (
            "CREATE TABLE carry_key (author_no INTEGER NOT NULL, key BLOB NOT NULL,"
            " stamp BLOB NOT NULL, PRIMARY KEY (author_no, key)) STRICT, WITHOUT ROWID"
        ),
        "CREATE INDEX idx_carry_key ON carry_key (key)",
        # What the newest profile of an author says it continues, and the carry key that proves it.
        (
            "CREATE TABLE continuation (author_no INTEGER PRIMARY KEY, old_no INTEGER NOT NULL,"
            " proof BLOB NOT NULL, key BLOB) STRICT"
        ),
        "CREATE INDEX idx_continuation_old ON continuation (old_no) WHERE key NOT NULL",
        "CREATE INDEX idx_continuation_waiting ON continuation (old_no) WHERE key IS NULL",
        # Carry keys under which continuations are still to be looked at, from that author on.
        (
            "CREATE TABLE continuation_check (author_no INTEGER NOT NULL, key BLOB NOT NULL,"
            " after INTEGER NOT NULL, PRIMARY KEY (author_no, key)) STRICT, WITHOUT ROWID"
        ),
        # Whom the newest profile of an author disowns.
        (
            "CREATE TABLE disowned (author_no INTEGER NOT NULL, denied BLOB NOT NULL,"
            " PRIMARY KEY (author_no, denied)) STRICT, WITHOUT ROWID"
        ),
        # Sessions beside person.token. Those of a pop-up have an address and end.
        (
            "CREATE TABLE session (hash BLOB PRIMARY KEY, author_no INTEGER NOT NULL, address TEXT,"
            " begun_s INTEGER NOT NULL, twin BLOB, lang TEXT, ended INTEGER NOT NULL)"
            " STRICT, WITHOUT ROWID"
        ),
        "CREATE INDEX idx_session_begun ON session (begun_s) WHERE address NOT NULL",
        "CREATE INDEX idx_session_author ON session (author_no, begun_s)",
        (
            "CREATE TABLE handover (hash BLOB PRIMARY KEY, author_no INTEGER NOT NULL, pop_up BLOB,"
            " made_s INTEGER NOT NULL, used_by TEXT) STRICT, WITHOUT ROWID"
        ),
        "CREATE INDEX idx_handover_made ON handover (made_s)",
        "CREATE INDEX idx_handover_author ON handover (author_no, made_s)",
        # The newest check-in of an author in each topic (see checkins.py).
        (
            "CREATE TABLE checkin (author_no INTEGER NOT NULL, topic INTEGER NOT NULL,"
            " arrival INTEGER NOT NULL, category INTEGER NOT NULL, stamp BLOB NOT NULL,"
            " sort_ms INTEGER NOT NULL, said TEXT NOT NULL, PRIMARY KEY (author_no, topic))"
            " STRICT, WITHOUT ROWID"
        ),
        "CREATE INDEX idx_checkin_arrival ON checkin (arrival)",
        "CREATE INDEX idx_checkin_newest ON checkin (topic, sort_ms, arrival)",
        "CREATE INDEX idx_checkin_any ON checkin (sort_ms, arrival)",
        "ALTER TABLE store ADD COLUMN form_key BLOB",
        "UPDATE store SET form_key = randomblob(32)",
    ):
        db.conn.execute(made)
    effects.note_profiles(db.conn)
    checkins.backfill(db.conn)
