"""Carrying a person: one person on many boxes, found again at home, and nobody else's."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from node.contract.people import User
from node.contract.problems import CONFLICT, REFUSED, WORDS, Problem, RefusedError
from node.protocol.carry import SECRET_BYTES, carry_key, prove
from node.protocol.ids import EVERYONE, VerifyKey
from node.protocol.keys import SigningKey
from node.protocol.limits import MAX_NOT_ME
from node.runtime.messages import Post
from node.runtime.sessions import Session
from tests.unit.runtime.boxes import SomeBox, author_of, open_box, session_of

pytestmark = pytest.mark.anyio

PAGE_KEY = SigningKey(b"p" * 32)
"""A carry key that a phone's page drew."""


@pytest.fixture
async def gym(tmp_path: Path) -> AsyncIterator[SomeBox]:
    async with open_box(tmp_path / "gym.db", 1) as box:
        yield box


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[SomeBox]:
    async with open_box(tmp_path / "hall.db", 2) as box:
        yield box


@pytest.fixture
async def ana(gym: SomeBox) -> Session:
    session = await gym.newcomer()
    await gym.node.people.introduce("Ana", bytes(PAGE_KEY.verify_key), session)
    return session


async def _user(box: SomeBox, session: Session) -> User:
    found = await box.node.people.session(session.token)
    assert found is not None
    return found.user


def _proof(ana: Session, new: Session) -> bytes:
    return prove(PAGE_KEY, author_of(ana), author_of(new))


async def _refused(
    problem: Problem, box: SomeBox, session: Session, author: VerifyKey | None, **by: bytes
) -> None:
    with pytest.raises(RefusedError) as refused:
        await box.node.carrying.carry(session, author, **by)
    assert refused.value.problem is problem


@pytest.mark.parametrize("known_before", [True, False])
async def test_a_person_carried_by_proof_is_one_person_on_both_boxes_and_keeps_both_authors(
    gym: SomeBox, hall: SomeBox, ana: Session, *, known_before: bool
) -> None:
    if known_before:
        await gym.brings_all_to(hall)
    there = await hall.newcomer("Ana H")
    carried = await hall.node.carrying.carry(there, author_of(ana), proof=_proof(ana, there))
    assert (carried.user.id, carried.token) == (there.user.id, there.token)
    await gym.node.messages.post(ana.user, EVERYONE, Post("from the gym"))
    await hall.node.messages.post(there.user, EVERYONE, Post("from the hall"))
    await gym.brings_all_to(hall)
    await hall.brings_all_to(gym)
    for box in (gym, hall):
        page = await box.node.messages.page(EVERYONE, limit=10)
        assert {m.author.id for m in page.items} == {ana.user.id, there.user.id}
        assert {m.author.person for m in page.items} == {ana.user.id}
        assert {m.author.fingerprint for m in page.items} == {ana.user.fingerprint}
    shown = await _user(hall, there)
    assert (shown.person, shown.fingerprint) == (ana.user.id, ana.user.fingerprint)
    speakers = await hall.node.people.speakers(shown)
    assert [(s.id, s.here) for s in speakers] == [(ana.user.id, False), (there.user.id, True)]


