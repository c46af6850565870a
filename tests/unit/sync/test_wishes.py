"""Who is asked for what is lacking: one link at a time, another one after silence."""

import pytest

from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges
from node.sync import wishes as module
from node.sync.wishes import MAX_PER_ASK, MAX_SHOWN_RUNS, PATIENCE_S, Wishes

LOG, OTHER_LOG = LogHandle(b"log one."), LogHandle(b"log two.")
ONE, TWO, THREE = 1, 2, 3


def ranges(*runs: tuple[int, int]) -> Ranges:
    return Ranges.of(runs)


@pytest.fixture
def wishes() -> Wishes:
    made = Wishes()
    for link in (ONE, TWO, THREE):
        made.add_link(link, 0.0)
    return made


def show(wishes: Wishes, link: int, *runs: tuple[int, int], log: LogHandle = LOG) -> None:
    wishes.show(link, log, ranges(*runs), vouched=True)


def test_what_one_link_was_asked_for_is_asked_of_no_other(wishes: Wishes) -> None:
    show(wishes, ONE, (1, 5))
    show(wishes, TWO, (3, 9))
    assert wishes.ask(ONE, LOG, 0.0) == ranges((1, 5))
    assert wishes.ask(TWO, LOG, 0.0) == ranges((6, 9))
    assert not wishes.ask(ONE, LOG, 0.0)
    assert not wishes.ask(TWO, LOG, 0.0)
    assert (wishes.asked(ONE), wishes.asked(TWO)) == (5, 4)
    assert (wishes.missing(ONE), wishes.missing(TWO)) == (5, 7)


def test_only_who_showed_it_is_asked(wishes: Wishes) -> None:
    show(wishes, ONE, (1, 5))
    assert not wishes.ask(TWO, LOG, 0.0)
    assert not wishes.ask(ONE, OTHER_LOG, 0.0)


def test_what_arrived_is_off_every_list(wishes: Wishes) -> None:
    for link in (ONE, TWO):
        show(wishes, link, (1, 5))
    wishes.ask(ONE, LOG, 0.0)
    wishes.arrived(LOG, ranges((1, 4)))
    assert (wishes.missing(ONE), wishes.asked(ONE), wishes.missing(TWO)) == (1, 1, 1)
    wishes.arrived(LOG, ranges((5, 9)))
    assert wishes.is_settled(ONE)
    assert wishes.is_settled(TWO)
    assert not wishes.is_asked(ONE, LOG)


def test_what_is_gone_at_one_may_be_asked_of_another(wishes: Wishes) -> None:
    for link in (ONE, TWO):
        show(wishes, link, (1, 5))
    wishes.ask(ONE, LOG, 0.0)
    wishes.gone(ONE, LOG, ranges((2, 3)))
    assert wishes.ask(TWO, LOG, 0.0) == ranges((2, 3))
    assert (wishes.missing(ONE), wishes.missing(TWO)) == (3, 5)


def test_silence_moves_the_question_to_another_link(wishes: Wishes) -> None:
    for link in (ONE, TWO):
        show(wishes, link, (1, 5))
    wishes.ask(ONE, LOG, 100.0)
    assert wishes.expire(100.0 + PATIENCE_S - 0.1) == {}
    assert not wishes.ask(TWO, LOG, 100.0 + PATIENCE_S - 0.1)
    assert wishes.expire(100.0 + PATIENCE_S) == {ONE: 1}
    assert wishes.ask(TWO, LOG, 100.0 + PATIENCE_S) == ranges((1, 5))
    assert wishes.is_settled(ONE)
    assert wishes.take_left_out(ONE)
    assert not wishes.take_left_out(ONE)


def test_a_link_that_delivers_is_not_silent(wishes: Wishes) -> None:
    show(wishes, ONE, (1, 5))
    wishes.ask(ONE, LOG, 0.0)
    wishes.heard(ONE, PATIENCE_S - 1)
    assert wishes.expire(2 * PATIENCE_S - 2) == {}
    assert wishes.expire(2 * PATIENCE_S - 1) == {ONE: 1}


