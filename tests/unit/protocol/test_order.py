"""The place of a message in time."""

import pytest

from node.protocol import hlc, order

_RECEIVED_MS = 1_790_000_000_000


@pytest.mark.parametrize(
    ("sent_ms", "quality", "expected"),
    [
        (_RECEIVED_MS - 5_000, 1, (_RECEIVED_MS - 5_000, True)),
        (_RECEIVED_MS - 10**11, 3, (_RECEIVED_MS - 10**11, True)),
        (_RECEIVED_MS + 300_000, 2, (_RECEIVED_MS + 300_000, True)),
        (_RECEIVED_MS + 300_001, 3, (_RECEIVED_MS, False)),
        (_RECEIVED_MS - 5_000, 0, (_RECEIVED_MS, False)),
        (0, 0, (_RECEIVED_MS, False)),
        (hlc.MAX_MS, 3, (_RECEIVED_MS, False)),
    ],
)
def test_the_author_is_believed_if_its_clock_was_set_and_not_far_ahead(
    sent_ms: int, quality: int, expected: tuple[int, bool]
) -> None:
    reading = hlc.pack(sent_ms, 65_535)
    assert order.sort_ms(reading, quality=quality, received_ms=_RECEIVED_MS) == expected


def test_an_impossible_wall_clock_still_gives_a_place() -> None:
    assert order.sort_ms(0, quality=0, received_ms=-5) == (0, False)
    assert order.sort_ms(0, quality=0, received_ms=2**70) == (hlc.MAX_MS, False)
