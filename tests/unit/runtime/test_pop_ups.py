"""Sessions in the address of a page: begun once, bound to the phone, over when they are over."""

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from node.contract.problems import CONFLICT, INVALID, REFUSED, WORDS, Problem, RefusedError
from node.protocol.carry import SECRET_BYTES
from node.protocol.ids import EVERYONE
from node.protocol.keys import fingerprint
from node.runtime.messages import Post
from node.runtime.pop_ups import LIFE_S, PopUp
from node.runtime.sessions import token_hash
from node.store import sessions
from node.store.connection import open_reader
from tests.unit.runtime.boxes import SomeBox, author_of, open_box

pytestmark = pytest.mark.anyio

PHONE, OTHER = "10.83.73.20", "10.83.73.21"


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[SomeBox]:
    async with open_box(tmp_path / "node.db") as opened:
        yield opened


async def _enter(box: SomeBox, name: str = "Ana", address: str = PHONE) -> PopUp:
    return await box.node.pop_ups.enter(box.node.pop_ups.ticket(address), address, name)


async def _refused(box: SomeBox, ticket: str, address: str = PHONE) -> Problem:
    before = box.count_profiles()
    with pytest.raises(RefusedError) as refused:
        await box.node.pop_ups.enter(ticket, address, "Ana")
    assert box.count_profiles() == before
    return refused.value.problem


async def test_a_ticket_begins_a_session_that_is_found_at_its_own_address(box: SomeBox) -> None:
    pop_up = await _enter(box)
    assert pop_up.user.name == "Ana"
    assert await box.node.pop_ups.find(pop_up.id, PHONE) == pop_up
    assert await box.node.pop_ups.find(pop_up.id, OTHER) is None
    session = await box.node.people.session(pop_up.token)
    assert session is not None
    assert session.user == pop_up.user
    await box.node.messages.post(pop_up.user, EVERYONE, Post("hello"))


async def test_a_form_sent_twice_lands_in_one_session_with_one_profile(box: SomeBox) -> None:
    ticket = box.node.pop_ups.ticket(PHONE)
    first = await box.node.pop_ups.enter(ticket, PHONE, "Ana")
    assert await box.node.pop_ups.enter(ticket, PHONE, "Ana B") == first
    assert box.count_profiles() == 1
    assert (await _enter(box)).id != first.id


async def test_a_form_sent_again_after_a_restart_lands_in_the_same_session(tmp_path: Path) -> None:
    async with open_box(tmp_path / "node.db", 1) as box:
        ticket = box.node.pop_ups.ticket(PHONE)
        first = await box.node.pop_ups.enter(ticket, PHONE, "Ana")
    async with open_box(tmp_path / "node.db", 2) as box:
        again = await box.node.pop_ups.enter(ticket, PHONE, "Ana")
        assert (again.id, again.token, again.user) == (first.id, first.token, first.user)


def _flipped(ticket: str, at: int) -> str:
    return f"{ticket[:at]}{int(ticket[at], 16) ^ 1:x}{ticket[at + 1 :]}"


@pytest.mark.parametrize("at", [0, 31, 33, 39, 40, 71])
async def test_a_forged_ticket_begins_nothing(box: SomeBox, at: int) -> None:
    ticket = box.node.pop_ups.ticket(PHONE)
    assert await _refused(box, _flipped(ticket, at)) is REFUSED


@pytest.mark.parametrize("ticket", ["", "0" * 72, "x" * 72, "0" * 73, "\ud800"])
async def test_what_is_no_ticket_begins_nothing(box: SomeBox, ticket: str) -> None:
    assert await _refused(box, ticket) is REFUSED
    assert not box.node.pop_ups.is_own(ticket, PHONE)


async def test_a_ticket_is_no_good_at_another_address(box: SomeBox) -> None:
    ticket = box.node.pop_ups.ticket(PHONE)
    assert await _refused(box, ticket, OTHER) is REFUSED
    assert box.node.pop_ups.is_own(ticket, PHONE)
    assert not box.node.pop_ups.is_own(ticket, OTHER)


