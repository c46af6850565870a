"""Which check-ins are kept: the last word of each author in each matter."""

import itertools
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from node.protocol.envelope import Envelope
from node.protocol.kinds import Category
from node.protocol.limits import MIN_TTL_S
from node.store import schema
from node.store.checkins import MAX_SAID_CHARS, keep_check_in
from node.store.connection import open_writer
from node.store.place import id64
from node.store.store import Store
from tests.fakes.authors import RemoteAuthor
from tests.fakes.check_ins import checks_in
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import Take, connection_of

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]

KEPT = "SELECT topic, category, said FROM checkin ORDER BY author_no, topic"


def last_words() -> list[Envelope]:
    ana = RemoteAuthor("ana")
    return [
        checks_in(ana, Category.HELP, "one"),
        checks_in(ana, Category.SAFE, "two"),
        checks_in(ana, Category.HELP, "three"),
    ]


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
async def test_the_last_word_is_kept_in_whatever_order_they_come(
    take: Take, ask: Ask, order: Sequence[int]
) -> None:
    said = last_words()
    await take([said[number] for number in order])
    assert ask(KEPT) == [(0, Category.HELP, " three")]


async def test_safe_and_help_are_one_matter_and_the_others_one_each(take: Take, ask: Ask) -> None:
    ana, ben = RemoteAuthor("ana"), RemoteAuthor("ben")
    await take([checks_in(ana, category, category.name) for category in Category])
    await take([checks_in(ben, Category.OFFER, "beds"), checks_in(ben, Category.OFFER, "tents")])
    await take([ana.says("no category"), ben.introduces()])
    assert ask(KEPT) == [
        (0, Category.HELP, " help"),
        (3, Category.LOOKING, " looking"),
        (4, Category.OFFER, " offer"),
        (5, Category.INFO, " info"),
        (4, Category.OFFER, " tents"),
    ]


async def test_what_has_expired_is_no_check_in_and_the_one_before_does_not_come_back(
    store: Store, take: Take, clock: FakeClock, ask: Ask
) -> None:
    ana = RemoteAuthor("ana")
    await take([
        checks_in(ana, Category.HELP),
        checks_in(ana, Category.SAFE, ttl_s=MIN_TTL_S),
        checks_in(ana, Category.LOOKING),  # the head of the log, which alone is only hidden
    ])  # fmt: skip
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    assert [row[:2] for row in ask(KEPT)] == [(3, Category.LOOKING)]


async def test_a_hidden_head_is_no_check_in(
    store: Store, take: Take, clock: FakeClock, ask: Ask
) -> None:
    await take([checks_in(RemoteAuthor("ana"), Category.SAFE, ttl_s=MIN_TTL_S)])
    assert len(ask(KEPT)) == 1
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    assert ask("SELECT shown FROM envelope") == [(0,)]
    assert ask(KEPT) == []


async def test_the_same_message_fetched_again_is_where_it_came_the_second_time(
    store: Store, take: Take, ask: Ask
) -> None:
    said = checks_in(RemoteAuthor("ana"), Category.SAFE)
    await take([said])
    await store.write(lambda tx: keep_check_in(connection_of(tx), said, 1, 99, 5))
    assert ask("SELECT arrival, sort_ms FROM checkin") == [(99, 5)]


async def test_a_long_text_is_searched_by_its_place_and_its_beginning(take: Take, ask: Ask) -> None:
    await take([checks_in(RemoteAuthor("ana"), Category.SAFE, "word " * 400, "Gym")])
    ((_, _, said),) = ask(KEPT)
    assert said.startswith(" gym word word ")
    assert len(said) == MAX_SAID_CHARS


def test_a_store_from_before_there_were_check_ins_finds_them(tmp_path: Path) -> None:
    from sqlite_utils import Database  # noqa: PLC0415

    from node.store import migrations  # noqa: PLC0415

    said = last_words()
    with closing(open_writer(tmp_path / "node.db")) as db:
        steps = vars(migrations)["_steps"]
        steps.apply(Database(db, recursive_triggers=False), stop_before="g_persons")
        db.execute("INSERT INTO author (key, name, stamp) VALUES (zeroblob(32), 'Ana', x'')")
        for number, envelope in enumerate([said[2], said[0], said[1]]):
            insert_envelope(db, envelope, number + 1, shown=True)
        hidden = checks_in(RemoteAuthor("ben"), Category.INFO)
        insert_envelope(db, hidden, 4, shown=False)
        schema.ensure(db)
        assert db.execute(KEPT).fetchall() == [(0, Category.HELP, " three")]


def insert_envelope(
    db: sqlite3.Connection, envelope: Envelope, arrival: int, *, shown: bool
) -> None:
    db.execute(
        "INSERT INTO envelope (arrival, log_no, seq, branch, id64, kind, room_no, author_no,"
        " class, shown, sort_ms, time_certain, age_s, lived_s, exact)"
        " VALUES (?, 1, ?, 0, ?, ?, 1, 1, 1, ?, 7, 1, 0, 0, ?)",
        (arrival, arrival, id64(envelope.id), envelope.payload.kind, shown, envelope.exact),
    )
