"""What is refused is counted each time and said now and then."""

import logging

import pytest

from node.net.errors import Fault, LinkError
from node.net.limits import LOG_INTERVAL_S
from node.net.refusals import Refusals
from tests.fakes.clock import FakeClock


def test_each_fault_is_counted_and_logged_once_in_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    refusals = Refusals(clock.monotonic_s)
    for _ in range(1_000):
        refusals.note(LinkError(Fault.PREFACE, "began with 00"), "[fe80::1%eth0]:9")
    refusals.note(LinkError(Fault.LATE, "no handshake"), "10.0.0.9:9")
    assert refusals.counts == {Fault.PREFACE: 1_000, Fault.LATE: 1}
    assert len(caplog.records) == 2
    clock.pass_s(LOG_INTERVAL_S)
    refusals.note(LinkError(Fault.PREFACE, "began with 00"), "[fe80::1%eth0]:9")
    assert len(caplog.records) == 3
    assert "refused 1000 as preface, the last from [fe80::1%eth0]:9" in caplog.text
    assert all(record.levelno == logging.WARNING for record in caplog.records)