async def test_a_secret_on_paper_carries_as_a_proof_does(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    secret = await gym.node.carrying.draw(ana)
    await gym.brings_all_to(hall)
    there = await hall.newcomer("Ana H")
    carried = await hall.node.carrying.carry(there, None, secret=secret)
    assert carried.user.person == ana.user.id
    assert len(secret) == SECRET_BYTES


async def test_the_same_carry_again_publishes_nothing_and_answers_the_same(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    await gym.brings_all_to(hall)
    there = await hall.newcomer()
    proof = _proof(ana, there)
    first = await hall.node.carrying.carry(there, author_of(ana), proof=proof)
    profiles = hall.count_profiles()
    assert await hall.node.carrying.carry(there, author_of(ana), proof=proof) == first
    assert hall.count_profiles() == profiles


async def test_a_claim_that_waits_is_published_once(hall: SomeBox, ana: Session) -> None:
    there = await hall.newcomer()
    proof = _proof(ana, there)
    first = await hall.node.carrying.carry(there, author_of(ana), proof=proof)
    profiles = hall.count_profiles()
    again = await hall.node.carrying.carry(there, author_of(ana), proof=proof)
    assert again == first
    assert again.user.person == there.user.id
    assert hall.count_profiles() == profiles


async def test_a_rename_keeps_carry_key_claim_and_denials(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    await gym.brings_all_to(hall)
    there = await hall.newcomer()
    secret = await hall.node.carrying.draw(there)
    await hall.node.carrying.carry(there, author_of(ana), proof=_proof(ana, there))
    thief = await gym.newcomer("Eve")
    await hall.brings_all_to(gym)
    await gym.node.carrying.carry(thief, author_of(there), secret=secret)
    await gym.brings_all_to(hall)
    await hall.node.carrying.drop(there, author_of(thief))
    renamed, _ = await hall.node.people.introduce("Ana B", None, there)
    assert (renamed.user.name, renamed.user.person) == ("Ana B", ana.user.id)
    await hall.brings_all_to(gym)
    assert (await _user(gym, thief)).person == thief.user.id
    other = await gym.newcomer("Ana C")
    carried = await gym.node.carrying.carry(other, author_of(there), secret=secret)
    assert carried.user.person == ana.user.id


async def test_a_carry_key_known_already_is_not_published_again(gym: SomeBox, ana: Session) -> None:
    await gym.node.carrying.draw(ana)
    profiles = gym.count_profiles()
    await gym.node.people.introduce("Ana", bytes(PAGE_KEY.verify_key), ana)
    assert gym.count_profiles() == profiles
    await gym.node.people.introduce("Ana", b"\x8a" * 32, ana)
    assert gym.count_profiles() == profiles + 1


@pytest.mark.parametrize("by_paper", [True, False])
async def test_at_home_the_old_person_is_found_again_without_a_new_profile(
    gym: SomeBox, ana: Session, *, by_paper: bool
) -> None:
    secret = await gym.node.carrying.draw(ana) if by_paper else None
    new = await gym.newcomer("Ana again")
    proof = None if by_paper else _proof(ana, new)
    profiles = gym.count_profiles()
    author = None if by_paper else author_of(ana)
    home = await gym.node.carrying.carry(new, author, proof=proof, secret=secret)
    assert home.user.id == ana.user.id
    assert home.token not in {ana.token, new.token}
    assert gym.count_profiles() == profiles
    assert (await _user(gym, session_of(home))).id == ana.user.id
    assert (await _user(gym, ana)).id == ana.user.id
    again = await gym.node.carrying.carry(new, author, proof=proof, secret=secret)
    assert again == home


async def test_at_home_a_proof_for_somebody_else_opens_nothing(gym: SomeBox, ana: Session) -> None:
    new, eve = await gym.newcomer("Ana again"), await gym.newcomer("Eve")
    await _refused(REFUSED, gym, eve, author_of(ana), proof=_proof(ana, new))
    wrong = prove(SigningKey(b"w" * 32), author_of(ana), author_of(eve))
    await _refused(REFUSED, gym, eve, author_of(ana), proof=wrong)
    await _refused(WORDS, gym, eve, author_of(ana), secret=bytes(SECRET_BYTES))
    assert (await _user(gym, eve)).person == eve.user.id


async def test_a_secret_nobody_published_is_not_known(gym: SomeBox) -> None:
    await gym.node.carrying.draw(await gym.newcomer())
    await _refused(WORDS, gym, await gym.newcomer(), None, secret=bytes(SECRET_BYTES))


async def test_a_copied_carry_key_makes_nobody_follow_the_copier(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    secret = await gym.node.carrying.draw(ana)
    eve = await gym.newcomer("Eve")
    await gym.node.people.introduce("Eve", bytes(carry_key(secret).verify_key), eve)
    await gym.brings_all_to(hall)
    there = await hall.newcomer()
    await _refused(CONFLICT, hall, there, None, secret=secret)
    carried = await hall.node.carrying.carry(there, author_of(ana), secret=secret)
    assert carried.user.person == ana.user.id


@pytest.mark.parametrize("home", [True, False], ids=["at home", "where the copier is"])
async def test_a_copied_carry_key_needs_the_code_on_the_paper(
    gym: SomeBox, hall: SomeBox, ana: Session, *, home: bool
) -> None:
    secret = await gym.node.carrying.draw(ana)
    eve = await hall.newcomer("Eve")
    await hall.node.people.introduce("Eve", bytes(carry_key(secret).verify_key), eve)
    await hall.brings_all_to(gym)
    await gym.brings_all_to(hall)
    box = gym if home else hall
    new = await box.newcomer()
    await _refused(CONFLICT, box, new, None, secret=secret)
    carried = await box.node.carrying.carry(new, author_of(ana), secret=secret)
    assert carried.user.person == ana.user.id


async def test_whoever_goes_on_as_one_person_does_not_become_another(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    bo = await gym.newcomer("Bo")
    secret = await gym.node.carrying.draw(bo)
    await gym.brings_all_to(hall)
    there = await hall.newcomer()
    await hall.node.carrying.carry(there, author_of(ana), proof=_proof(ana, there))
    await _refused(CONFLICT, hall, there, author_of(bo), secret=secret)
    assert (await _user(hall, there)).person == ana.user.id


async def test_a_claim_that_never_held_gives_way_to_one_that_does(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    there = await hall.newcomer()
    await hall.node.carrying.carry(there, author_of(ana), secret=bytes(SECRET_BYTES))
    await gym.brings_all_to(hall)
    assert (await _user(hall, there)).person == there.user.id
    carried = await hall.node.carrying.carry(there, author_of(ana), proof=_proof(ana, there))
    assert carried.user.person == ana.user.id


async def test_nobody_continues_who_continues_them(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    await gym.brings_all_to(hall)
    there = await hall.newcomer()
    await hall.node.carrying.carry(there, author_of(ana), proof=_proof(ana, there))
    secret = await hall.node.carrying.draw(there)
    await hall.brings_all_to(gym)
    profiles = gym.count_profiles()
    carried = await gym.node.carrying.carry(ana, None, secret=secret)
    assert (carried.user.id, carried.user.person) == (ana.user.id, ana.user.id)
    assert gym.count_profiles() == profiles


async def test_a_dropped_author_is_somebody_else_on_every_box(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    secret = await gym.node.carrying.draw(ana)
    await gym.brings_all_to(hall)
    eve = await hall.newcomer("Eve")
    await hall.node.carrying.carry(eve, author_of(ana), secret=secret)
    await hall.brings_all_to(gym)
    assert (await _user(gym, ana)).person == ana.user.id
    await gym.node.carrying.drop(ana, author_of(eve))
    profiles = gym.count_profiles()
    await gym.node.carrying.drop(ana, author_of(eve))
    assert gym.count_profiles() == profiles
    await gym.brings_all_to(hall)
    assert (await _user(hall, eve)).person == eve.user.id
    await _refused(CONFLICT, hall, eve, author_of(ana), secret=secret)


async def test_the_one_right_above_can_be_dropped_and_taken_back(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    await gym.brings_all_to(hall)
    there = await hall.newcomer()
    await hall.node.carrying.carry(there, author_of(ana), proof=_proof(ana, there))
    alone = await hall.node.carrying.drop(there, author_of(ana))
    assert alone.person == there.user.id
    back = await hall.node.carrying.carry(there, author_of(ana), proof=_proof(ana, there))
    assert back.user.person == ana.user.id


async def test_a_stranger_a_sibling_and_oneself_cannot_be_dropped(
    gym: SomeBox, hall: SomeBox, ana: Session
) -> None:
    await gym.brings_all_to(hall)
    one, other = await hall.newcomer("Ana 1"), await hall.newcomer("Ana 2")
    for each in (one, other):
        await hall.node.carrying.carry(each, author_of(ana), proof=_proof(ana, each))
    stranger = await hall.newcomer("Bo")
    for author in (author_of(other), author_of(stranger), author_of(one)):
        with pytest.raises(RefusedError) as refused:
            await hall.node.carrying.drop(one, author)
        assert refused.value.problem is CONFLICT


async def test_no_more_than_a_profile_holds_can_be_dropped(
    gym: SomeBox, ana: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await gym.node.carrying.draw(ana)
    monkeypatch.setattr("node.runtime.carrying.MAX_NOT_ME", 2)
    assert MAX_NOT_ME == 64
    async with open_box(gym.path.with_name("third.db"), 3) as third:
        await gym.brings_all_to(third)
        eves = [await third.newcomer(f"Eve {number}") for number in range(3)]
        for eve in eves:
            await third.node.carrying.carry(eve, author_of(ana), secret=secret)
        await third.brings_all_to(gym)
    for eve in eves[:2]:
        await gym.node.carrying.drop(ana, author_of(eve))
    with pytest.raises(RefusedError) as refused:
        await gym.node.carrying.drop(ana, author_of(eves[2]))
    assert refused.value.problem is CONFLICT


async def test_two_of_one_name_that_were_never_carried_stay_two(gym: SomeBox, ana: Session) -> None:
    other = await gym.newcomer("Ana")
    assert replace(other.user, id="", person="") != replace(ana.user, id="", person="")
    assert (await _user(gym, other)).person != (await _user(gym, ana)).person
