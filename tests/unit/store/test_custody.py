"""A box is counted for what it stored where the ids agree: never too many."""

from collections.abc import Callable
from typing import Any

import pytest

from node.protocol.envelope import Envelope
from node.protocol.ids import LogHandle, VerifyKey
from node.protocol.limits import MIN_TTL_S
from node.protocol.ranges import Ranges
from node.store import custody
from node.store.store import Store
from node.sync.frames import StoredEntry
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import Bring, Take, written

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]

PEER = VerifyKey(b"p" * 32)


def entry(end: Envelope, *runs: tuple[int, int]) -> StoredEntry:
    """Return an entry whose tip is that of ``end``."""
    return StoredEntry(end.payload.log.handle, Ranges.of(runs), end.id[:4])


async def _stored(store: Store, *entries: StoredEntry, peer: VerifyKey = PEER) -> list[int]:
    return (await store.write(lambda tx: tx.note_stored(peer, entries))).arrivals


async def _boxes(store: Store) -> list[int]:
    return [message.state.boxes for message in await store.arrived(None, 99, 0)]


async def test_a_run_counts_as_one_with_the_id_at_its_end(store: Store, bring: Bring) -> None:
    log = written("ana", 5)
    await bring(*log)
    assert await _stored(store, entry(log[3], (1, 2), (4, 4))) == [1, 2, 4]
    assert await _boxes(store) == [2, 2, 1, 2, 1]


@pytest.mark.parametrize("wrong", [0, 2, 4])
async def test_another_id_at_the_end_counts_nothing(store: Store, bring: Bring, wrong: int) -> None:
    log = written("ana", 5)
    await bring(*log)
    assert await _stored(store, entry(log[wrong], (1, 4))) == []
    assert await _boxes(store) == [1] * 5


async def test_the_same_box_counts_once_and_another_again(store: Store, bring: Bring) -> None:
    log = written("ana", 2)
    await bring(*log)
    said = entry(log[1], (1, 2))
    assert await _stored(store, said, said) == [1, 2]
    assert await _stored(store, said) == []
    assert await _stored(store, said, peer=VerifyKey(b"q" * 32)) == [1, 2]
    assert await _boxes(store) == [3, 3]
    found = await store.states([1, 2, 77])
    assert [(id_, state.boxes) for id_, state in found] == [(e.id.hex(), 3) for e in log]


async def test_what_it_rightly_has_is_said_each_time(store: Store, bring: Bring) -> None:
    log = written("ana", 3)
    await bring(*log)
    said = [entry(log[2], (1, 3))]
    for news in ([1, 2, 3], []):
        found = await store.write(lambda tx: tx.note_stored(PEER, said))
        assert (found.arrivals, found.held) == (news, [1, 2, 3])


async def test_what_is_on_another_box_is_unsent_no_more(store: Store, take: Take) -> None:
    log = written("ana", 3)
    await take(log, local=True)
    assert (await store.totals()).unsent.messages == 3
    await _stored(store, entry(log[1], (1, 2)))
    assert (await store.totals()).unsent.messages == 1
    await _stored(store, entry(log[0], (3, 3)))
    assert (await store.totals()).unsent.messages == 1


async def test_in_a_forked_log_an_entry_counts_for_one_id(store: Store, bring: Bring) -> None:
    one, other = RemoteAuthor("ana"), RemoteAuthor("ana")
    left, right = [one.says("a"), one.says("b")], [other.says("A"), other.says("B")]
    await bring(*left, *right)
    assert await _stored(store, entry(right[1], (1, 2))) == [4]
    assert await _stored(store, entry(left[0], (1, 1))) == [1]
    assert await _boxes(store) == [2, 1, 1, 2]


async def test_what_the_peer_has_and_this_box_lacks_is_named(store: Store, bring: Bring) -> None:
    log = written("ana", 8)
    handle = log[0].payload.log.handle
    await bring(log[0], log[3], log[5])
    found = await store.write(
        lambda tx: tx.note_stored(PEER, [entry(log[7], (2, 5), (7, 8)), _unknown()])
    )
    assert found.missing == [(handle, Ranges.of([(2, 3), (5, 5)]))]
    assert found.arrivals == []


def _unknown() -> StoredEntry:
    return StoredEntry(LogHandle(bytes(8)), Ranges.of([(1, 9)]), bytes(4))


async def test_no_more_is_asked_for_than_a_want_may_hold(
    store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custody, "MAX_MISSING", 5)
    log = written("ana", 20)
    await bring(log[19])
    found = await store.write(lambda tx: tx.note_stored(PEER, [entry(log[19], (1, 20))]))
    assert found.missing == [(log[0].payload.log.handle, Ranges.of([(1, 5)]))]


async def test_many_names_count_only_so_many(
    store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custody, "MAX_BOXES", 3)
    (message,) = written("ana", 1)
    await bring(message)
    for number in range(6):
        await _stored(store, entry(message, (1, 1)), peer=VerifyKey(bytes([number]) * 32))
    assert await _boxes(store) == [4]


async def test_one_call_looks_at_so_many_runs_and_no_more(
    store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custody, "MAX_RUNS_PER_CALL", 2)
    log = written("ana", 3)
    await bring(*log)
    said = [entry(each, (n, n)) for n, each in enumerate(log, 1)]
    assert await _stored(store, *said) == [1, 2]


async def test_what_is_dropped_is_counted_nowhere(
    store: Store, bring: Bring, clock: FakeClock, ask: Ask
) -> None:
    log = written("ana", 2, ttl_s=MIN_TTL_S)
    await bring(*log)
    await _stored(store, entry(log[1], (1, 2)))
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    assert ask("SELECT arrival FROM custody") == [(2,)]
    assert await _stored(store, entry(log[0], (1, 1)), peer=VerifyKey(b"q" * 32)) == []
