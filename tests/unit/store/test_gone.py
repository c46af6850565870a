"""What others say is gone is believed late, never above the head, and never for ever."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from node.protocol.envelope import Envelope
from node.protocol.ids import LogHandle, VerifyKey
from node.protocol.ranges import Ranges
from node.protocol.row import Row
from node.store import gone
from node.store.gone import PATIENCE_S, judge_some
from node.store.store import Store
from node.store.transaction import Transaction
from node.sync.frames import StoredEntry
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import Bring, connection_of, written

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]
RowOf = Callable[[Envelope], Awaitable[Row]]

ONE, OTHER = VerifyKey(b"1" * 32), VerifyKey(b"2" * 32)


async def _say(store: Store, peer: VerifyKey, handle: LogHandle, *runs: tuple[int, int]) -> None:
    await store.write(lambda tx: tx.note_gone(peer, [(handle, Ranges.of(runs))]))


async def _judge(store: Store, clock: FakeClock, seconds: float) -> None:
    """Let time pass and judge, until nothing is left to be judged."""
    clock.pass_s(seconds)

    def work(tx: Transaction) -> None:
        lived_s: int = vars(tx)["_conditions"].lived_s
        while judge_some(connection_of(tx), lived_s):
            pass

    await store.write(work)


async def test_a_hole_is_told_after_a_day_of_power_and_not_before(
    store: Store, bring: Bring, clock: FakeClock, row: RowOf
) -> None:
    log = written("ana", 6)
    await bring(log[1], log[5])
    await _say(store, ONE, log[0].payload.log.handle, (1, 1), (4, 5))
    await _judge(store, clock, PATIENCE_S - 1)
    assert [tuple(hole) for hole in (await row(log[0])).holes] == [(1, 1), (3, 5)]
    await _judge(store, clock, 1)
    assert [tuple(hole) for hole in (await row(log[0])).holes] == [(3, 3)]
    assert await store.told(None, 9) == [(log[0].payload.log.handle, Ranges.of([(1, 1), (4, 5)]))]


async def test_nothing_above_the_head_or_of_an_unknown_log_is_ever_believed(
    store: Store, bring: Bring, clock: FakeClock, row: RowOf, ask: Ask
) -> None:
    log = written("ana", 3)
    await bring(log[2])
    await _say(store, ONE, log[0].payload.log.handle, (1, 2**32 - 1))
    await _say(store, ONE, LogHandle(bytes(8)), (1, 9))
    assert ask("SELECT first, last FROM gone") == [(1, 2)]
    await _judge(store, clock, PATIENCE_S)
    assert (await row(log[0])).head == 3


async def test_what_was_brought_meanwhile_is_not_told(
    store: Store, bring: Bring, clock: FakeClock, ask: Ask
) -> None:
    log = written("ana", 3)
    await bring(log[2])
    await _say(store, ONE, log[0].payload.log.handle, (1, 2))
    await bring(log[0])
    await _judge(store, clock, PATIENCE_S)
    assert await store.told(None, 9) == [(log[0].payload.log.handle, Ranges.at([2]))]
    assert ask("SELECT count(*) FROM gone") == [(0,)]


async def test_saying_it_again_neither_hurries_nor_delays(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    log = written("ana", 4)
    handle = log[0].payload.log.handle
    await bring(log[3])
    await _say(store, ONE, handle, (1, 1))
    await _judge(store, clock, PATIENCE_S / 2)
    await _say(store, ONE, handle, (1, 3))
    await _judge(store, clock, PATIENCE_S / 2)
    assert await store.told(None, 9) == [(handle, Ranges.at([1]))]
    await _judge(store, clock, PATIENCE_S / 2)
    assert await store.told(None, 9) == [(handle, Ranges.of([(1, 3)]))]


async def test_whoever_stored_it_withdraws_his_word_and_lets_the_others_wait(
    store: Store, bring: Bring, clock: FakeClock, ask: Ask
) -> None:
    log = written("ana", 3)
    handle = log[0].payload.log.handle
    await bring(log[2])
    for peer in (ONE, OTHER):
        await _say(store, peer, handle, (1, 2))
    await _judge(store, clock, PATIENCE_S - 1)
    stored = [StoredEntry(handle, Ranges.at([2]), log[1].id[:4])]
    custody = await store.write(lambda tx: tx.note_stored(ONE, stored))
    assert custody.missing == [(handle, Ranges.at([2]))]
    assert ask("SELECT count(*), min(last) FROM gone WHERE peer_no = 1") == [(1, 1)]
    await _judge(store, clock, PATIENCE_S - 1)
    assert await store.told(None, 9) == []
    await _judge(store, clock, 1)
    assert await store.told(None, 9) == [(handle, Ranges.of([(1, 2)]))]


async def test_a_part_that_would_open_a_ninth_hole_waits_and_stops_nothing(
    store: Store, bring: Bring, clock: FakeClock, row: RowOf
) -> None:
    log = written("ana", 40)
    await bring(*log[3:32:4])
    assert len((await row(log[0])).holes) == 8
    await _say(store, ONE, log[0].payload.log.handle, (2, 2), (29, 31))
    await _judge(store, clock, PATIENCE_S)
    assert (await row(log[0])).holes[-1].last == 27
    await _judge(store, clock, PATIENCE_S)
    assert not (await row(log[0])).holes or (await row(log[0])).seen(2)


async def test_a_liar_fills_only_his_share(
    store: Store, bring: Bring, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gone, "MAX_PEER_RUNS", 5)
    monkeypatch.setattr(gone, "MAX_GONE_RUNS", 8)
    log = written("ana", 40)
    handle = log[0].payload.log.handle
    await bring(log[39])
    for peer in (ONE, OTHER):
        for _ in range(2):
            await _say(store, peer, handle, *((seq, seq) for seq in range(1, 39, 2)))
    assert ask("SELECT peer_no, count(*) FROM gone GROUP BY 1") == [(1, 5), (2, 3)]


async def test_told_positions_change_the_digest_as_if_they_had_been_stored(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    log = written("ana", 3)
    await bring(log[2])
    await _say(store, ONE, log[0].payload.log.handle, (1, 2))
    await _judge(store, clock, PATIENCE_S)
    told = (await store.digests(None))[1]
    assert await bring(log[0], log[1]) == ["stored", "stored"]
    assert (await store.digests(None))[1] == told
