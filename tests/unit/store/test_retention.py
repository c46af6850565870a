"""What is dropped, what never is, and that nothing dropped comes back."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node.contract.problems import FULL, RefusedError
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE
from node.protocol.limits import MIN_TTL_S
from node.runtime.ports import Receipt
from node.store.index import index_some
from node.store.retention import HEAD_RECHECK_S, Relief
from node.store.space import Space
from node.store.store import BARREN_S, Store, open_store
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import NODE_ID, Take, connection_of

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]


async def test_life_ends_by_powered_time_and_not_by_the_wall_clock(
    store: Store, take: Take, clock: FakeClock
) -> None:
    author = RemoteAuthor("ana")
    await take([author.says("old", ttl_s=MIN_TTL_S), author.says("head")])
    clock.now_ms += 10 * 365 * 86_400_000
    await store.keep_time()
    assert [m.text for m in await store.arrived(None, 10, 0)] == ["old", "head"]
    clock.now_s += MIN_TTL_S + 1
    await store.keep_time()
    assert [m.text for m in await store.arrived(None, 10, 0)] == ["head"]


async def test_the_age_said_beside_an_envelope_never_ends_it_within_the_hour(
    store: Store, take: Take, clock: FakeClock
) -> None:
    author = RemoteAuthor("ana")
    await take([author.says("old", ttl_s=MIN_TTL_S), author.says("head")], age_s=10**9)
    clock.now_s += MIN_TTL_S - 1
    await store.keep_time()
    assert len(await store.arrived(None, 10, 0)) == 2


async def test_an_expired_head_is_hidden_and_goes_once_it_is_no_head(
    store: Store, take: Take, clock: FakeClock, ask: Ask
) -> None:
    author = RemoteAuthor("ana")
    await take([author.says("head", ttl_s=MIN_TTL_S)])
    clock.now_s += MIN_TTL_S + 1
    await store.keep_time()
    assert await store.arrived(None, 10, 0) == []
    assert ask("SELECT shown, exact NOT NULL FROM envelope") == [(0, 1)]
    assert ask("SELECT messages FROM room WHERE id = ?", EVERYONE) == [(0,)]
    await take([author.says("next")])
    clock.now_s += HEAD_RECHECK_S + 1
    await store.keep_time()
    assert ask("SELECT seq FROM envelope") == [(2,)]


async def test_what_was_dropped_is_never_taken_again(
    store: Store, take: Take, clock: FakeClock
) -> None:
    author = RemoteAuthor("ana")
    old = author.says("old", ttl_s=MIN_TTL_S)
    await take([old, author.says("head")])
    digests = (await store.totals()).digests
    clock.now_s += MIN_TTL_S + 1
    await store.keep_time()
    assert await take([old]) == [None]
    assert (await store.totals()).digests == digests


async def test_a_dropped_envelope_of_a_forked_log_leaves_its_id(
    store: Store, take: Take, clock: FakeClock, ask: Ask
) -> None:
    one, other = RemoteAuthor("ana"), RemoteAuthor("ana")
    left = one.says("left", ttl_s=MIN_TTL_S)
    await take([left, other.says("right", ttl_s=MIN_TTL_S), one.says("head")])
    clock.now_s += MIN_TTL_S + 1
    await store.keep_time()
    tombstones = ask("SELECT tombstone FROM envelope WHERE exact IS NULL")
    assert (left.id,) in tombstones
    assert len(tombstones) == 2


async def test_a_dropped_message_is_found_neither_by_id_nor_by_word(
    store: Store, take: Take, clock: FakeClock
) -> None:
    author = RemoteAuthor("ana")
    old = author.says("zebra", ttl_s=MIN_TTL_S)
    await take([old, author.says("head")])
    assert [m.text for m in await store.search("zebra", None, 5, None)] == ["zebra"]
    assert await store.envelope(old.id) == old.exact
    clock.now_s += MIN_TTL_S + 1
    await store.keep_time()
    assert await store.search("zebra", None, 5, None) == []
    assert await store.envelope(old.id) is None


async def test_under_pressure_chat_goes_before_safety_and_own_unsent_never(
    store: Store, take: Take, ask: Ask, path: Path
) -> None:
    chat, safety, own = RemoteAuthor("chat"), RemoteAuthor("safety"), RemoteAuthor("own")
    await take([safety.says("urgent " + "x" * 900, urgent=True) for _ in range(12)])
    await take([chat.says("chat " + "x" * 900) for _ in range(300)])
    await take([own.says("own " + "x" * 900) for _ in range(300)], local=True)

    def relieve(db: sqlite3.Connection) -> None:
        while index_some(db):
            pass
        relief = Relief(Space(path, 600_000))
        while relief.step(db):
            pass

    await store.write(lambda tx: relieve(connection_of(tx)))
    left: dict[bytes, int] = dict(ask("SELECT substr(a.key, 1, 4), count(*) FROM envelope AS e"
                    " JOIN author AS a USING (author_no) GROUP BY 1"))  # fmt: skip
    assert left[bytes(own.key.verify_key[:4])] == 300
    assert left[bytes(chat.key.verify_key[:4])] < 50
    assert left[bytes(safety.key.verify_key[:4])] == 12 or left[bytes(chat.key.verify_key[:4])] == 1


async def test_without_pressure_nothing_is_dropped(
    store: Store, take: Take, ask: Ask, path: Path
) -> None:
    await take([RemoteAuthor("ana").says("x" * 900) for _ in range(1)])
    await store.write(lambda tx: Relief(Space(path, 10**9)).step(connection_of(tx)))
    assert ask("SELECT count(*) FROM envelope") == [(1,)]


async def test_powered_time_goes_on_after_a_restart(
    store: Store, clock: FakeClock, ask: Ask
) -> None:
    clock.now_s += 500
    await store.keep_time()
    assert ask("SELECT lived_s FROM store") == [(500,)]


async def _say(store: Store, author: RemoteAuthor, *, local: bool) -> Envelope:
    message = author.says("x" * 900)
    receipt = Receipt(0, 1, time_certain=True)
    await store.write(lambda tx: tx.append(message, receipt, local=local))
    return message


async def test_a_full_store_takes_new_messages_although_it_is_never_idle(
    path: Path, clock: FakeClock
) -> None:
    store = await open_store(
        path, node_id=NODE_ID, clock=clock, budget_bytes=1_000_000, machine=None
    )
    busy = True

    async def search() -> None:
        while busy:
            await store.search("nothing", None, 1, None)

    searching = asyncio.create_task(search())
    author = RemoteAuthor("chat")
    said = [await _say(store, author, local=False) for _ in range(1_500)]
    assert (await store.storage()).used_bytes < 1_000_000
    newest = (await store.arrived(None, 9_999, 0))[-1]
    assert newest.id == said[-1].id.hex()
    busy = False
    await searching
    await store.close()


async def test_what_was_written_here_is_never_dropped_and_then_the_box_says_full(
    path: Path, clock: FakeClock
) -> None:
    store = await open_store(
        path, node_id=NODE_ID, clock=clock, budget_bytes=1_000_000, machine=None
    )
    author, kept = RemoteAuthor("own"), 0
    while (await store.storage()).writable:
        with contextlib.suppress(RefusedError):
            await _say(store, author, local=True)
            kept += 1
    with pytest.raises(RefusedError) as refused:
        await _say(store, author, local=True)
    assert refused.value.problem is FULL
    assert (await store.totals()).messages == kept > 100
    await store.close()


async def test_a_disk_that_others_filled_costs_at_most_a_tenth_of_what_is_kept(
    store: Store, take: Take, ask: Ask, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = RemoteAuthor("chat")
    await take([author.says("x" * 900) for _ in range(1_000)])
    whole = os.statvfs(path.parent)

    def filled(_: Path) -> os.statvfs_result:
        return os.statvfs_result((*whole[:4], 0, *whole[5:]))

    monkeypatch.setattr("node.store.space.os.statvfs", filled)

    def relieve(db: sqlite3.Connection) -> None:
        relief = Relief(Space(path, 10**9))
        while relief.step(db):
            pass

    await store.write(lambda tx: relieve(connection_of(tx)))
    assert 850 < ask("SELECT count(*) FROM envelope")[0][0] <= 1_000


async def test_a_store_that_may_drop_nothing_does_not_look_again_at_every_write(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    step = Relief.step

    def counted(relief: Relief, db: sqlite3.Connection) -> bool:
        steps.append(1)
        return step(relief, db)

    store = await open_store(
        path, node_id=NODE_ID, clock=clock, budget_bytes=1_000_000, machine=None
    )
    author = RemoteAuthor("own")
    while (await store.storage()).writable:
        with contextlib.suppress(RefusedError):
            await _say(store, author, local=True)
    await asyncio.sleep(0)
    monkeypatch.setattr(Relief, "step", counted)
    for _ in range(5):
        with pytest.raises(RefusedError):
            await _say(store, author, local=True)
    assert steps == []
    clock.pass_s(BARREN_S)
    with pytest.raises(RefusedError):
        await _say(store, author, local=True)
    assert steps
    await store.close()
