"""Connections to the peer port that come in numbers, hang, drip or never read."""

from collections.abc import Callable, Generator

import pytest

from node.net.limits import MAX_LINKS
from tests.hostile.peer_crowds import DEAF, HALF_OPEN, IDENTITIES, LEAVERS, RESETS
from tests.hostile.peer_field import (
    DELIVER_S,
    GROWTH_MB,
    HANG,
    STATUS_MS,
    Field,
    Seen,
    field_of_two,
    until,
)

Quality = Callable[[str, float, str, float | None], None]


@pytest.fixture(scope="module")
def scene() -> Generator[Field]:
    with field_of_two() as made:
        made.strike("donate")
        until(lambda: made.ana.get("/sync/state")["messages"] >= 900)
        yield made


def note(quality: Quality, name: str, seen: Seen) -> None:
    """Keep the figures of one crowd, and fail when somebody else noticed it."""
    quality(f"peer_crowd_status_p95 ({name})", seen.status_ms, "ms", STATUS_MS)
    quality(f"peer_crowd_delivery ({name})", max(seen.forth_s + seen.back_s), "s", DELIVER_S)
    quality(f"peer_crowd_memory ({name})", seen.growth_mb, "MB", GROWTH_MB)
    assert seen.status_ms < STATUS_MS * HANG
    assert max(*seen.forth_s, *seen.back_s) < DELIVER_S * HANG
    assert seen.growth_mb < GROWTH_MB


def test_two_hundred_connections_that_say_nothing_shut_nobody_out(
    scene: Field, quality: Quality
) -> None:
    before = scene.counted()
    said, seen = scene.watched("crowd", name="half open")
    note(quality, "half open", seen)
    assert said["opened"] == HALF_OPEN
    assert scene.counted()["refused crowded"] - before["refused crowded"] >= HALF_OPEN // 2
    assert scene.strike("offend", name="HELLO twice") == "order", "an honest handshake gets in"
    scene.assert_unharmed()


def test_five_hundred_that_connect_and_leave_cost_nothing(scene: Field, quality: Quality) -> None:
    said, seen = scene.watched("crowd", name="connect and leave")
    note(quality, "connect and leave", seen)
    assert said["left"] == LEAVERS
    scene.assert_unharmed()


def test_a_hundred_identities_get_no_more_links_than_there_may_be(
    scene: Field, quality: Quality
) -> None:
    before = scene.counted()
    said, seen = scene.watched("crowd", name="a hundred identities")
    note(quality, "a hundred identities", seen)
    assert said["linked"] == MAX_LINKS - 1, "the honest box keeps the one it has"
    assert said["linked"] + said["refused"] == IDENTITIES
    assert scene.counted()["refused full"] - before["refused full"] == said["refused"]
    until(lambda: scene.ana.get("/status")["network"]["peers_connected"] == 1)
    scene.assert_unharmed()


def test_connections_reset_in_the_middle_of_a_frame_end_their_links(
    scene: Field, quality: Quality
) -> None:
    before = scene.counted()
    said, seen = scene.watched("crowd", name="reset in a frame")
    note(quality, "reset in a frame", seen)
    assert said["reset"] == RESETS
    until(lambda: scene.ana.get("/status")["network"]["peers_connected"] == 1)
    assert (scene.counted() - before).total() >= RESETS
    scene.assert_unharmed()


def test_peers_that_ask_and_never_read_cost_little_and_are_cut_off(
    scene: Field, quality: Quality
) -> None:
    before, held_bytes = scene.counted(), scene.node.rss_bytes()
    said, seen = scene.watched("crowd", name="never reads")
    note(quality, "never reads", seen)
    assert said["asks"] > 100, "control: it asked"
    until(lambda: scene.ana.get("/status")["network"]["peers_connected"] == 1)
    until(lambda: (scene.counted() - before).total() == DEAF)
    assert scene.node.rss_bytes() - held_bytes < GROWTH_MB * 1e6, "what it had sent was worked off"
    scene.assert_unharmed()
