"""How many unknown logs may begin: a burst, then a rate, never more."""

import pytest

from node.sync.quota import LOGS_BURST, LOGS_PER_S, Quota


def test_a_burst_is_granted_at_once_and_then_a_rate() -> None:
    quota = Quota(10, 2.0, 10, 100.0)
    assert quota.take(25, 100.0) == 10
    assert quota.take(1, 100.4) == 0
    assert quota.take(5, 100.5) == 1
    assert quota.take(5, 102.0) == 3


def test_what_was_not_used_is_kept_up_to_the_burst_and_not_beyond() -> None:
    quota = Quota(10, 2.0, 10, 0.0)
    assert quota.take(4, 0.0) == 4
    assert quota.take(99, 1_000.0) == 10
    assert quota.take(99, 1_000.0) == 0


def test_parts_of_a_grant_add_up_however_often_it_is_asked() -> None:
    quota = Quota(10, 2.0, 0, 0.0)
    assert sum(quota.take(3, tenth / 10) for tenth in range(1, 101)) == 20


@pytest.mark.parametrize("wanted", [0, 1, 10])
def test_no_more_is_granted_than_was_wanted(wanted: int) -> None:
    assert Quota(10, 2.0, 10, 0.0).take(wanted, 5.0) == wanted


def test_a_box_that_joins_500_people_in_30_rooms_gets_them_at_once() -> None:
    quota = Quota(LOGS_BURST, LOGS_PER_S, LOGS_BURST, 0.0)
    assert quota.take(500 * 30 + 500, 0.0) == 15_500
    day = sum(quota.take(10**9, 60.0 * minute) for minute in range(1, 1_441))
    assert day <= LOGS_BURST + 86_400 * LOGS_PER_S
