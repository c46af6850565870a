"""Two thousand sessions with one thing wrong in each, over real links to a real node."""

from collections.abc import Callable, Generator

import pytest

from tests.hostile.peer_field import (
    DELIVER_S,
    GROWTH_MB,
    HANG,
    STATUS_MS,
    Field,
    field_of_two,
    until,
)
from tests.hostile.peer_sessions import MUTATIONS

Quality = Callable[[str, float, str, float | None], None]

SESSIONS = 2_002
LOOK_S = 0.1
POST_S = 1.0


@pytest.fixture(scope="module")
def scene() -> Generator[Field]:
    with field_of_two() as made:
        yield made


def test_two_thousand_broken_sessions_harm_nobody_and_each_is_counted(
    scene: Field, quality: Quality
) -> None:
    for number in range(20):
        scene.acknowledged.append(scene.ana.post(f"before {number}"))
    scene.strike("mutate", sessions=len(MUTATIONS), seed=1)  # the enemy has looked around by now
    scene.look_s, scene.post_s = LOOK_S, POST_S  # the time belongs to the sessions
    until(lambda: scene.counted().total() == len(MUTATIONS) + 1)  # and the look around
    before = scene.counted()
    said, seen = scene.watched("mutate", sessions=SESSIONS, seed=1)
    quality("peer_mutations_status_p95", seen.status_ms, "ms", STATUS_MS)
    quality("peer_mutations_delivery", max(seen.forth_s + seen.back_s), "s", DELIVER_S)
    quality("peer_mutations_memory", seen.growth_mb, "MB", GROWTH_MB)
    print(said["outcomes"])  # noqa: T201 - for whoever looks
    until(lambda: (scene.counted() - before).total() >= SESSIONS)
    counted = scene.counted() - before
    print(counted)  # noqa: T201 - for whoever looks
    assert counted.total() == SESSIONS, "each was counted once"
    assert seen.status_ms < STATUS_MS * HANG
    assert max(*seen.forth_s, *seen.back_s) < DELIVER_S * HANG
    assert seen.growth_mb < GROWTH_MB
    each = SESSIONS // len(MUTATIONS)
    assert counted["done"] >= each, "control: sessions with nothing wrong end in order"
    assert counted["malformed"] >= 4 * each
    assert min(counted["order"], counted["forged"], counted["refused preface"]) > 0
    assert scene.ana.found("kept") > 0, "control: what was valid in them is kept"
    scene.assert_unharmed()
