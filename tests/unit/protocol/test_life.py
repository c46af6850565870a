"""Life is time spent, and a liar cannot end it early."""

import math

import pytest

from node.protocol import limits
from node.protocol.life import expires_at_s, life_left_s

_DAY_S = 86_400


@pytest.mark.parametrize(
    ("ttl_s", "age_s", "held_s", "left_s"),
    [
        (8 * _DAY_S, 0, 0, 8 * _DAY_S),
        (8 * _DAY_S, _DAY_S, 2 * _DAY_S, 5 * _DAY_S),
        (8 * _DAY_S, 0, 9 * _DAY_S, 0),
        (8 * _DAY_S, 7 * _DAY_S, 0, 2 * _DAY_S),
        (8 * _DAY_S, 10**18, _DAY_S, _DAY_S),
        (3_600, 10**18, 0, 3_600),
        (7_200, 7_200, 600, 3_000),
        (8 * _DAY_S, -(10**18), -(10**18), 8 * _DAY_S),
        (0, 10**18, 10**18, math.inf),
    ],
)
def test_life_left_after_age_and_time_held(
    ttl_s: int, age_s: float, held_s: float, left_s: float
) -> None:
    assert life_left_s(ttl_s, age_s=age_s, held_s=held_s) == left_s


@pytest.mark.parametrize("ttl_s", [0, limits.MIN_TTL_S, limits.DEFAULT_TTL_S, limits.MAX_TTL_S])
@pytest.mark.parametrize("age_s", [0, 1, 3_600, 10**6, 10**12])
def test_the_end_is_where_nothing_is_left(ttl_s: int, age_s: int) -> None:
    end_s = expires_at_s(ttl_s, age_s=age_s, received_s=50)
    assert end_s == 50 + life_left_s(ttl_s, age_s=age_s, held_s=0)
    if end_s != math.inf:
        assert life_left_s(ttl_s, age_s=age_s, held_s=end_s - 50) == 0
        assert life_left_s(ttl_s, age_s=age_s, held_s=end_s - 51) == 1


def test_a_chain_of_boxes_stretches_life_by_a_quarter_at_most_each() -> None:
    ttl_s = limits.DEFAULT_TTL_S
    assert expires_at_s(ttl_s, age_s=ttl_s, received_s=0) == ttl_s / 4
