"""The list of people stays quick when a whole town has checked in."""

import time
from collections.abc import Callable

import pytest

from node.protocol.envelope import Envelope
from node.protocol.kinds import Category
from node.protocol.limits import MAX_NAME_CHARS
from node.store.checkin_reads import MAX_LOOKED_AT
from node.store.checkins import MAX_SAID_CHARS
from node.store.reader import READ_LIMIT_S
from node.store.store import Store
from node.store.transaction import Transaction
from tests.fakes.authors import RemoteAuthor
from tests.fakes.check_ins import checks_in
from tests.unit.store.conftest import connection_of

pytestmark = pytest.mark.anyio

TOWN = 20_000
NAME = "é" * MAX_NAME_CHARS
SAID = (" wätër" * MAX_SAID_CHARS)[:MAX_SAID_CHARS]


async def settle(store: Store, said: Envelope) -> None:
    """Let a town check in with the longest names and texts, by the rows that are read of it."""

    def work(tx: Transaction) -> None:
        db = connection_of(tx)
        numbers = range(1, TOWN + 1)
        db.executemany(
            "INSERT INTO author (author_no, key, name, stamp) VALUES (?, ?, ?, x'')",
            ((n, n.to_bytes(32, "big"), NAME) for n in numbers),
        )
        db.executemany(
            "INSERT INTO envelope (arrival, log_no, seq, branch, id64, kind, room_no, author_no,"
            " class, shown, sort_ms, time_certain, age_s, lived_s, exact)"
            " VALUES (?, 1, ?, 0, ?, 5, 1, ?, 1, 1, ?, 1, 0, 0, ?)",
            ((n, n, n, n, n, said.exact) for n in numbers),
        )
        db.executemany(
            "INSERT INTO checkin (author_no, topic, arrival, category, stamp, sort_ms, said)"
            " VALUES (?, 0, ?, ?, x'', ?, ?)",
            ((n, n, Category.HELP if n == 1 else Category.SAFE, n, SAID) for n in numbers),
        )

    await store.write(work)


@pytest.mark.parametrize(
    ("words", "category", "limit", "found"),
    [
        (None, None, 200, 200),
        ("nobody", None, 50, 0),
        ("water water water nobody", None, 50, 0),
        (None, Category.HELP, 50, 1),
        ("eee", Category.HELP, 50, 1),
    ],
)
async def test_a_town_is_read_within_the_time_a_read_has(  # noqa: PLR0913, PLR0917 - a table
    store: Store,
    quality: Callable[[str, float, str, float | None], None],
    words: str | None,
    category: Category | None,
    limit: int,
    found: int,
) -> None:
    await settle(store, checks_in(RemoteAuthor("ana"), Category.SAFE, "water"))
    begun_s = time.monotonic()
    page = await store.check_ins(words, category, limit, None)
    took_s = time.monotonic() - begun_s
    assert len(page.items) == found
    assert (page.next is None) == (found < limit)
    quality(f"people-{words or 'all'}-{category or 'any'}", took_s, "s", READ_LIMIT_S / 4)


def test_a_town_is_as_much_as_one_read_looks_at() -> None:
    assert TOWN == MAX_LOOKED_AT
