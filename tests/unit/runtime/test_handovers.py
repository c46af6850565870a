"""Hand-over: four words, once, soon, by few tries; and the pop-up they came from ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from node.contract.problems import REFUSED, SLOW_DOWN, UNAVAILABLE, WORDS, RefusedError
from node.runtime.handovers import LIFE_S
from node.runtime.tries import TRIES
from node.store import handovers, sessions
from node.store.connection import open_reader
from tests.unit.runtime.boxes import SomeBox, open_box, session_of

pytestmark = pytest.mark.anyio

PHONE, LAPTOP, STRANGER = "10.83.73.20", "10.83.73.30", "10.83.73.99"
WRONG = "zoo zoo zoo zoo"


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[SomeBox]:
    async with open_box(tmp_path / "node.db") as opened:
        yield opened


async def _detail(box: SomeBox, words: str, address: str = STRANGER) -> str:
    with pytest.raises(RefusedError) as refused:
        await box.node.handovers.redeem(words, address)
    assert refused.value.problem is WORDS
    return refused.value.detail


def _rows(box: SomeBox, table: str) -> int:
    with closing(open_reader(box.path)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


async def test_words_open_the_same_person_in_a_session_of_its_own(box: SomeBox) -> None:
    ana = await box.newcomer()
    words = await box.node.handovers.offer(ana.user)
    introduction = await box.node.handovers.redeem(words.upper().replace(" ", ", "), LAPTOP)
    assert introduction.user == ana.user
    assert introduction.token != ana.token
    for token in (introduction.token, ana.token):
        session = await box.node.people.session(token)
        assert session is not None
        assert session.user == ana.user


async def test_words_are_used_once(box: SomeBox) -> None:
    words = await box.node.handovers.offer((await box.newcomer()).user)
    await box.node.handovers.redeem(words, LAPTOP)
    assert "used already" in await _detail(box, words)


async def test_a_lost_answer_comes_again_at_the_same_address_for_as_long_as_the_words_live(
    box: SomeBox,
) -> None:
    words = await box.node.handovers.offer((await box.newcomer()).user)
    first = await box.node.handovers.redeem(words, LAPTOP)
    assert await box.node.handovers.redeem(words, LAPTOP) == first
    box.clock.pass_s(LIFE_S)
    assert "used already" in await _detail(box, words, LAPTOP)


async def test_a_lost_answer_comes_again_after_a_restart(tmp_path: Path) -> None:
    async with open_box(tmp_path / "node.db", 1) as box:
        words = await box.node.handovers.offer((await box.newcomer()).user)
        first = await box.node.handovers.redeem(words, LAPTOP)
    async with open_box(tmp_path / "node.db", 2) as box:
        assert (await box.node.handovers.redeem(words, LAPTOP)).token == first.token


async def test_words_live_ten_minutes_of_power(box: SomeBox) -> None:
    words = await box.node.handovers.offer((await box.newcomer()).user)
    box.clock.now_ms += 10 * LIFE_S * 1000
    box.clock.pass_s(LIFE_S - 1)
    late = await box.node.handovers.offer((await box.newcomer("Bo")).user)
    await box.node.handovers.redeem(words, LAPTOP)
    box.clock.pass_s(LIFE_S)
    assert "too old" in await _detail(box, late)


async def test_newer_words_make_the_older_ones_void_but_not_those_of_others(box: SomeBox) -> None:
    ana, bo = await box.newcomer(), await box.newcomer("Bo")
    old, others = await box.node.handovers.offer(ana.user), await box.node.handovers.offer(bo.user)
    new = await box.node.handovers.offer(ana.user)
    assert "too old" in await _detail(box, old)
    assert (await box.node.handovers.redeem(new, LAPTOP)).user == ana.user
    assert (await box.node.handovers.redeem(others, LAPTOP)).user == bo.user


@pytest.mark.parametrize("words", [WRONG, "", "nonsense", "zoo zoo zoo", "\ud800"])
async def test_words_nobody_was_given_are_mistyped(box: SomeBox, words: str) -> None:
    await box.node.handovers.offer((await box.newcomer()).user)
    assert "mistyped" in await _detail(box, words)


async def test_after_five_wrong_tries_even_right_words_must_wait(box: SomeBox) -> None:
    ana = await box.newcomer()
    words = await box.node.handovers.offer(ana.user)
    for _ in range(TRIES):
        await _detail(box, WRONG)
    with pytest.raises(RefusedError) as refused:
        await box.node.handovers.redeem(words, STRANGER)
    assert refused.value.problem is SLOW_DOWN
    assert refused.value.retry_after_s == LIFE_S
    assert (await box.node.handovers.redeem(words, LAPTOP)).user == ana.user


async def test_wrong_tries_at_the_same_moment_are_all_counted(box: SomeBox) -> None:
    tries = [box.node.handovers.redeem(WRONG, STRANGER) for _ in range(TRIES * 4)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    problems = [answer.problem for answer in answers if isinstance(answer, RefusedError)]
    assert problems.count(WORDS) == TRIES
    assert problems.count(SLOW_DOWN) == TRIES * 3


async def test_right_words_cost_no_try(box: SomeBox) -> None:
    ana = await box.newcomer()
    for _ in range(TRIES * 2):
        await box.node.handovers.redeem(await box.node.handovers.offer(ana.user), LAPTOP)
    assert "mistyped" in await _detail(box, WRONG, LAPTOP)


async def test_a_hand_over_ends_the_pop_up_and_its_cookie_and_no_form_begins_it_again(
    box: SomeBox,
) -> None:
    ticket = box.node.pop_ups.ticket(PHONE)
    pop_up = await box.node.pop_ups.enter(ticket, PHONE, "Ana")
    words = await box.node.handovers.offer(pop_up.user, pop_up)
    assert await box.node.pop_ups.find(pop_up.id, PHONE) == pop_up
    introduction = await box.node.handovers.redeem(words, LAPTOP)
    assert introduction.user == pop_up.user
    assert await box.node.people.session(introduction.token) is not None
    assert await box.node.pop_ups.find(pop_up.id, PHONE) is None
    assert await box.node.people.session(pop_up.token) is None
    with pytest.raises(RefusedError) as refused:
        await box.node.pop_ups.enter(ticket, PHONE, "Ana")
    assert refused.value.problem is REFUSED


async def test_wrong_words_end_no_pop_up(box: SomeBox) -> None:
    pop_up = await box.node.pop_ups.enter(box.node.pop_ups.ticket(PHONE), PHONE, "Ana")
    await box.node.handovers.offer(pop_up.user, pop_up)
    await _detail(box, WRONG)
    assert await box.node.pop_ups.find(pop_up.id, PHONE) == pop_up
    assert await box.node.people.session(pop_up.token) is not None


async def test_a_hand_over_of_a_person_carried_home_ends_that_pop_up_alone(box: SomeBox) -> None:
    ana = await box.newcomer()
    secret = await box.node.carrying.draw(ana)
    ticket = box.node.pop_ups.ticket(PHONE)
    pop_up = await box.node.pop_ups.enter_carried(ticket, PHONE, secret, None)
    words = await box.node.handovers.offer(pop_up.user, pop_up)
    introduction = await box.node.handovers.redeem(words, LAPTOP)
    assert await box.node.people.session(pop_up.token) is None
    for token in (ana.token, introduction.token):
        assert await box.node.people.session(token) is not None


async def test_a_handed_over_session_can_be_handed_on(box: SomeBox) -> None:
    ana = await box.newcomer()
    second = session_of(
        await box.node.handovers.redeem(await box.node.handovers.offer(ana.user), LAPTOP)
    )
    third = await box.node.handovers.redeem(await box.node.handovers.offer(second.user), PHONE)
    assert third.user == ana.user


async def test_handing_over_again_and_again_fills_nothing(box: SomeBox) -> None:
    ana = await box.newcomer()
    tokens = [ana.token]
    for _ in range(sessions.MAX_SESSIONS + 4):
        box.clock.pass_s(1)
        last = await box.node.handovers.redeem(await box.node.handovers.offer(ana.user), LAPTOP)
        tokens.append(last.token)
    assert _rows(box, "session") == sessions.MAX_SESSIONS
    assert _rows(box, "handover") == handovers.MAX_KEPT
    known = [await box.node.people.session(token) is not None for token in tokens]
    assert known == [True] + [False] * 4 + [True] * sessions.MAX_SESSIONS


async def test_old_words_are_forgotten_after_a_day(box: SomeBox) -> None:
    for name in ("Ana", "Bo", "Cy"):
        await box.node.handovers.offer((await box.newcomer(name)).user)
    box.clock.pass_s(handovers.KEPT_S)
    await box.node.handovers.offer((await box.newcomer()).user)
    assert _rows(box, "handover") == 1


async def test_words_somebody_has_are_not_given_to_another(
    box: SomeBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["gorilla sand near virtual"] * 2 + [WRONG] * 10)

    def draw(_: object) -> str:
        return next(drawn)

    monkeypatch.setattr("node.runtime.handovers.draw_words", draw)
    ana, bo = await box.newcomer(), await box.newcomer("Bo")
    first = await box.node.handovers.offer(ana.user)
    assert await box.node.handovers.offer(bo.user) == WRONG
    assert (await box.node.handovers.redeem(first, LAPTOP)).user == ana.user
    with pytest.raises(RefusedError) as refused:
        await box.node.handovers.offer(ana.user)
    assert refused.value.problem is UNAVAILABLE


async def test_the_file_holds_no_words_and_no_secret_of_a_session(box: SomeBox) -> None:
    ana = await box.newcomer()
    pop_up = await box.node.pop_ups.enter(box.node.pop_ups.ticket(PHONE), PHONE, "Ana")
    words = await box.node.handovers.offer(ana.user)
    secret = await box.node.carrying.draw(ana)
    introduction = await box.node.handovers.redeem(words, LAPTOP)
    content = b"".join(file.read_bytes() for file in box.path.parent.iterdir())
    tokens = (ana.token, introduction.token, pop_up.token, pop_up.id)
    for kept in (words.encode(), secret, *map(str.encode, tokens), *map(bytes.fromhex, tokens)):
        assert kept not in content
    assert bytes.fromhex(ana.user.id) in content
