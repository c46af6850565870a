"""Who was linked, what was carried, and up to where his changes were seen."""

from collections.abc import Callable
from typing import Any

import pytest

from node.protocol.ids import LogHandle, VerifyKey
from node.protocol.ranges import Ranges
from node.store import peers
from node.store.shapes import Checkpoint
from node.store.store import Store
from tests.unit.store.conftest import Bring, written

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]

ONE, OTHER = VerifyKey(b"1" * 32), VerifyKey(b"2" * 32)


async def _link(store: Store, peer: VerifyKey, name: str, address: str, wall_ms: int) -> None:
    await store.write(lambda tx: tx.note_link(peer, name, address, wall_ms))


async def _synced(store: Store, peer: VerifyKey, reached: Checkpoint, wall_ms: int) -> None:
    await store.write(lambda tx: tx.note_sync(peer, reached, wall_ms))


async def _gone(store: Store, peer: VerifyKey, handle: LogHandle) -> None:
    await store.write(lambda tx: tx.note_gone(peer, [(handle, Ranges.at([1]))]))


async def test_the_last_link_and_all_traffic_are_remembered(store: Store) -> None:
    for name, address, when_ms in (("Gym", "10.0.0.1:7777", 5), ("Gym 2", "10.0.0.2:7777", 8)):
        await _link(store, ONE, name, address, when_ms)
        await store.write(lambda tx: tx.note_traffic(ONE, 100, 7, 9))
    await store.write(lambda tx: tx.note_traffic(OTHER, 1, 1, 1))
    (peer,) = await store.peers()
    assert (peer.id, peer.name, peer.address) == (ONE.hex(), "Gym 2", "10.0.0.2:7777")
    assert peer.last_seen_ms == 9
    (sync,) = (await store.totals()).peers
    assert (sync.bytes_in, sync.bytes_out, sync.last_sync_ms) == (200, 14, None)


async def test_a_checkpoint_is_of_one_peer_and_one_incarnation(store: Store) -> None:
    assert await store.checkpoint(ONE) is None
    await store.write(lambda tx: tx.note_link(ONE, "a", "b", 1))
    assert await store.checkpoint(ONE) is None
    for number in (7, 9):
        reached = Checkpoint(bytes([number]) * 8, number)
        await _synced(store, ONE, reached, 10 * number)
        assert await store.checkpoint(ONE) == reached
    assert await store.checkpoint(OTHER) is None
    assert (await store.totals()).peers[0].last_sync_ms == 90


async def test_who_comes_under_many_names_pushes_out_who_was_seen_longest_ago(
    store: Store, bring: Bring, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "MAX_PEERS", 3)
    log = written("ana", 3)
    await bring(log[2])
    handle = log[0].payload.log.handle
    for number in (5, 1, 2, 3, 4):
        peer = VerifyKey(bytes([number]) * 32)
        await _link(store, peer, "x", "y", number)
        await _gone(store, peer, handle)
    assert [peer.id[:2] for peer in await store.peers()] == ["05", "03", "04"]
    assert ask("SELECT count(*) FROM gone") == [(3,)]
