"""The newest check-in of each author in each topic, kept up as messages come and go."""

import sqlite3
from typing import Final

from node.protocol.bodies import parse_message
from node.protocol.envelope import Envelope, reopen
from node.protocol.kinds import Category, Kind
from node.store.effects import stamp_of
from node.store.folded import folded_words

SELF: Final = 0
"""Topic of what people say about themselves."""

TOPICS: Final = {
    Category.SAFE: SELF,
    Category.HELP: SELF,
    Category.LOOKING: 3,
    Category.OFFER: 4,
    Category.INFO: 5,
}
"""A person is safe or needs help; what one looks for, offers and tells are things of their own."""

MAX_SAID_CHARS: Final = 400
"""Of place and text that the list of people is searched by. Stops long texts from making a search
through 20,000 check-ins read hundreds of megabytes."""


def keep_check_in(
    db: sqlite3.Connection, envelope: Envelope, author_no: int, arrival: int, sort_ms: int
) -> None:
    """Keep a stored envelope if it is a check-in, and none of its author in its topic is later."""
    if envelope.payload.kind != Kind.MESSAGE:
        return
    message = parse_message(envelope.payload.body)
    if message.category is None:
        return
    said = folded_words(f"{message.place or ''}\n{message.text}")[:MAX_SAID_CHARS]
    db.execute(
        "INSERT INTO checkin (author_no, topic, arrival, category, stamp, sort_ms, said)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET arrival = excluded.arrival,"
        " category = excluded.category, stamp = excluded.stamp, sort_ms = excluded.sort_ms,"
        # An equal stamp is the same message again, whose bytes were lost here and fetched.
        " said = excluded.said WHERE excluded.stamp >= checkin.stamp",
        (
            author_no, TOPICS[message.category], arrival, message.category, stamp_of(envelope),
            sort_ms, said,
        ),
    )  # fmt: skip


def drop_check_in(db: sqlite3.Connection, arrival: int) -> None:
    """Forget the check-in that arrived as number ``arrival``, if there is one.

    The one before it does not come back: nobody is listed as needing help because a later
    "I am safe" of theirs has expired.
    """
    db.execute("DELETE FROM checkin WHERE arrival = ?", (arrival,))


def backfill(db: sqlite3.Connection) -> None:
    """Keep the check-ins of every message shown, in a store made before there were any."""
    shown = db.execute(
        "SELECT author_no, arrival, sort_ms, exact FROM envelope WHERE kind = ? AND shown",
        (Kind.MESSAGE,),
    )
    for author_no, arrival, sort_ms, exact in shown:
        keep_check_in(db, reopen(exact), author_no, arrival, sort_ms)
