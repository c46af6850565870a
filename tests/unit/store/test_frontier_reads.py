"""What peering reads of the store: rows, what is held, what is gone, and sums of exactly that."""

from collections.abc import Callable
from typing import Any

import pytest

from node.protocol.frontier import LogKey, Row, Sum, digest
from node.protocol.ids import EVERYONE, LogHandle, RoomId
from node.protocol.limits import MIN_TTL_S
from node.protocol.ranges import Ranges
from node.store.store import Store
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import Bring, written

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]

GYM = RoomId(b"g" * 32)
EVERYWHERE = frozenset([EVERYONE, GYM])


async def test_rows_come_newest_change_first_within_their_bounds(
    store: Store, bring: Bring
) -> None:
    logs = [written(name, 2) for name in ("a", "b", "c")]
    await bring(*(log[0] for log in logs), logs[0][1])
    handles = [log[0].payload.log.handle for log in logs]
    found = await store.frontier(None, above=0, below=None, limit=9)
    assert [Row.decode(each.row).handle for each in found] == [handles[0], *handles[:0:-1]]
    numbers = [each.changed_n for each in found]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] == await store.changed_n()
    assert await store.frontier(None, above=numbers[1], below=None, limit=9) == found[:1]
    assert await store.frontier(None, above=0, below=numbers[0], limit=1) == found[1:2]
    assert await store.frontier(None, above=numbers[0], below=None, limit=9) == []
    assert await store.rows([*handles[:2], LogHandle(bytes(8))]) == [found[0], found[2]]


async def test_rows_and_digests_are_of_the_rooms_asked_for(store: Store, bring: Bring) -> None:
    author = RemoteAuthor("ana")
    here, there = author.says("a"), author.says("b", room=GYM)
    await bring(here, there)
    for rooms, logs in (
        (None, [there, here]), (EVERYWHERE, [there, here]),
        (frozenset([EVERYONE]), [here]), (frozenset([GYM, RoomId(bytes(32))]), [there]),
    ):  # fmt: skip
        found = await store.frontier(rooms, above=0, below=None, limit=9)
        rows = [Row.decode(each.row) for each in found]
        assert [row.handle for row in rows] == [e.payload.log.handle for e in logs]
        total = Sum()
        for row in rows:
            total = total.add(row)
        assert (await store.digests(rooms))[1][2] == digest([total])


async def test_known_logs_are_told_from_unknown_ones(store: Store, bring: Bring) -> None:
    author = RemoteAuthor("ana")
    message = author.says("b", room=GYM)
    await bring(message)
    handle = message.payload.log.handle
    found = await store.logs([handle, LogHandle(bytes(8))])
    assert list(found) == [handle]
    assert (found[handle].room, found[handle].shared, found[handle].row.head) == (GYM, False, 1)


async def test_what_is_asked_for_is_held_or_gone_or_unknown(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    author = RemoteAuthor("ana")
    lives = [MIN_TTL_S, MIN_TTL_S, 9 * MIN_TTL_S, MIN_TTL_S, 9 * MIN_TTL_S, 9 * MIN_TTL_S]
    log = [author.says(str(life), ttl_s=life) for life in lives]
    handle = log[0].payload.log.handle
    await bring(*log[:4], log[5])
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    found = await store.wanted(None, [(handle, Ranges.of([(2, 2**32 - 1)]))], 99)
    assert [(held.arrival, held.class_) for held in found.held] == [(3, 2), (5, 2)]
    assert [held.size_bytes for held in found.held] == [len(log[2].exact), len(log[5].exact)]
    assert found.gone == [(handle, Ranges.of([(2, 2), (4, 4)]))]
    assert (await store.wanted(None, [(LogHandle(bytes(8)), Ranges.at([1]))], 9)).held == []


async def test_beyond_the_limit_nothing_is_said_to_be_gone(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    author = RemoteAuthor("ana")
    log = [author.says("x", ttl_s=(1 + number % 2) * MIN_TTL_S) for number in range(9)]
    handle = log[0].payload.log.handle
    await bring(*log)
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    everything = [(handle, Ranges.of([(1, 9)]))]
    found = await store.wanted(None, everything, 2)
    assert [held.arrival for held in found.held] == [2, 4]
    assert found.gone == [(handle, Ranges.at([1, 3]))]
    assert (await store.wanted(None, everything, 0)).gone == []
    assert (await store.wanted(None, everything, 99)).gone == [(handle, Ranges.at([1, 3, 5, 7]))]


async def test_nothing_of_another_room_is_served(store: Store, bring: Bring) -> None:
    message = RemoteAuthor("ana").says("b", room=GYM)
    await bring(message)
    asked = [(message.payload.log.handle, Ranges.at([1]))]
    assert len((await store.wanted(frozenset([EVERYONE, GYM]), asked, 9)).held) == 1
    refused = await store.wanted(frozenset([EVERYONE]), asked, 9)
    assert (list(refused.held), list(refused.gone)) == ([], [])


async def test_both_branches_are_served(store: Store, bring: Bring) -> None:
    left, right = written("ana", 1)[0], RemoteAuthor("ana").says("right")
    await bring(left, right)
    found = await store.wanted(None, [(left.payload.log.handle, Ranges.at([1]))], 9)
    assert [held.arrival for held in found.held] == [1, 2]
    assert found.gone == []


async def test_bodies_come_in_the_order_asked_for_with_their_age(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    log = written("ana", 2)
    await store.write(lambda tx: tx.take(log[0], 50, 0, Ranges()))
    clock.pass_s(7)
    await bring(log[1])
    clock.pass_s(3)
    found = await store.bodies([2, 9, 1])
    assert [(body.arrival, body.age_s) for body in found] == [(2, 3), (1, 60)]
    assert [body.exact for body in found] == [log[1].exact, log[0].exact]


async def test_the_lowest_position_served_follows_what_is_held(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    author = RemoteAuthor("ana")
    lives = [MIN_TTL_S, 3 * MIN_TTL_S, MIN_TTL_S, 2 * MIN_TTL_S, 9 * MIN_TTL_S]
    log = [author.says("x", ttl_s=life) for life in lives]

    async def lowest() -> int:
        (found,) = await store.frontier(None, above=0, below=None, limit=1)
        return found.lowest_served

    await bring(log[4])
    assert await lowest() == 1  # below is a hole: not seen is not gone
    await bring(*log[:4])
    served = [await lowest()]
    for _ in range(3):
        clock.pass_s(MIN_TTL_S + 1)
        await store.keep_time()
        served.append(await lowest())
    assert served == [1, 2, 2, 5]


async def test_logs_that_share_a_handle_leave_the_frontier_and_the_sums(
    store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, one, other = written("alone", 1), written("one", 2), written("other", 2)
    await bring(*alone)
    rest = (await store.digests(None))[1]
    shared = LogHandle(b"the same")
    own = alone[0].payload.log.handle

    def handle(key: LogKey) -> LogHandle:
        return own if key.author == alone[0].payload.author else shared

    monkeypatch.setattr(LogKey, "handle", property(handle))
    await bring(one[0])
    assert (await store.digests(None))[1] != rest
    await bring(other[1], one[1], other[0])
    assert (await store.digests(None))[1] == rest
    assert len(await store.frontier(None, above=0, below=None, limit=9)) == 1
    assert await store.rows([shared]) == []
    assert (await store.logs([shared]))[shared].shared
    known = [each.id for each in await store.ids(shared, 9)]
    assert sorted(known) == sorted(e.id for e in (*one, *other))
    assert len(await store.holding(shared, known)) == 4
