"""Phones' times are one each, and go on as time does."""

from node.runtime.votes import MAX_VOTERS, ClockVotes
from tests.fakes.clock import FakeClock

NOW = 1_790_000_000_000


def test_a_vote_goes_on_as_time_does_and_its_session_ages() -> None:
    clock = FakeClock()
    votes = ClockVotes(clock)
    votes.vote("ana", "10.83.64.11", NOW)
    clock.pass_s(90)
    (vote,) = votes.read()
    assert (vote.wall_ms, vote.session_age_s) == (NOW + 90_000, 90)


def test_a_second_vote_of_a_session_takes_the_place_of_its_first_and_keeps_its_age() -> None:
    clock = FakeClock()
    votes = ClockVotes(clock)
    votes.vote("ana", "10.83.64.11", NOW)
    clock.pass_s(61)
    votes.vote("ana", "10.83.64.11", NOW + 5_000_000)
    (vote,) = votes.read()
    assert (vote.wall_ms, vote.session_age_s) == (NOW + 5_000_000, 61)


def test_one_phone_with_many_sessions_has_one_word() -> None:
    clock = FakeClock()
    votes = ClockVotes(clock)
    for number in range(20):
        votes.vote(str(number), "10.83.64.11", NOW + number)
        clock.pass_s(1)
    votes.vote("ben", "10.83.64.12", NOW)
    assert [vote.session_age_s for vote in votes.read()] == [20, 0]


def test_invented_sessions_fill_no_memory() -> None:
    votes = ClockVotes(FakeClock())
    for number in range(MAX_VOTERS + 5):
        votes.vote(str(number), str(number), NOW)
    assert len(votes.read()) == MAX_VOTERS
