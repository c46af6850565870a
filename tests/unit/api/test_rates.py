"""Who must wait, and for how long."""

from node.api.gate.rates import MAX_KEYS, Rates
from tests.unit.api.boxes import StillClock


def test_a_burst_passes_and_the_next_one_waits() -> None:
    rates = Rates(StillClock(), per_s=2.0, burst=3.0)
    assert [rates.wait_s("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_tokens_come_back_with_monotonic_time_and_never_beyond_the_burst() -> None:
    clock = StillClock()
    rates = Rates(clock, per_s=2.0, burst=3.0)
    for _ in range(4):
        rates.wait_s("a")
    clock.now_s += 3600
    assert [rates.wait_s("a") > 0 for _ in range(4)] == [False, False, False, True]


def test_a_stepped_wall_clock_locks_nobody_out() -> None:
    clock = StillClock()
    rates = Rates(clock, per_s=2.0, burst=1.0)
    rates.wait_s("a")
    clock.now_ms -= 3_600_000
    clock.now_s += 1
    assert rates.wait_s("a") == 0.0


def test_keys_do_not_share_a_bucket_and_the_emptiest_one_decides() -> None:
    rates = Rates(StillClock(), per_s=1.0, burst=1.0)
    assert rates.wait_s("address", "session one") == 0.0
    assert rates.wait_s("other address", "session one") == 1.0
    assert rates.wait_s("third address", "session two") == 0.0


def test_invented_keys_fill_no_memory_and_drop_the_longest_unseen_first() -> None:
    rates = Rates(StillClock(), per_s=1.0, burst=1.0)
    rates.wait_s("known")
    for number in range(MAX_KEYS - 1):
        rates.wait_s(f"invented {number}")
    assert rates.wait_s("known") > 0, "still remembered among as many keys as are kept"
    for number in range(MAX_KEYS):
        rates.wait_s(f"more {number}")
    assert rates.wait_s("known") == 0.0, "forgotten, so the bucket is full again"
