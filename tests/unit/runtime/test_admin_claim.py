"""The button makes one session admin, and never one of two that asked."""

import pytest

from node.runtime.admin_claim import ADMIN_S, SETTLE_S, WINDOW_S, AdminClaim
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def claim(clock: FakeClock) -> AdminClaim:
    made = AdminClaim(clock)
    made.open()
    return made


def test_without_the_button_nobody_gets_it(clock: FakeClock) -> None:
    claim = AdminClaim(clock)
    assert claim.ask("ana").state == "closed"
    clock.pass_s(SETTLE_S)
    assert claim.ask("ana").state == "closed"
    assert not claim.holds("ana")


def test_one_session_gets_it_after_the_others_had_time_to_ask(
    clock: FakeClock, claim: AdminClaim
) -> None:
    first = claim.ask("ana")
    assert (first.state, first.wait_s) == ("waiting", SETTLE_S)
    clock.pass_s(SETTLE_S - 1)
    early = claim.ask("ana")
    assert (early.state, 1 <= early.wait_s <= 2) == ("waiting", True)
    assert not claim.holds("ana")
    clock.pass_s(2)
    assert claim.ask("ana").state == "granted"
    assert claim.holds("ana")
    assert not claim.holds("ben")


def test_if_two_ask_nobody_gets_it_and_both_are_told(clock: FakeClock, claim: AdminClaim) -> None:
    claim.ask("ana")
    clock.pass_s(5)
    assert claim.ask("eve").state == "contested"
    clock.pass_s(SETTLE_S)
    assert [claim.ask(who).state for who in ("ana", "eve", "ben")] == [
        "contested",
        "contested",
        "closed",
    ]
    assert not claim.holds("ana")


def test_another_press_begins_anew(clock: FakeClock, claim: AdminClaim) -> None:
    claim.ask("ana")
    claim.ask("eve")
    claim.open()
    claim.ask("ana")
    clock.pass_s(SETTLE_S)
    assert claim.ask("ana").state == "granted"


def test_who_asks_after_the_time_to_settle_takes_nothing_away(
    clock: FakeClock, claim: AdminClaim
) -> None:
    claim.ask("ana")
    clock.pass_s(SETTLE_S + 1)
    assert claim.ask("eve").state == "closed"
    assert claim.ask("ana").state == "granted"


def test_the_window_closes(clock: FakeClock, claim: AdminClaim) -> None:
    clock.pass_s(WINDOW_S + 1)
    assert claim.ask("ana").state == "closed"


def test_a_grant_ends(clock: FakeClock, claim: AdminClaim) -> None:
    claim.ask("ana")
    clock.pass_s(SETTLE_S)
    claim.ask("ana")
    clock.pass_s(ADMIN_S - 1)
    assert claim.holds("ana")
    clock.pass_s(1)
    assert not claim.holds("ana")
    assert claim.ask("ana").state == "closed"


def test_a_grant_outlives_another_press(clock: FakeClock, claim: AdminClaim) -> None:
    claim.ask("ana")
    clock.pass_s(SETTLE_S)
    claim.ask("ana")
    claim.open()
    assert claim.holds("ana")
