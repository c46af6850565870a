"""Authors that continue each other are shown as one person, whatever arrived first."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE, VerifyKey
from node.protocol.keys import SigningKey, fingerprint
from node.protocol.limits import MAX_CARRY_KEYS, MAX_CHAIN_LINKS
from node.store import continuations, effects, schema
from node.store.connection import open_reader, open_writer
from node.store.numbers import author_number
from node.store.persons import MAX_SPEAKERS, Persons
from node.store.store import Store
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.unit.store.conftest import Take, connection_of
from tests.unit.store.profiles import chain, declares, key_of

pytestmark = pytest.mark.anyio

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def person_of(path: Path) -> Callable[[RemoteAuthor], VerifyKey]:
    def run(author: RemoteAuthor) -> VerifyKey:
        with closing(open_reader(path)) as db:
            return Persons(db).of(key_of(author))

    return run


PersonOf = Callable[[RemoteAuthor], VerifyKey]


async def test_a_message_shows_person_and_fingerprint_of_the_oldest_author(
    store: Store, take: Take
) -> None:
    authors, profiles = chain(2)
    await take([*profiles, authors[2].says("here"), authors[0].says("there")])
    shown = await store.newest(EVERYONE, 10, None)
    ids = {message.author.id for message in shown}
    assert ids == {key_of(authors[2]).hex(), key_of(authors[0]).hex()}
    assert {m.author.person for m in shown} == {key_of(authors[0]).hex()}
    assert {m.author.fingerprint for m in shown} == {fingerprint(key_of(authors[0]))}


async def test_a_claim_waits_for_the_key_that_proves_it(take: Take, person_of: PersonOf) -> None:
    (old, new), (of_old, of_new) = chain(1)
    await take([of_new])
    assert person_of(new) == key_of(new)
    await take([of_old])
    assert person_of(new) == key_of(old)


async def test_a_proof_by_a_key_that_was_never_published_proves_nothing(
    take: Take, person_of: PersonOf
) -> None:
    old, new = RemoteAuthor("old"), RemoteAuthor("new")
    await take([declares(old, carry=old.key), declares(new, continues=(old, new.key))])
    assert person_of(new) == key_of(new)
    await take([declares(new, continues=(old, old.key))])
    assert person_of(new) == key_of(old)


async def test_an_older_carry_key_still_proves_until_eight_newer_ones_are_there(
    take: Take, person_of: PersonOf
) -> None:
    old, new = RemoteAuthor("old"), RemoteAuthor("new")
    keys = [SigningKey(bytes([number]) * 32) for number in range(1, MAX_CARRY_KEYS + 2)]
    await take([declares(new, continues=(old, keys[0]))])
    for key in keys[:-1]:
        await take([declares(old, carry=key)])
        assert person_of(new) == key_of(old)
    await take([declares(old, carry=keys[-1])])
    assert person_of(new) == key_of(new)
    await take([declares(old, carry=keys[0])])
    assert person_of(new) == key_of(old)


async def test_a_carry_key_counts_from_when_it_was_published_last(
    take: Take, person_of: PersonOf
) -> None:
    old, new = RemoteAuthor("old"), RemoteAuthor("new")
    keys = [SigningKey(bytes([number]) * 32) for number in range(1, MAX_CARRY_KEYS + 2)]
    first, *others = [declares(old, carry=key) for key in keys]
    again = declares(old, carry=keys[0])
    await take([again, first, *others, declares(new, continues=(old, keys[0]))])
    assert person_of(new) == key_of(old)


async def test_only_the_newest_profile_claims_and_disowns(take: Take, person_of: PersonOf) -> None:
    old, new = RemoteAuthor("old"), RemoteAuthor("new")
    first = declares(new, continues=(old, old.key))
    second = declares(new)
    disowns, forgives = declares(old, carry=old.key, not_me=[new]), declares(old)
    await take([second, first, forgives, disowns])
    assert person_of(new) == key_of(new)
    await take([declares(new, continues=(old, old.key))])
    assert person_of(new) == key_of(old)
    await take([declares(old, not_me=[new])])
    assert person_of(new) == key_of(new)


async def test_a_crowd_of_waiting_continuations_is_checked_a_few_at_once_and_all_in_the_end(
    store: Store, take: Take, path: Path, person_of: PersonOf
) -> None:
    old = RemoteAuthor("old")
    crowd = [RemoteAuthor(f"crowd {number}") for number in range(continuations.CHECKED_AT_ONCE + 3)]
    await take([declares(each, continues=(old, each.key)) for each in crowd])
    last = RemoteAuthor("last")
    await take([declares(last, continues=(old, old.key))])

    def one_profile(tx: Any) -> tuple[int, int]:  # noqa: ANN401 - the store's own transaction
        db = connection_of(tx)
        envelope = declares(old, carry=old.key)
        effects.take_effect(db, envelope, author_number(db, key_of(old)), 1)
        due = db.execute("SELECT count(*) FROM continuation_check").fetchone()[0]
        held = db.execute("SELECT count(*) FROM continuation WHERE key NOT NULL").fetchone()[0]
        return due, held

    assert await store.write(one_profile) == (1, 0)

    async def holds() -> bool:
        return person_of(last) == key_of(old)

    await eventually(holds)
    with closing(open_reader(path)) as db:
        assert db.execute("SELECT count(*) FROM continuation_check").fetchone() == (0,)


async def test_speakers_are_the_authors_of_the_person_oldest_first_and_no_one_else(
    store: Store, take: Take
) -> None:
    authors, profiles = chain(2)
    thief, stranger = RemoteAuthor("thief"), RemoteAuthor("stranger")
    await take([
        *profiles,
        declares(thief, continues=(authors[1], authors[1].key)),
        declares(stranger, continues=(authors[1], stranger.key)),
    ])  # fmt: skip
    speakers = await store.speakers(key_of(authors[2]))
    assert [s.id for s in speakers[:2]] == [key_of(a).hex() for a in authors[:2]]
    assert {s.id for s in speakers[2:]} == {key_of(authors[2]).hex(), key_of(thief).hex()}
    assert [(s.name, s.here) for s in speakers[:1]] == [("box 0", False)]
    assert speakers[0].fingerprint == fingerprint(key_of(authors[0]))
    await take([declares(authors[0], not_me=[thief])])
    assert key_of(thief).hex() not in {s.id for s in await store.speakers(key_of(authors[2]))}


async def test_a_thief_of_a_secret_cannot_make_the_list_of_speakers_endless(
    store: Store, take: Take
) -> None:
    old = RemoteAuthor("old")
    crowd = [RemoteAuthor(f"thief {number}") for number in range(MAX_SPEAKERS + 5)]
    await take([declares(old, carry=old.key)])
    await take([declares(each, continues=(old, old.key)) for each in crowd])
    speakers = await store.speakers(key_of(old))
    assert len(speakers) == MAX_SPEAKERS
    assert speakers[0].id == key_of(old).hex()


async def test_authors_loaded_one_after_the_other_are_the_persons_they_are_together(
    take: Take, path: Path
) -> None:
    authors, profiles = chain(MAX_CHAIN_LINKS + 3)
    cut = declares(authors[0], carry=authors[0].key, not_me=[authors[5]])
    await take([*profiles, cut])
    keys = [key_of(author) for author in authors]
    with closing(open_reader(path)) as db:
        together = Persons(db)
        together.load(keys)
        apart = Persons(db)
        assert [apart.of(key) for key in keys] == [together.of(key) for key in keys]
        assert [Persons(db).of(key) for key in reversed(keys)] == [
            together.of(key) for key in reversed(keys)
        ]


def test_profiles_of_a_file_made_before_persons_count_after_the_update(tmp_path: Path) -> None:
    from sqlite_utils import Database  # noqa: PLC0415 - not needed by any other test

    from node.store import migrations  # noqa: PLC0415

    (old, new), (of_old, of_new) = chain(1)
    last = declares(old, not_me=[RemoteAuthor("other")])
    with closing(open_writer(tmp_path / "old.db")) as db:
        before = vars(migrations)["_steps"]
        before.apply(Database(db, recursive_triggers=False), stop_before="g_persons")
        for number, profile in enumerate([of_new, last, of_old], 1):
            _keep_as_before(db, number, profile)
        schema.ensure(db)
        assert Persons(db).of(key_of(new)) == key_of(old)
        denied = db.execute("SELECT denied FROM disowned").fetchall()
        assert denied == [(key_of(RemoteAuthor("other")),)]
        assert continuations.read_profile(db, key_of(old)).carry_key == key_of(old)


def _keep_as_before(db: sqlite3.Connection, number: int, profile: Envelope) -> None:
    """Keep a profile as the release before persons did: its name alone has an effect."""
    author_no, stamp = author_number(db, profile.payload.author), effects.stamp_of(profile)
    raise_to = "UPDATE author SET stamp = max(stamp, ?) WHERE author_no = ?"
    db.execute(raise_to, (stamp, author_no))
    db.execute(
        "INSERT INTO envelope (arrival, log_no, seq, branch, id64, kind, room_no, author_no, class,"
        " shown, sort_ms, time_certain, age_s, lived_s, exact)"
        " VALUES (?, 1, ?, 0, 0, 1, 1, ?, 1, 0, 0, 1, 0, 0, ?)",
        (number, number, author_no, profile.exact),
    )


CROWD = 200
RUNS = 11


@pytest.mark.parametrize(
    ("denied", "most"), [(0, 4.0), (64, 16.0)], ids=["chains", "chains full of denials"]
)
async def test_persons_behind_long_chains_cost_a_bounded_multiple_of_the_plain_messages(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch, denied: int, most: float
) -> None:
    nobody = [RemoteAuthor(f"nobody {number}") for number in range(denied)]
    for number in range(CROWD):
        authors, profiles = chain(MAX_CHAIN_LINKS, f"p{number}", not_me=nobody)
        await take([*profiles, authors[-1].says("hello")])

    async def read_s() -> float:
        began_s = perf_counter()
        messages = await store.newest(EVERYONE, CROWD, None)
        taken_s = perf_counter() - began_s
        assert len(messages) == CROWD
        return taken_s

    def nothing(_: Persons, __: object) -> None:
        pass

    def itself(_: Persons, author: VerifyKey) -> VerifyKey:
        return author

    whole_s, plain_s = list[float](), list[float]()
    for _ in range(RUNS):  # in turns: the machine's other work hits both alike
        whole_s.append(await read_s())
        with monkeypatch.context() as without:
            without.setattr(Persons, "load", nothing)
            without.setattr(Persons, "of", itself)
            plain_s.append(await read_s())
    assert min(whole_s) < most * min(plain_s), (min(whole_s), min(plain_s))