async def test_another_box_does_not_take_the_ticket(box: SomeBox, tmp_path: Path) -> None:
    async with open_box(tmp_path / "other.db", 1) as other:
        assert await _refused(other, box.node.pop_ups.ticket(PHONE)) is REFUSED


async def test_session_and_ticket_live_a_day_of_power_and_the_cookie_goes_on(box: SomeBox) -> None:
    ticket = box.node.pop_ups.ticket(PHONE)
    pop_up = await _enter(box)
    box.clock.now_ms += 10 * LIFE_S * 1000
    assert await box.node.pop_ups.find(pop_up.id, PHONE) == pop_up
    box.clock.pass_s(LIFE_S - 1)
    assert await box.node.pop_ups.find(pop_up.id, PHONE) == pop_up
    assert box.node.pop_ups.is_own(ticket, PHONE)
    box.clock.pass_s(1)
    assert await box.node.pop_ups.find(pop_up.id, PHONE) is None
    assert await _refused(box, ticket) is REFUSED
    await _enter(box, "Bo")
    assert await box.node.people.session(pop_up.token) is not None


async def test_the_rows_of_old_sessions_are_dropped_a_few_at_once(
    box: SomeBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SLICE", 2)
    for _ in range(3):
        await _enter(box)

    def rows() -> int:
        with closing(open_reader(box.path)) as db:
            return int(db.execute("SELECT count(*) FROM session").fetchone()[0])

    assert rows() == 3
    box.clock.pass_s(LIFE_S)
    await _enter(box)
    assert rows() == 2
    await _enter(box)
    assert rows() == 2


@pytest.mark.parametrize("id_", ["", "0" * 32, "0" * 64, "x" * 32, "\ud800"])
async def test_what_is_no_session_is_not_found(box: SomeBox, id_: str) -> None:
    await _enter(box)
    assert await box.node.pop_ups.find(id_, PHONE) is None


async def test_the_id_in_the_address_is_no_secret_of_a_cookie(box: SomeBox) -> None:
    pop_up = await _enter(box)
    assert await box.node.people.session(pop_up.id) is None
    assert await box.store.user_of_session(token_hash(pop_up.id)) is None
    assert await box.node.pop_ups.find(pop_up.token[:32], PHONE) is None


async def test_a_name_that_shows_nothing_begins_nothing_and_the_ticket_is_still_good(
    box: SomeBox,
) -> None:
    ticket = box.node.pop_ups.ticket(PHONE)
    with pytest.raises(RefusedError) as refused:
        await box.node.pop_ups.enter(ticket, PHONE, "\u202e")
    assert refused.value.problem is INVALID
    assert (await box.node.pop_ups.enter(ticket, PHONE, "Ana")).user.name == "Ana"


async def test_the_language_is_remembered(box: SomeBox) -> None:
    pop_up = await _enter(box)
    assert pop_up.lang is None
    await box.node.pop_ups.set_lang(pop_up, "ar")
    found = await box.node.pop_ups.find(pop_up.id, PHONE)
    assert found is not None
    assert found.lang == "ar"


async def test_a_secret_at_home_opens_the_person_it_was_drawn_for(box: SomeBox) -> None:
    ana = await box.newcomer()
    secret = await box.node.carrying.draw(ana)
    ticket, profiles = box.node.pop_ups.ticket(PHONE), box.count_profiles()
    pop_up = await box.node.pop_ups.enter_carried(ticket, PHONE, secret, None)
    assert pop_up.user.id == ana.user.id
    assert await box.node.pop_ups.enter_carried(ticket, PHONE, secret, author_of(ana)) == pop_up
    assert box.count_profiles() == profiles
    session = await box.node.people.session(pop_up.token)
    assert session is not None
    assert session.user.id == ana.user.id


async def test_a_wrong_secret_opens_nobody_at_home(box: SomeBox) -> None:
    ana = await box.newcomer()
    await box.node.carrying.draw(ana)
    for author in (author_of(ana), None):
        ticket = box.node.pop_ups.ticket(PHONE)
        with pytest.raises(RefusedError) as refused:
            await box.node.pop_ups.enter_carried(ticket, PHONE, bytes(SECRET_BYTES), author)
        assert refused.value.problem is WORDS


@pytest.mark.parametrize("known_before", [True, False])
async def test_a_secret_elsewhere_makes_a_new_author_of_the_same_person(
    box: SomeBox, tmp_path: Path, *, known_before: bool
) -> None:
    ana = await box.newcomer()
    secret = await box.node.carrying.draw(ana)
    async with open_box(tmp_path / "other.db", 2) as other:
        if known_before:
            await box.brings_all_to(other)
        ticket = other.node.pop_ups.ticket(PHONE)
        pop_up = await other.node.pop_ups.enter_carried(ticket, PHONE, secret, author_of(ana))
        assert pop_up.user.id != ana.user.id
        assert pop_up.user.name == ("Ana" if known_before else fingerprint(author_of(ana)))
        again = await other.node.pop_ups.enter_carried(ticket, PHONE, secret, author_of(ana))
        assert again == pop_up
        await box.brings_all_to(other)
        found = await other.node.pop_ups.find(pop_up.id, PHONE)
        assert found is not None
        assert found.user.person == ana.user.id


async def test_a_copied_carry_key_opens_nobody_when_no_author_is_named(
    box: SomeBox, tmp_path: Path
) -> None:
    ana, eve = await box.newcomer(), await box.newcomer("Eve")
    secret = await box.node.carrying.draw(ana)
    key = await box.store.write(lambda tx: tx.carry_keys(author_of(ana))[0])
    await box.node.people.introduce("Eve", bytes(key), eve)
    async with open_box(tmp_path / "other.db", 2) as other:
        await box.brings_all_to(other)
        ticket = other.node.pop_ups.ticket(PHONE)
        with pytest.raises(RefusedError) as refused:
            await other.node.pop_ups.enter_carried(ticket, PHONE, secret, None)
        assert refused.value.problem is CONFLICT


async def test_somebody_known_gets_a_session_of_their_own_once_for_each_ticket(
    box: SomeBox,
) -> None:
    ana = await box.newcomer()
    ticket, profiles = box.node.pop_ups.ticket(PHONE), box.count_profiles()
    pop_up = await box.node.pop_ups.enter_as(ticket, PHONE, ana.user)
    assert await box.node.pop_ups.enter_as(ticket, PHONE, ana.user) == pop_up
    assert await box.node.pop_ups.find(pop_up.id, PHONE) == pop_up
    assert (pop_up.user, box.count_profiles()) == (ana.user, profiles)
    for token in (ana.token, pop_up.token):
        session = await box.node.people.session(token)
        assert session is not None
        assert session.user == ana.user
    with pytest.raises(RefusedError) as refused:
        await box.node.pop_ups.enter_as(box.node.pop_ups.ticket(OTHER), PHONE, ana.user)
    assert refused.value.problem is REFUSED


async def test_only_the_phone_it_was_on_is_told_that_a_session_went_on_elsewhere(
    box: SomeBox,
) -> None:
    pop_up = await _enter(box)
    assert not await box.node.pop_ups.went_on(pop_up.id, PHONE)
    words = await box.node.handovers.offer(pop_up.user, pop_up)
    await box.node.handovers.redeem(words, OTHER)
    assert await box.node.pop_ups.went_on(pop_up.id, PHONE)
    assert not await box.node.pop_ups.went_on(pop_up.id, OTHER)
    assert not await box.node.pop_ups.went_on("x", PHONE)
    box.clock.pass_s(LIFE_S)
    assert not await box.node.pop_ups.went_on(pop_up.id, PHONE)