def test_silence_counts_from_the_first_question_and_not_from_the_last_answer(
    wishes: Wishes,
) -> None:
    show(wishes, ONE, (1, 5))
    wishes.ask(ONE, LOG, 1_000.0)
    assert wishes.expire(1_000.0 + PATIENCE_S - 0.1) == {}


def test_only_what_the_rows_of_a_peer_promised_counts_against_it(wishes: Wishes) -> None:
    show(wishes, ONE, (1, 5))
    wishes.show(ONE, OTHER_LOG, ranges((1, 9)), vouched=False)
    for log in (LOG, OTHER_LOG):
        wishes.ask(ONE, log, 0.0)
    assert wishes.expire(PATIENCE_S) == {ONE: 1}


def test_what_was_asked_of_a_link_that_fell_may_be_asked_of_others(wishes: Wishes) -> None:
    for link in (ONE, TWO):
        show(wishes, link, (1, 5))
    wishes.ask(ONE, LOG, 0.0)
    wishes.drop_link(ONE)
    assert wishes.ask(TWO, LOG, 0.0) == ranges((1, 5))


def test_a_link_that_fell_is_not_remembered_by_what_comes_late(wishes: Wishes) -> None:
    wishes.drop_link(ONE)
    show(wishes, ONE, (1, 5))
    wishes.heard(ONE, 5.0)
    wishes.gone(ONE, LOG, ranges((1, 1)))
    wishes.leave_out(ONE)
    assert not wishes.ask(ONE, LOG, 0.0)
    assert (wishes.missing(ONE), wishes.waiting(ONE)) == (0, [])
    assert wishes.expire(1_000.0) == {}


def test_one_question_is_for_a_bounded_number_of_the_lowest_positions(wishes: Wishes) -> None:
    show(wishes, ONE, (1, 2_500))
    asked = [wishes.ask(ONE, LOG, 0.0) for _ in range(4)]
    assert [each.count for each in asked] == [MAX_PER_ASK, MAX_PER_ASK, 500, 0]
    assert asked[0] == ranges((1, MAX_PER_ASK))


def test_no_more_is_asked_of_one_link_at_once_than_it_may_hold_back(
    wishes: Wishes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ASKED", 8)
    show(wishes, ONE, (1, 5))
    show(wishes, ONE, (1, 5), log=OTHER_LOG)
    assert wishes.ask(ONE, LOG, 0.0).count == 5
    assert wishes.ask(ONE, OTHER_LOG, 0.0) == ranges((1, 3))
    assert wishes.waiting(ONE) == [OTHER_LOG]
    wishes.arrived(LOG, ranges((1, 5)))
    assert wishes.ask(ONE, OTHER_LOG, 0.0) == ranges((4, 5))
    assert wishes.waiting(ONE) == []


def test_a_peer_that_invents_logs_fills_only_so_much(
    wishes: Wishes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SHOWN_LOGS", 3)
    for number in range(9):
        show(wishes, ONE, (1, 1), log=LogHandle(bytes([number]) * 8))
    assert wishes.missing(ONE) == 3
    assert wishes.take_left_out(ONE)
    show(wishes, ONE, (2, 2), log=LogHandle(bytes(8)))
    assert wishes.missing(ONE) == 4
    assert not wishes.take_left_out(ONE)


def test_a_peer_that_tells_of_scattered_positions_fills_only_so_much(wishes: Wishes) -> None:
    for number in range(1_000):
        show(wishes, ONE, (2 * number + 1, 2 * number + 1))
    assert wishes.missing(ONE) == MAX_SHOWN_RUNS
    assert wishes.take_left_out(ONE)
    wishes.arrived(LOG, ranges((1, 1)))
    show(wishes, ONE, (4_001, 4_001))
    assert wishes.missing(ONE) == MAX_SHOWN_RUNS


def test_nothing_lacking_is_nothing_shown(wishes: Wishes) -> None:
    show(wishes, ONE)
    assert wishes.is_settled(ONE)
    assert wishes.waiting(ONE) == []
