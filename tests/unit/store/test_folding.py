"""Quiet logs leave the frontier and stay in the sums; a new envelope brings them back."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from node.protocol import kinds
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.limits import MIN_TTL_S
from node.store import folding, repair
from node.store.folding import QUIET_S, Folding, close, close_beyond
from node.store.store import Store
from node.store.sums import hash_of
from node.store.transaction import Transaction
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import Bring, Take, connection_of, written

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]


async def _fold(store: Store) -> None:
    """Walk through all logs, whether it is time or not."""

    def work(tx: Transaction) -> None:
        walk = Folding()
        while walk.step(connection_of(tx), vars(tx)["_conditions"].lived_s):
            pass

    await store.write(work)


async def _open(store: Store) -> int:
    return len(await store.frontier(None, above=0, below=None, limit=999))


async def _quiet(store: Store, clock: FakeClock) -> None:
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    clock.pass_s(QUIET_S)


async def test_a_quiet_log_with_nothing_but_its_head_is_closed_and_still_counts(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    quiet, kept, safe = written("quiet", 3, MIN_TTL_S), written("kept", 3), RemoteAuthor("safe")
    await bring(*quiet, *kept, safe.introduces())
    await _quiet(store, clock)
    before = (await store.digests(None))[1]
    await _fold(store)
    handles = [quiet[0].payload.log.handle, kept[0].payload.log.handle]
    assert await _open(store) == 2
    assert len(await store.rows(handles)) == 1
    assert (await store.digests(None))[1] == before
    assert (await store.logs(handles))[handles[0]].row.head == 3
    assert await store.closed_scopes(None) == [(EVERYONE, kinds.CHAT)]
    assert await store.closed_scopes(frozenset([RoomId(bytes(32))])) == []
    assert len(await store.closed(EVERYONE, kinds.CHAT)) == 1
    assert (await store.bodies([3]))[0].exact == quiet[2].exact


async def test_not_yet_quiet_for_long_enough_is_open(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    await bring(*written("ana", 3, MIN_TTL_S))
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    await _fold(store)
    clock.pass_s(QUIET_S - MIN_TTL_S - 2)
    await _fold(store)
    assert await _open(store) == 1
    clock.pass_s(2)
    await _fold(store)
    assert await _open(store) == 0


async def test_what_people_of_this_box_wrote_is_never_closed(
    store: Store, take: Take, clock: FakeClock
) -> None:
    await store.write(lambda tx: tx.add_person(hashlib.sha256(b"own").digest(), bytes(32)))
    await take(written("own", 1, MIN_TTL_S), local=True)
    await _quiet(store, clock)
    await _fold(store)
    assert await _open(store) == 1


async def test_a_new_envelope_opens_a_closed_log_again(
    store: Store, bring: Bring, clock: FakeClock, ask: Ask
) -> None:
    log = written("ana", 4, MIN_TTL_S)
    await bring(*log[:2])
    await _quiet(store, clock)
    await _fold(store)
    assert await _open(store) == 0
    assert await bring(log[1]) == ["seen"]
    assert await _open(store) == 0
    assert await bring(log[3]) == ["stored"]
    assert await _open(store) == 1
    assert ask("SELECT count(*) FROM closed") == [(0,)]
    assert _sums_fit(ask)


def _sums_fit(ask: Ask) -> bool:
    """Return whether the sums are those of the rows and taken hashes."""
    rows = [hash_of(row) for (row,) in ask("SELECT frontier FROM log WHERE NOT shared")]
    taken = [h for (h,) in ask("SELECT hash FROM closed WHERE log_no IS NULL")]
    total = sum(int.from_bytes(each) for each in rows + taken) % 2**256
    sums = ask("SELECT total, rows FROM frontier_sum")
    counted = sum(int.from_bytes(t) for t, _ in sums) % 2**256, sum(n for _, n in sums)
    return counted == (total, len(rows) + len(taken))


async def test_beyond_the_most_the_oldest_of_the_least_class_close_first(
    store: Store, bring: Bring, ask: Ask
) -> None:
    chats = [written(f"chat {number}", 1)[0] for number in range(4)]
    rest = [_leaves(f"rest {number}") for number in range(3)]
    safe = [RemoteAuthor(f"safe {number}").introduces() for number in range(2)]
    await bring(*chats[:2], *rest, *safe, *chats[2:])
    await store.write(lambda tx: close_beyond(connection_of(tx), 5))
    assert ask("SELECT class, count(*) FROM log WHERE closed = 0 GROUP BY 1") == [(1, 2), (2, 3)]
    closed = [h for (h,) in ask("SELECT handle FROM log WHERE closed AND class = 2")]
    assert closed == [chats[0].payload.log.handle]
    await store.write(lambda tx: close_beyond(connection_of(tx), 0))
    assert ask("SELECT class, count(*) FROM log WHERE closed = 0 GROUP BY 1") == [(1, 2)]
    assert _sums_fit(ask)


def _leaves(name: str) -> Envelope:
    author = RemoteAuthor(name)
    return author.signs(kinds.Kind.ROOM_LEAVE, kinds.RoomLeave(), EVERYONE, kinds.REST)


async def test_a_flood_of_logs_closes_in_slices(
    store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "MAX_OPEN", 3)
    monkeypatch.setattr(folding, "WINDOW", 2)
    await bring(*(written(f"chat {number}", 1)[0] for number in range(10)))
    await _fold(store)
    assert await _open(store) == 3


async def test_the_hash_of_a_closed_log_counts_without_any_head(
    store: Store, bring: Bring, ask: Ask
) -> None:
    await bring(*written("here", 1))
    before = (await store.digests(None))[1]
    hashes = [bytes([number]) * 32 for number in range(3)]
    taking = [*hashes, hashes[0], b"short"]
    await store.write(lambda tx: tx.take_closed(EVERYONE, kinds.CHAT, taking))
    assert (await store.digests(None))[1] != before
    assert await store.closed(EVERYONE, kinds.CHAT) == hashes
    assert await _open(store) == 1
    await store.write(lambda tx: tx.take_closed(EVERYONE, kinds.CHAT, hashes))
    await store.write(lambda tx: tx.take_closed(EVERYONE, kinds.SAFETY, hashes))
    await store.write(lambda tx: tx.take_closed(RoomId(bytes(32)), kinds.CHAT, hashes))
    assert ask("SELECT count(*) FROM closed") == [(3,)]
    assert _sums_fit(ask)


async def test_a_hash_counts_once_whether_its_log_is_open_here_or_comes_later(
    store: Store, bring: Bring, ask: Ask
) -> None:
    log = written("ana", 2)
    await bring(log[0])
    first = hash_of(ask("SELECT frontier FROM log")[0][0])
    await store.write(lambda tx: tx.take_closed(EVERYONE, kinds.CHAT, [first]))
    assert ask("SELECT count(*) FROM closed") == [(0,)]
    await bring(log[1])
    second = hash_of(ask("SELECT frontier FROM log")[0][0])
    rows = (await store.digests(None))[1]

    def forget(tx: Transaction) -> None:
        for table in ("envelope", "log", "frontier_sum"):
            connection_of(tx).execute(f"DELETE FROM {table}")  # noqa: S608 - a test's broom
        tx.take_closed(EVERYONE, kinds.CHAT, [second])

    await store.write(forget)
    assert (await store.digests(None))[1] == rows
    await bring(log[0])
    assert (await store.digests(None))[1] != rows
    await bring(log[1])
    assert (await store.digests(None))[1] == rows
    assert ask("SELECT count(*) FROM closed") == [(0,)]


async def test_a_liar_invents_only_so_many_closed_logs(
    store: Store, ask: Ask, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "MAX_CLOSED", 4)
    monkeypatch.setattr(folding, "MAX_CLOSED", 4)
    hashes = [bytes([number]) * 32 for number in range(9)]
    await store.write(lambda tx: tx.take_closed(EVERYONE, kinds.REST, hashes))
    assert ask("SELECT count(*) FROM closed") == [(4,)]
    await bring(*written("ana", 1))
    assert await store.write(lambda tx: close(connection_of(tx), [1])) == 0
    assert await _open(store) == 1
