"""Wrong tries: few of one address, few of all, and right ones cost nothing."""

import pytest

from node.contract.problems import SLOW_DOWN, RefusedError
from node.runtime import tries
from node.runtime.tries import TRIES, TRIES_IN_ALL, WINDOW_IN_ALL_S, WINDOW_S, Tries
from tests.fakes.clock import FakeClock


def _wait_s(limiter: Tries, address: str) -> int | None:
    """Return how long ``address`` must wait; None when its try was let through."""
    try:
        limiter.begin(address)
    except RefusedError as refusal:
        return refusal.retry_after_s if refusal.problem is SLOW_DOWN else -1
    return None


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_one_address_has_five_tries_in_ten_minutes(clock: FakeClock) -> None:
    limiter = Tries(clock)
    assert [_wait_s(limiter, "a") for _ in range(TRIES)] == [None] * TRIES
    assert _wait_s(limiter, "a") == WINDOW_S
    assert _wait_s(limiter, "b") is None
    clock.pass_s(WINDOW_S - 0.5)
    assert _wait_s(limiter, "a") == 1
    clock.pass_s(0.5)
    assert _wait_s(limiter, "a") is None


def test_a_refused_try_does_not_make_the_wait_longer(clock: FakeClock) -> None:
    limiter = Tries(clock)
    for _ in range(TRIES):
        limiter.begin("a")
    waits: list[int | None] = []
    for _ in range(10):
        clock.pass_s(WINDOW_S / 10)
        waits.append(_wait_s(limiter, "a"))
    assert waits == [540, 480, 420, 360, 300, 240, 180, 120, 60, None]


def test_a_try_that_was_right_costs_nothing(clock: FakeClock) -> None:
    limiter = Tries(clock)
    for _ in range(TRIES_IN_ALL * 2):
        limiter.take_back("a", limiter.begin("a"))
    assert _wait_s(limiter, "a") is None


def test_all_addresses_together_are_limited_too(clock: FakeClock) -> None:
    limiter = Tries(clock)
    for number in range(TRIES_IN_ALL):
        limiter.begin(f"address {number}")
    assert _wait_s(limiter, "another") == WINDOW_IN_ALL_S
    clock.pass_s(WINDOW_IN_ALL_S)
    assert _wait_s(limiter, "another") is None


def test_a_stepped_wall_clock_lets_nobody_in(clock: FakeClock) -> None:
    limiter = Tries(clock)
    for _ in range(TRIES):
        limiter.begin("a")
    clock.now_ms += 10 * int(WINDOW_S) * 1000
    assert _wait_s(limiter, "a") == WINDOW_S


def test_invented_addresses_are_forgotten_and_the_latest_are_not(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "MAX_ADDRESSES", 3)
    limiter = Tries(clock)
    for _ in range(TRIES):
        limiter.begin("first")
    for address in ("b", "c"):
        limiter.begin(address)
    assert _wait_s(limiter, "first") == WINDOW_S
    for address in ("d", "e", "f"):
        limiter.begin(address)
    assert _wait_s(limiter, "first") is None
    assert len(vars(limiter)["_of"]) == 3
