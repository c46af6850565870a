"""The list of people, read: one check-in a person, the newest first."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from node.contract.cursors import Cursor
from node.contract.people import CheckIn, CheckInPage
from node.contract.problems import CURSOR, RefusedError
from node.protocol.bodies import parse_message
from node.protocol.envelope import reopen
from node.protocol.ids import VerifyKey
from node.protocol.keys import fingerprint
from node.protocol.kinds import Category
from node.protocol.names import clean_name
from node.store.checkins import SELF, TOPICS
from node.store.folded import asked_words, folded_words
from node.store.persons import Persons

MAX_LOOKED_AT: Final = 20_000
"""Check-ins looked at in one read; ``next`` leads on. Stops a search for nobody from taking longer
than the second that a read has."""

MAX_RESOLVED: Final = 2_000
"""Authors looked up in one read to tell who is the same person; ``next`` leads on. Stops a crowd
of authors who all continue each other from making every list slow."""

MAX_PAGE_BYTES: Final = 131_072
"""Text in one answer, as for messages."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which check-ins, and how many."""

    words: str | None
    category: Category | None
    limit: int
    before: int | None
    """Arrival number of a check-in; None: from the newest on."""

    @property
    def topic(self) -> int | None:
        """Return the topic they are of; None for all of them.

        Whoever looks for a name wants to know also who else looks for it.
        """
        if self.category is not None:
            return TOPICS[self.category]
        return SELF if self.words is None else None


class _Row(NamedTuple):
    topic: int
    author: bytes
    name: str
    arrival: int
    sort_ms: int
    category: int
    said: str


class _Latest:
    """Tells which check-in of a person is the newest of its topic, over all its authors."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._persons = Persons(db)
        self._newest: dict[tuple[VerifyKey, int], int] = {}
        self.resolved = 0
        """How many authors were looked up."""

    def person_of(self, row: _Row) -> VerifyKey | None:
        """Return whose newest check-in ``row`` is; None when that is another one.

        Once for each person, also where its authors are more than are listed: the first one asked
        about is the newest of all that are walked through.
        """
        author = VerifyKey(row.author)
        person = self._persons.of(author)
        about = person, row.topic
        if about not in self._newest:
            self._newest[about] = self._look_up(author, row.topic)
        return person if self._newest[about] == row.arrival else None

    def _look_up(self, author: VerifyKey, topic: int) -> int:
        keys = {author, *(bytes.fromhex(each.id) for each in self._persons.speakers(author))}
        self.resolved += len(keys)
        found = self._db.execute(
            "SELECT c.arrival FROM checkin AS c JOIN author AS a USING (author_no)"  # noqa: S608
            f" WHERE c.topic = ? AND a.key IN ({', '.join('?' * len(keys))})"
            " ORDER BY c.sort_ms DESC, c.arrival DESC LIMIT 1",
            (topic, *keys),
        )
        return int(found.fetchone()[0])


def check_ins(db: sqlite3.Connection, incarnation: bytes, wanted: Wanted) -> CheckInPage:
    """Return a slice of the list of people.

    Raises:
        RefusedError: ``CURSOR``: there is no message at ``before`` any more.
    """
    words = asked_words(wanted.words or "")
    if wanted.words is not None and not words:
        return CheckInPage([], None)
    latest = _Latest(db)
    items: list[CheckIn] = []
    size_bytes, looked_at, last = 0, 0, 0
    for row in _newest(db, wanted):
        is_full = len(items) == wanted.limit or size_bytes > MAX_PAGE_BYTES
        if is_full or looked_at == MAX_LOOKED_AT or latest.resolved > MAX_RESOLVED:
            return CheckInPage(items, str(Cursor(incarnation, last)))
        looked_at, last = looked_at + 1, row.arrival
        if _fits(row, wanted.category, words) and (person := latest.person_of(row)) is not None:
            item = _item(db, row, person)
            items += item
            size_bytes += sum(len(each.text.encode()) for each in item)
    return CheckInPage(items, None)


def _newest(db: sqlite3.Connection, wanted: Wanted) -> Iterator[_Row]:
    values: dict[str, object] = {"topic": wanted.topic, "limit": MAX_LOOKED_AT + 1}
    where = "TRUE" if wanted.topic is None else "topic = :topic"
    if wanted.before is not None:
        query = "SELECT sort_ms FROM envelope WHERE arrival = ?"
        mark = db.execute(query, (wanted.before,)).fetchone()
        if mark is None:
            raise RefusedError(CURSOR)
        where += " AND (sort_ms, arrival) < (:sort_ms, :arrival)"
        values |= {"sort_ms": mark[0], "arrival": wanted.before}
    rows = db.execute(
        "SELECT topic, key, name, arrival, sort_ms, category, said"  # noqa: S608 - no outside text
        f" FROM checkin JOIN author USING (author_no) WHERE {where}"
        " ORDER BY sort_ms DESC, arrival DESC LIMIT :limit",
        values,
    )
    return map(_Row._make, rows)


def _fits(row: _Row, category: Category | None, words: list[str]) -> bool:
    if category is not None and row.category != category:
        return False
    if not words:
        return True
    text = folded_words(row.name) + row.said
    return all(word in text for word in words)


def _item(db: sqlite3.Connection, row: _Row, person: VerifyKey) -> list[CheckIn]:
    """Return the check-in, or none where its bytes are damaged and not fetched again yet."""
    query = "SELECT exact, time_certain FROM envelope WHERE arrival = ? AND shown"
    found = db.execute(query, (row.arrival,)).fetchone()
    if found is None:
        return []
    envelope = reopen(found[0])
    message = parse_message(envelope.payload.body)
    return [
        CheckIn(
            person=person.hex(),
            name=clean_name(row.name),
            fingerprint=fingerprint(person),
            category=Category(row.category).name.lower(),
            text=message.text,
            place=message.place,
            sort_ms=row.sort_ms,
            time_certain=bool(found[1]),
            message_id=envelope.id.hex(),
        )
    ]
