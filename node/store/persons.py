"""Who is one person, looked up anew for each read: nothing an author says can make a store work.

What profiles say of that is kept by ``continuations``.
"""

import itertools
import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import Final

from node.contract.people import Speaker
from node.protocol.ids import VerifyKey
from node.protocol.keys import fingerprint
from node.protocol.limits import MAX_CHAIN_LINKS
from node.protocol.names import clean_name
from node.protocol.persons import Continuations, line_of

MAX_SPEAKERS: Final = 64
"""Authors of one person that are listed, those nearest to it first: stops a thief of a secret from
making a list too long to load."""

_AT_ONCE: Final = 500
"""Authors asked for in one query; older builds of SQLite take 999 values."""

_REACH: Final = 2 * MAX_CHAIN_LINKS
"""How far up anything can matter: to the person, and from there to whoever disowns."""

_ABOVE: Final = (
    "(SELECT c.old_no FROM continuation AS c JOIN carry_key AS k ON k.author_no = c.old_no"
    " AND k.key = c.key WHERE c.author_no = {})"
)
_LINKS: Final = (
    "WITH RECURSIVE up (no, above, far) AS ("  # noqa: S608 - our own words
    f" SELECT value, {_ABOVE.format('value')}, 0 FROM json_each(:numbers)"
    # Not UNION: ``far`` ends it where continuations go round; to compare rows costs more than rows.
    f" UNION ALL SELECT above, {_ABOVE.format('up.above')}, far + 1 FROM up"
    "   WHERE above NOT NULL AND far < :reach)"
    " SELECT no, above, EXISTS (SELECT 1 FROM disowned AS d WHERE d.author_no = up.no) FROM up"
)


class Persons:
    """The persons behind authors, in one snapshot; of no use after it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._numbers: dict[VerifyKey, int] = {}
        """Of authors of which all that matters is read."""
        self._keys: dict[int, VerifyKey] = {}
        self._links: dict[int, int] = {}
        self._disowners: set[int] = set()
        self._of: dict[int, VerifyKey] = {}

    def load(self, authors: Iterable[VerifyKey]) -> None:
        """Read at once what ``authors`` continue: cheaper than one after the other."""
        fresh: list[int] = []
        for part in _parts(set(authors) - self._numbers.keys()):
            query = f"SELECT author_no, key FROM author WHERE key IN ({_marks(part)})"  # noqa: S608
            for number, key in self._db.execute(query, part).fetchall():
                self._numbers[key] = number
                self._keys[number] = key
                fresh.append(number)
        if not fresh:
            return
        values = {"numbers": json.dumps(fresh), "reach": _REACH}
        for number, above, disowns in self._db.execute(_LINKS, values).fetchall():
            if above is not None:
                self._links[number] = above
            if disowns:
                self._disowners.add(number)

    def of(self, author: VerifyKey) -> VerifyKey:
        """Return the author that stands for the person: the oldest of the chain."""
        self.load([author])
        number = self._numbers.get(author)
        if number is None:
            return author
        if number not in self._of:
            self._of[number] = self._key(self._line(number)[-1])
        return self._of[number]

    def line(self, author: VerifyKey) -> list[VerifyKey]:
        """Return ``author`` and those it continues, up to the person: the last one."""
        self.load([author])
        number = self._numbers.get(author)
        return [author] if number is None else [self._key(each) for each in self._line(number)]

    def speakers(self, author: VerifyKey) -> list[Speaker]:
        """Return every author of the person behind ``author``, the oldest first."""
        person = self.of(author)
        found, level = [person], [person]
        while level and len(found) < MAX_SPEAKERS:
            below = self._read_below(level)
            self.load(below)
            level = [key for key in below if key not in found and self.of(key) == person]
            found += level
        return [self._speaker(key) for key in found[:MAX_SPEAKERS]]

    def _line(self, number: int) -> list[int]:
        if number not in self._links:
            return [number]
        return line_of(number, Continuations(self._links, self._read_disowned(number)))

    def _read_disowned(self, number: int) -> dict[int, set[int]]:
        """Return who disowns whom among an author and those that its links lead to."""
        met = [number]
        while (above := self._links.get(met[-1])) is not None:
            if above in met or len(met) > _REACH:
                break
            met.append(above)
        disowners = self._disowners.intersection(met)
        found: dict[int, set[int]] = {}
        if disowners:
            numbers = {self._key(each): each for each in met}
            rows = self._db.execute(
                f"SELECT author_no, denied FROM disowned WHERE author_no IN ({_marks(disowners)})"  # noqa: S608
                f" AND denied IN ({_marks(met)})",
                (*disowners, *numbers),
            )
            for disowner, denied in rows.fetchall():
                found.setdefault(disowner, set()).add(numbers[denied])
        return found

    def _key(self, number: int) -> VerifyKey:
        if number not in self._keys:
            query = "SELECT key FROM author WHERE author_no = ?"
            self._keys[number] = self._db.execute(query, (number,)).fetchone()[0]
        return self._keys[number]

    def _read_below(self, authors: list[VerifyKey]) -> list[VerifyKey]:
        """Return those that claim to continue one of ``authors`` with a proof that held."""
        rows = self._db.execute(
            "SELECT a.key FROM author AS o JOIN continuation AS c ON c.old_no = o.author_no"  # noqa: S608
            " JOIN author AS a ON a.author_no = c.author_no"
            f" WHERE c.key NOT NULL AND o.key IN ({_marks(authors)}) ORDER BY a.key LIMIT ?",
            (*authors, MAX_SPEAKERS * 2),
        )
        return [VerifyKey(key) for (key,) in rows.fetchall()]

    def _speaker(self, author: VerifyKey) -> Speaker:
        name, here = self._db.execute(
            "SELECT name, EXISTS (SELECT 1 FROM person AS p WHERE p.author_no = a.author_no)"
            " FROM author AS a WHERE key = ?",
            (author,),
        ).fetchone()
        return Speaker(author.hex(), clean_name(name), fingerprint(author), bool(here))


def _parts(authors: Iterable[VerifyKey]) -> Iterable[list[VerifyKey]]:
    rest = iter(sorted(authors))
    while part := list(itertools.islice(rest, _AT_ONCE)):
        yield part


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))
