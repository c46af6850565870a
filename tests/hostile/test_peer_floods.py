"""Well-formed frames without measure, and frames that may not come, over real links."""

import os
import signal
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from node.net.limits import HANDSHAKE_S
from node.runtime.peering.session import HELLO_S
from tests.hostile.peer_crowds import SLOW
from tests.hostile.peer_field import (
    DELIVER_S,
    GROWTH_MB,
    HANG,
    STATUS_MS,
    Field,
    Seen,
    an_enemy,
    complaints,
    field_of_two,
    obey,
    until,
)
from tests.hostile.peer_floods import EVIL, TOLERATED
from tests.hostile.peer_offences import NOTHING_WRONG, OFFENCES

Quality = Callable[[str, float, str, float | None], None]

FLOOD_S = 0.5
LEEWAY_S = 3.4
"""A byte a second notices late, and the node may be stopped by a test meanwhile."""
STOPPED_S = 2.0


@pytest.fixture(scope="module")
def scene() -> Generator[Field]:
    with field_of_two() as made:
        made.strike("donate")
        until(lambda: made.ana.get("/sync/state")["messages"] >= 900)
        yield made


@pytest.fixture(scope="module", autouse=True)
def trickled(scene: Field) -> Generator[Future[dict[str, float]]]:
    """Return what comes of connections that send a byte a second while all else goes on."""
    order: dict[str, object] = {
        "do": "crowd",
        "port": scene.node.peer_port,
        "name": "a byte a second",
    }
    with an_enemy() as slow, ThreadPoolExecutor(1) as waiting:
        yield waiting.submit(obey, slow, order)


def assert_served(seen: Seen) -> None:
    """Fail when somebody else noticed the attack."""
    assert seen.status_ms < STATUS_MS * HANG
    assert max(*seen.forth_s, *seen.back_s) < DELIVER_S * HANG
    assert seen.growth_mb < GROWTH_MB


@pytest.mark.parametrize("name", TOLERATED)
def test_a_flood_costs_nobody_but_its_sender(scene: Field, quality: Quality, name: str) -> None:
    said, seen = scene.watched("flood", name=name, seconds=FLOOD_S)
    quality(f"peer_flood_status_p95 ({name})", seen.status_ms, "ms", STATUS_MS)
    quality(f"peer_flood_delivery ({name})", max(seen.forth_s + seen.back_s), "s", DELIVER_S)
    quality(f"peer_flood_memory ({name})", seen.growth_mb, "MB", GROWTH_MB)
    assert said["sent"] > 0
    assert_served(seen)
    scene.assert_unharmed()


@pytest.mark.parametrize("name", OFFENCES)
def test_what_may_not_be_sent_closes_the_link_for_its_reason(scene: Field, name: str) -> None:
    reason = OFFENCES[name].reason.name.lower()
    before, kept = scene.counted(), scene.ana.get("/sync/state")["messages"]
    assert scene.strike("offend", name=name) == reason
    until(lambda: scene.counted()[reason] == before[reason] + 1)
    assert scene.ana.get("/sync/state")["messages"] == kept
    scene.assert_unharmed()


def test_messages_of_a_room_the_two_do_not_share_leave_no_trace(scene: Field) -> None:
    before, kept = scene.counted(), scene.ana.get("/sync/state")
    scene.strike("trespass")
    until(lambda: scene.counted()["done"] == before["done"] + 1)
    assert scene.ana.get("/sync/state")["messages"] == kept["messages"]
    assert scene.ana.get("/sync/state")["digests"] == kept["digests"]


def test_an_honest_turn_closes_nothing(scene: Field) -> None:
    """Control: what the table refuses is refused for its last frame."""
    before = scene.counted()
    assert scene.strike("offend", name=NOTHING_WRONG) == "done"
    until(lambda: scene.counted()["done"] == before["done"] + 1)


def test_a_node_that_stops_for_two_seconds_is_noticed(scene: Field) -> None:
    """Control: the measure of a flood sees a stalled loop."""
    process, seen = scene.node.process, Seen()
    stalled = threading.Timer(STOPPED_S, os.kill, (process.pid, signal.SIGCONT))
    os.kill(process.pid, signal.SIGSTOP)
    stalled.start()
    scene.look(seen, stalled.is_alive)
    assert max(seen.status_s) > STOPPED_S / 2
    with pytest.raises(AssertionError):
        assert_served(Seen([STOPPED_S] * 20, seen.forth_s, seen.back_s))


def test_a_byte_a_second_is_given_up_in_the_handshake_and_after_it(
    scene: Field, trickled: Future[dict[str, float]]
) -> None:
    said = trickled.result(HANG * HELLO_S)
    assert said["handshake_s"] < HANDSHAKE_S + LEEWAY_S
    assert said["hello_s"] < HELLO_S + LEEWAY_S
    counted = scene.counted()
    assert (counted["refused late"], counted["silent"]) == (SLOW, SLOW), counted
    scene.assert_unharmed()


def test_what_came_in_floods_is_marked_as_uncertain_in_time(scene: Field) -> None:
    """The end of time that somebody claims moves no clock and no place of an honest message."""
    wall_ms = scene.ana.get("/status")["clock"]["wall_ms"]
    message = scene.ana.client.post("/rooms/everyone/messages", json={"text": "now"}).json()
    assert abs(message["sort_ms"] - wall_ms) < 60_000
    assert scene.ana.found(EVIL) > 0, "control: valid messages of strangers are kept"


def test_a_log_with_a_trace_or_a_line_too_many_is_complained_of() -> None:
    """Control of what is asked of logs."""
    line = "WARNING node: link closed: order (consumed what was not sent)\n"
    assert complaints(line, 5.0) == []
    assert complaints(2 * line, 5.0) == ["link closed: order: 2 times"]
    assert complaints(2 * line, 12.0) == []
    assert complaints(line + "Traceback (most recent call last):\n", 5.0) != []
    assert complaints("WARNING n: refused 1 as late\nWARNING n: refused 9 as late\n", 5.0) != []
