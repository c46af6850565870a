"""The list of people: each once, the newest first, found by name, place and text."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from node.contract.cursors import Cursor
from node.contract.people import CheckIn, CheckInPage
from node.contract.problems import CURSOR, RefusedError
from node.protocol.ids import VerifyKey
from node.protocol.keys import fingerprint
from node.protocol.kinds import Category
from node.protocol.limits import MIN_TTL_S
from node.store import checkin_reads, persons
from node.store.store import Store
from tests.fakes.authors import RemoteAuthor
from tests.fakes.check_ins import carried, checks_in
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import Take, connection_of

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]

ALL = 200


def arrival_of(store: Store, page: CheckInPage) -> int:
    assert page.next is not None
    return Cursor.parse(page.next, store.incarnation).arrival


async def everything(
    store: Store, category: Category | None = None, words: str | None = None, limit: int = ALL
) -> list[CheckIn]:
    items: list[CheckIn] = []
    before: int | None = None
    while True:
        page = await store.check_ins(words, category, limit, before)
        items += page.items
        if page.next is None:
            return items
        before = arrival_of(store, page)


def names(items: Sequence[CheckIn]) -> list[str]:
    return [item.name for item in items]


async def test_an_item_says_who_what_where_and_when(store: Store, take: Take) -> None:
    ana = RemoteAuthor("Ana\u202e\u0007")
    said = checks_in(ana, Category.HELP, "Water, please", "Gym 3")
    await take([ana.introduces(), said])
    (item,) = await everything(store)
    key = ana.key.verify_key
    assert item == CheckIn(
        person=key.hex(),
        name="Ana",
        fingerprint=fingerprint(key),
        category="help",
        text="Water, please",
        place="Gym 3",
        sort_ms=said.payload.hlc >> 16,
        time_certain=True,
        message_id=said.id.hex(),
    )


@pytest.mark.parametrize(
    ("category", "found"),
    [
        (None, ["Ben", "Ana"]),
        (Category.SAFE, ["Ana"]),
        (Category.HELP, ["Ben"]),
        (Category.LOOKING, ["Ana"]),
        (Category.OFFER, ["Cem"]),
        (Category.INFO, []),
    ],
)
async def test_a_person_is_listed_under_the_last_word_of_each_matter(
    store: Store, take: Take, category: Category | None, found: list[str]
) -> None:
    ana, ben, cem = RemoteAuthor("Ana"), RemoteAuthor("Ben"), RemoteAuthor("Cem")
    await take([each.introduces() for each in (ana, ben, cem)])
    await take([
        checks_in(ana, Category.HELP), checks_in(ben, Category.SAFE),
        checks_in(ana, Category.SAFE), checks_in(ben, Category.HELP),
        checks_in(ana, Category.LOOKING), checks_in(cem, Category.OFFER),
    ])  # fmt: skip
    assert names(await everything(store, category)) == found


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_hold_everybody_once_the_newest_first(
    store: Store, take: Take, limit: int
) -> None:
    authors = [RemoteAuthor(f"P{number}") for number in range(7)]
    await take([each.introduces() for each in authors])
    await take([checks_in(each, Category.SAFE) for each in authors])
    await take([checks_in(authors[2], Category.HELP)])
    expected = ["P2", "P6", "P5", "P4", "P3", "P1", "P0"]
    assert names(await everything(store, limit=limit)) == expected


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("jose", ["José"]),
        ("JOSÉ gym", ["José"]),
        ("gym", ["José", "Ana"]),
        ("water", ["Ana"]),
        ("ana water gym", ["Ana"]),
        ("wat", ["Ana"]),
        ("ater", []),
        ("ana beds", []),
        ("' OR 1=1 --", []),
        ("%", []),
        ("...", []),
    ],
)
async def test_people_are_found_by_every_word_of_name_place_and_text(
    store: Store, take: Take, words: str, found: list[str]
) -> None:
    ana, jose = RemoteAuthor("Ana"), RemoteAuthor("José")
    await take([ana.introduces(), jose.introduces()])
    await take([
        checks_in(ana, Category.HELP, "We need water.", "Gym 3"),
        checks_in(jose, Category.SAFE, "Beds in the gym", "School"),
    ])  # fmt: skip
    assert names(await everything(store, words=words)) == found


@pytest.mark.parametrize("order", itertools.permutations(range(4)))
async def test_a_carried_person_is_one_with_the_newest_word_of_all_its_authors(
    store: Store, take: Take, order: Sequence[int]
) -> None:
    old, new = RemoteAuthor("Ana"), RemoteAuthor("Ana B")
    first, profiles = checks_in(old, Category.HELP), carried(old, new)
    arriving = [first, *profiles, checks_in(new, Category.SAFE, "later")]
    await take([arriving[number] for number in order])
    (item,) = await everything(store)
    assert (item.person, item.text) == (old.key.verify_key.hex(), "later")
    assert item.fingerprint == fingerprint(old.key.verify_key)
    assert await everything(store, Category.HELP) == []


async def test_whoever_only_claims_to_continue_somebody_is_another_person(
    store: Store, take: Take
) -> None:
    ana, liar = RemoteAuthor("Ana"), RemoteAuthor("Liar")
    await take(carried(ana, liar, truly=False))
    await take([checks_in(ana, Category.HELP), checks_in(liar, Category.SAFE)])
    assert names(await everything(store)) == ["Liar", "Ana"]
    assert names(await everything(store, Category.HELP)) == ["Ana"]


async def test_a_person_of_more_authors_than_are_listed_is_on_a_page_once(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persons, "MAX_SPEAKERS", 1)
    old, new = RemoteAuthor("Ana"), RemoteAuthor("Ana B")
    await take([*carried(old, new), checks_in(old, Category.HELP), checks_in(new, Category.SAFE)])
    assert len(await everything(store)) == 1


async def test_a_search_for_nobody_goes_on_over_several_answers(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkin_reads, "MAX_LOOKED_AT", 3)
    authors = [RemoteAuthor(f"P{number}") for number in range(7)]
    await take([each.introduces() for each in authors])
    await take([checks_in(each, Category.SAFE) for each in authors])
    page = await store.check_ins("p0", None, ALL, None)
    assert page.items == []
    assert arrival_of(store, page) == 7 + 5  # profiles, and those not looked at yet
    assert names(await everything(store, words="p0")) == ["P0"]
    assert len(await everything(store)) == 7


async def test_a_crowd_of_authors_of_one_person_is_looked_up_over_several_answers(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkin_reads, "MAX_RESOLVED", 2)
    authors = [RemoteAuthor(f"P{number}") for number in range(7)]
    await take([checks_in(each, Category.SAFE) for each in authors])
    page = await store.check_ins(None, None, ALL, None)
    assert len(page.items) == 3
    assert len(await everything(store)) == 7


async def test_long_texts_are_spread_over_pages(
    store: Store, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkin_reads, "MAX_PAGE_BYTES", 1000)
    for number in range(4):
        await take([checks_in(RemoteAuthor(f"P{number}"), Category.SAFE, "x" * 600)])
    assert len((await store.check_ins(None, None, ALL, None)).items) == 2
    assert len(await everything(store)) == 4


async def test_a_cursor_holds_when_its_person_has_written_again_and_not_when_it_has_expired(
    store: Store, take: Take, clock: FakeClock
) -> None:
    ana, ben, cem = RemoteAuthor("Ana"), RemoteAuthor("Ben"), RemoteAuthor("Cem")
    await take([each.introduces() for each in (ana, ben, cem)])
    said = [checks_in(ana, Category.SAFE), checks_in(ben, Category.SAFE, ttl_s=MIN_TTL_S)]
    await take([*said, checks_in(cem, Category.SAFE)])
    end = arrival_of(store, await store.check_ins(None, None, 2, None))  # at Ben
    await take([checks_in(ben, Category.HELP)])
    assert names((await store.check_ins(None, None, ALL, end)).items) == ["Ana"]
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    with pytest.raises(RefusedError) as refused:
        await store.check_ins(None, None, ALL, end)
    assert refused.value.problem is CURSOR


async def test_a_damaged_message_is_left_out(store: Store, take: Take) -> None:
    ana, ben = RemoteAuthor("Ana"), RemoteAuthor("Ben")
    await take([ana.introduces(), ben.introduces()])
    await take([checks_in(ana, Category.SAFE), checks_in(ben, Category.SAFE)])
    delete = "DELETE FROM envelope WHERE arrival = 4"
    await store.write(lambda tx: connection_of(tx).execute(delete).rowcount)
    assert names(await everything(store)) == ["Ana"]


async def test_an_author_nobody_has_heard_the_name_of_is_listed_without_one(
    store: Store, take: Take
) -> None:
    ana = RemoteAuthor("Ana")
    await take([checks_in(ana, Category.SAFE)])
    (item,) = await everything(store)
    assert item.name == ""
    assert VerifyKey(bytes.fromhex(item.person)) == ana.key.verify_key


async def test_a_search_finds_who_looks_for_a_name_and_a_list_does_not(
    store: Store, take: Take
) -> None:
    ana, ben = RemoteAuthor("Ana"), RemoteAuthor("Ben")
    await take([
        ana.introduces(),
        ben.introduces(),
        checks_in(ana, Category.SAFE, "We are all well."),
        checks_in(ben, Category.LOOKING, "I look for Ana and her son."),
        checks_in(ben, Category.SAFE, "I am safe."),
    ])  # fmt: skip
    found = await everything(store, words="ana")
    assert [(item.name, item.category) for item in found] == [("Ben", "looking"), ("Ana", "safe")]
    listed = await everything(store)
    assert sorted(item.category for item in listed) == ["safe", "safe"]
    assert names(await everything(store, Category.SAFE, "ana")) == ["Ana"]
    assert [item.text for item in await everything(store, words="ana", limit=1)] == [
        "I look for Ana and her son.",
        "We are all well.",
    ]
