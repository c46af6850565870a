"""What waits for one link: urgent first, nothing twice, no more than the credit allows."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import pytest

from node.protocol import kinds
from node.sync import outbox as module
from node.sync.outbox import (
    BULK_FRAME_BYTES,
    FIRST_WINDOW_BYTES,
    FRAME_BYTES,
    FRAMING_BYTES,
    MAX_WINDOW_BYTES,
    QUICK_S,
    SHARES,
    Item,
    Marks,
    Outbox,
    Window,
)

NO_BUDGETS = (None,) * len(kinds.CLASSES)


@dataclass(frozen=True)
class Each:
    """Fits ``Item``."""

    arrival: int
    class_: int = kinds.CHAT
    size_bytes: int = 1_000


def some(first: int, count: int, class_: int = kinds.CHAT, size_bytes: int = 1_000) -> list[Each]:
    return [Each(first + number, class_, size_bytes) for number in range(count)]


def arrivals(items: Iterable[Item]) -> list[int]:
    return [item.arrival for item in items]


def drain(outbox: Outbox) -> list[Item]:
    """Take everything, as a peer does that consumes at once."""
    sent: list[Item] = []
    while items := outbox.next():
        sent += items
    return sent


def test_marks_are_a_set_of_numbers() -> None:
    drawn, marks, wanted = Random(3), Marks(), set[int]()  # noqa: S311
    for _ in range(3_000):
        number = drawn.randrange(2_000)
        if drawn.random() < 0.6:
            marks.add(number)
            wanted.add(number)
        else:
            marks.discard(number)
            wanted.discard(number)
    assert {number for number in range(2_100) if number in marks} == wanted


def test_better_classes_go_first_and_each_class_in_its_order() -> None:
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(20, 3, kinds.SAFETY))
    outbox.add(some(10, 3, kinds.URGENT))
    assert arrivals(drain(outbox)) == [10, 11, 12, 20, 21, 22]


def test_nothing_goes_twice_whether_it_waits_went_or_came() -> None:
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(1, 3))
    outbox.add(some(1, 4))
    assert len(outbox) == 4
    assert arrivals(drain(outbox)) == [1, 2, 3, 4]
    outbox.crossed.add(5)
    outbox.add(some(1, 6))
    assert arrivals(drain(outbox)) == [6]


def test_what_comes_while_it_waits_does_not_go() -> None:
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(1, 3))
    outbox.crossed.add(2)
    assert arrivals(drain(outbox)) == [1, 3]
    assert len(outbox) == 0


def test_what_is_asked_for_by_its_id_goes_again() -> None:
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(1, 2))
    drain(outbox)
    outbox.add(some(1, 2), again=True)
    assert arrivals(drain(outbox)) == [1, 2]
    outbox.add(some(1, 2))
    assert drain(outbox) == []


def test_news_goes_before_what_waits_in_its_own_order() -> None:
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(1, 3))
    outbox.add(some(50, 3), first=True)
    assert arrivals(drain(outbox)) == [50, 51, 52, 1, 2, 3]


def test_a_full_queue_takes_no_more_questions_and_still_takes_news(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_QUEUED", 5)
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(1, 9))
    assert len(outbox) == 5
    outbox.add(some(20, 2, kinds.URGENT), first=True)
    outbox.add(some(30, 9), first=True)
    assert len(outbox) == 10
    sent = arrivals(drain(outbox))
    assert sent[:2] == [20, 21]
    outbox.add(some(1, 9))
    assert arrivals(drain(outbox)) == [6, 7, 8, 9]


@pytest.mark.parametrize(
    ("class_", "limit"),
    zip(kinds.CLASSES, (FRAME_BYTES, FRAME_BYTES, BULK_FRAME_BYTES, BULK_FRAME_BYTES), strict=True),
)
def test_a_frame_has_one_class_and_is_as_full_as_it_may_be(class_: int, limit: int) -> None:
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(1, 200, class_, 900))
    for other in kinds.CLASSES:
        if other > class_:
            outbox.add(some(1_000 * other, 5, other, 100))
    size = sum(item.size_bytes + FRAMING_BYTES for item in outbox.next())
    assert limit - 900 - FRAMING_BYTES < size <= limit


def test_the_largest_envelope_finds_its_way() -> None:
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(1, 5, kinds.REST, 9_216))
    assert arrivals(drain(outbox)) == [1, 2, 3, 4, 5]


def _shares(outbox: Outbox, limit_bytes: int) -> dict[int, float]:
    sent = dict.fromkeys(kinds.CLASSES, 0)
    while sum(sent.values()) < limit_bytes:
        for item in outbox.next():
            sent[item.class_] += item.size_bytes
    return {class_: size / sum(sent.values()) for class_, size in sent.items()}


def test_chat_and_the_rest_keep_their_least_shares_while_urgent_has_much_to_say() -> None:
    outbox = Outbox(NO_BUDGETS)
    for class_ in kinds.CLASSES:
        outbox.add(some(10_000 * (1 + class_), 4_000, class_))
    shares = _shares(outbox, 3_000_000)
    for class_, least in SHARES.items():
        assert least <= shares[class_] < least + 0.02
    assert shares[kinds.URGENT] > 0.85
    assert shares[kinds.SAFETY] == 0


def test_what_was_sent_while_nothing_competed_is_no_debt() -> None:
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(1, 3_000, kinds.URGENT))
    for _ in range(40):
        outbox.next()
    outbox.add(some(10_000, 3_000))
    assert {item.class_ for item in outbox.next()} == {kinds.URGENT}
    classes = [outbox.next()[0].class_ for _ in range(10)]
    assert classes.count(kinds.CHAT) <= 4


def test_a_budget_is_never_exceeded_and_smaller_ones_still_go() -> None:
    outbox = Outbox((None, None, 2_500, 0))
    outbox.add([Each(1), Each(2), Each(3), Each(4, kinds.CHAT, 400), Each(5, kinds.REST, 1)])
    outbox.add(some(9, 3, kinds.URGENT))
    assert arrivals(drain(outbox)) == [9, 10, 11, 1, 2, 4]


def test_without_room_in_the_window_nothing_goes() -> None:
    outbox = Outbox(NO_BUDGETS)
    outbox.add(some(1, 100))
    outbox.window.sent(FIRST_WINDOW_BYTES, 0.0)
    assert outbox.next() == []
    assert len(outbox) == 100
    assert outbox.window.consumed(1, 0.0)
    assert outbox.next()


@pytest.mark.parametrize("total", [-1, 99, 501])
def test_a_count_that_falls_or_exceeds_what_was_sent_is_refused(total: int) -> None:
    window = Window()
    window.sent(500, 0.0)
    assert window.consumed(100, 0.0)
    assert not window.consumed(total, 0.0)
    assert window.room_bytes == FIRST_WINDOW_BYTES - 400


def _fill_and_consume(window: Window, now_s: float, took_s: float) -> None:
    window.sent(window.room_bytes, now_s)
    assert window.consumed(window.sent_bytes, now_s + took_s)


def test_a_window_doubles_each_time_a_full_one_is_consumed_quickly_up_to_its_most() -> None:
    window, sizes = Window(), list[int]()
    for number in range(5):
        _fill_and_consume(window, 10.0 * number, QUICK_S)
        sizes.append(window.size_bytes)
    assert sizes == [2**16, 2**17, 2**18, 2**18, 2**18]
    assert sizes[-1] == MAX_WINDOW_BYTES


def test_a_window_stays_when_it_is_consumed_slowly_or_never_full() -> None:
    window = Window()
    _fill_and_consume(window, 0.0, QUICK_S + 0.01)
    for number in range(20):
        window.sent(window.room_bytes - 1, float(number))
        assert window.consumed(window.sent_bytes, float(number))
    assert window.size_bytes == FIRST_WINDOW_BYTES
    window.sent(window.room_bytes, 30.0)
    assert window.consumed(window.sent_bytes - 1, 30.0)
    assert window.size_bytes == FIRST_WINDOW_BYTES
    assert window.consumed(window.sent_bytes, 30.1)
    assert window.size_bytes == 2 * FIRST_WINDOW_BYTES
