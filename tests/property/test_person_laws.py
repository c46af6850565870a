"""Whatever order profiles arrive in, a store says the same of who is who."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.protocol.carry import prove, proves
from node.protocol.ids import VerifyKey
from node.protocol.keys import SigningKey
from node.protocol.kinds import Profile
from node.protocol.persons import Continuations, line_of
from node.store import continuations, persons, schema
from node.store.connection import open_writer
from node.store.numbers import author_number
from node.store.persons import Persons
from tests.property.strategies import counterexample

AUTHORS = [SigningKey(bytes([number]) * 32) for number in range(1, 6)]
KEPT = 2
"""Carry keys remembered in this world, so that they are forgotten and come again all the time."""
CARRY_KEYS = [SigningKey(bytes([number]) * 32) for number in range(100, 104)]
KEYS = [author.verify_key for author in AUTHORS]
TABLES = ("author", "carry_key", "claim", "continuation_check", "disowned")

Stamped = tuple[int, bytes, Profile]
"""Who says it, when, and what."""


@st.composite
def _profiles(draw: st.DrawFn) -> Stamped:
    who = draw(st.sampled_from(range(len(AUTHORS))))
    carry = draw(st.none() | st.sampled_from(CARRY_KEYS))
    continues = None
    if draw(st.booleans()):
        old, key = draw(st.sampled_from(KEYS)), draw(st.sampled_from(CARRY_KEYS))
        continues = old, prove(key, old, KEYS[who])
    not_me = tuple(draw(st.sets(st.sampled_from(KEYS), max_size=2)))
    public = None if carry is None else carry.verify_key
    stamp = draw(st.integers(0, 2**64 - 1)).to_bytes(8, "big")
    return who, stamp + bytes([who]), Profile(f"author {who}", public, continues, not_me)


scripts = st.lists(_profiles(), max_size=40, unique_by=lambda stamped: stamped[1])


@pytest.fixture(autouse=True)
def few_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(continuations, "MAX_CARRY_KEYS", KEPT)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("persons") / "node.db"
    with closing(open_writer(path)) as opened:
        schema.ensure(opened)
        opened.execute("PRAGMA synchronous=OFF")
        yield opened


def _stored(db: sqlite3.Connection, script: Sequence[Stamped]) -> list[VerifyKey]:
    """Return the person of each author after ``script`` arrived in an empty store."""
    db.execute("BEGIN")
    try:
        for who, stamp, profile in script:
            author_no = author_number(db, KEYS[who])
            query = "SELECT stamp FROM author WHERE author_no = ?"
            newest = stamp > db.execute(query, (author_no,)).fetchone()[0]
            if newest:
                update = "UPDATE author SET stamp = ? WHERE author_no = ?"
                db.execute(update, (stamp, author_no))
            continuations.note_profile(db, author_no, profile, stamp, newest=newest)
        while continuations.check_some(db):
            pass
        who_is = Persons(db)
        return [who_is.of(key) for key in KEYS]
    finally:
        db.execute("ROLLBACK")


def _said(script: Sequence[Stamped]) -> list[VerifyKey]:
    """Return the same from nothing but the set of what was said."""
    published: dict[int, dict[VerifyKey, bytes]] = {}
    newest: dict[int, tuple[bytes, Profile]] = {}
    for who, stamp, profile in script:
        newest[who] = max(newest.get(who, (b"", profile)), (stamp, profile), key=lambda p: p[0])
        if profile.carry_key is not None:
            keys = published.setdefault(who, {})
            keys[profile.carry_key] = max(keys.get(profile.carry_key, b""), stamp)
    links: dict[VerifyKey, VerifyKey] = {}
    for who, (_, profile) in newest.items():
        if profile.continues is None:
            continue
        old, proof = profile.continues
        keys = published.get(KEYS.index(old), {})
        remembered = sorted(keys, key=lambda key: keys[key])[-KEPT:]
        if any(proves(key, old, KEYS[who], proof) for key in remembered):
            links[KEYS[who]] = old
    disowned = {KEYS[who]: profile.not_me for who, (_, profile) in newest.items()}
    return [line_of(key, Continuations(links, disowned))[-1] for key in KEYS]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scripts, st.randoms())
def test_two_stores_say_the_same_whatever_arrived_first(
    db: sqlite3.Connection, script: list[Stamped], random: Random
) -> None:
    other = list(script)
    random.shuffle(other)
    assert _stored(db, script) == _stored(db, other) == _said(script)


def _look_at_none(db: sqlite3.Connection, *_: object) -> None:
    db.execute("DELETE FROM continuation_check")


@pytest.mark.parametrize(
    ("rule", "broken"), [("_check_slice", _look_at_none), ("MAX_CARRY_KEYS", KEPT + 1)]
)
def test_a_store_that_breaks_a_rule_is_found_out(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, rule: str, broken: object
) -> None:
    monkeypatch.setattr(continuations, rule, broken)
    counterexample(scripts, lambda script: _stored(db, script) != _said(script))


def test_a_store_that_counts_forgotten_keys_is_found_out(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    links: str = vars(persons)["_LINKS"]
    remembered: str = vars(persons)["_ABOVE"]
    wrong = "(SELECT old_no FROM continuation AS c WHERE c.key NOT NULL AND c.author_no = {})"
    for whose in ("value", "up.above"):
        links = links.replace(remembered.format(whose), wrong.format(whose))
    monkeypatch.setattr(persons, "_LINKS", links)
    counterexample(scripts, lambda script: _stored(db, script) != _said(script))
