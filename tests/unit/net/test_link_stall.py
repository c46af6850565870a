"""How long a link has made no progress, whatever it is asked and when."""

from node.net.kernel import Stall
from tests.fakes.clock import FakeClock


def meter() -> tuple[Stall, FakeClock]:
    clock = FakeClock()
    return Stall(clock.monotonic_s), clock


def test_nothing_written_is_no_stall() -> None:
    stall, clock = meter()
    clock.pass_s(60)
    stall.note(0, 0)
    assert stall.seconds == 0.0


def test_it_counts_from_the_write_that_nothing_acknowledged() -> None:
    stall, clock = meter()
    clock.pass_s(60)  # a long quiet time before is no stall
    stall.note(100, 100)
    clock.pass_s(2)
    stall.note(100, 100)
    clock.pass_s(1)
    assert stall.seconds == 3.0


def test_writing_more_is_no_progress() -> None:
    stall, clock = meter()
    stall.note(100, 100)
    for written in (200, 300, 400):
        clock.pass_s(1)
        stall.note(written, written)
    assert stall.seconds == 3.0


def test_a_part_that_is_acknowledged_is_progress() -> None:
    stall, clock = meter()
    stall.note(100, 100)
    clock.pass_s(5)
    stall.note(100, 99)
    assert stall.seconds == 0.0
    clock.pass_s(1)
    stall.note(100, 99)
    assert stall.seconds == 1.0


def test_all_acknowledged_ends_it_and_the_next_write_begins_anew() -> None:
    stall, clock = meter()
    stall.note(100, 100)
    clock.pass_s(5)
    stall.note(100, 0)
    assert stall.seconds == 0.0
    clock.pass_s(5)
    stall.note(150, 50)
    clock.pass_s(1)
    assert stall.seconds == 1.0
