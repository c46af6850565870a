"""What is missing for no reason is found and asked for; what was dropped on purpose is not."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from node.protocol.limits import MIN_TTL_S
from node.protocol.ranges import Ranges
from node.store.scrub import EVERY_S, LOGS, Scrub
from node.store.store import Store, open_store
from node.store.transaction import Transaction
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import BUDGET_BYTES, NODE_ID, Bring, connection_of, written

if TYPE_CHECKING:
    from node.store.writer import Chore, Writer

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]


async def _scrub(store: Store) -> None:
    def work(tx: Transaction) -> None:
        scrub = Scrub()
        scrub.demand()
        while scrub.step(connection_of(tx), 0):
            pass

    await store.write(work)


async def _lose(store: Store, where: str) -> None:
    await store.write(
        lambda tx: connection_of(tx).execute(f"DELETE FROM envelope WHERE {where}")  # noqa: S608
    )


async def test_lost_envelopes_are_told_and_come_back(store: Store, bring: Bring) -> None:
    log = written("ana", 9)
    await bring(*log)
    before = await store.digests(None)
    await _lose(store, "seq IN (1, 4, 5, 9)")
    await _scrub(store)
    handle = log[0].payload.log.handle
    assert await store.told(None, 9) == [(handle, Ranges.at([1, 4, 5, 9]))]
    assert await store.digests(None) == before
    (found,) = await store.frontier(None, above=0, below=None, limit=1)
    assert found.lowest_served == 2
    assert await bring(*log) == [
        "stored", "seen", "seen", "stored", "stored", "seen", "seen", "seen", "stored",
    ]  # fmt: skip
    assert await store.told(None, 9) == []
    (found,) = await store.frontier(None, above=0, below=None, limit=1)
    assert found.lowest_served == 1


async def test_holes_and_what_was_dropped_or_declined_are_no_damage(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    author = RemoteAuthor("ana")
    log = [author.says("x", ttl_s=(1 + number % 3) * MIN_TTL_S) for number in range(12)]
    await bring(*log[:5], *log[7:])
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    await _scrub(store)
    assert await store.told(None, 9) == []
    await _lose(store, "seq = 3")
    await _scrub(store)
    assert await store.told(None, 9) == [(log[0].payload.log.handle, Ranges.at([3]))]


async def test_ids_without_bytes_of_a_forked_log_are_no_damage(
    store: Store, bring: Bring, clock: FakeClock
) -> None:
    one, other = RemoteAuthor("ana"), RemoteAuthor("ana")
    branches = [one.says("a", ttl_s=MIN_TTL_S), other.says("A", ttl_s=MIN_TTL_S), one.says("b")]
    await bring(*branches)
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    await _scrub(store)
    assert await store.told(None, 9) == []


async def test_every_log_is_looked_through(store: Store, bring: Bring) -> None:
    logs = [written(str(number), 2) for number in range(LOGS + 3)]
    await bring(*(each for log in logs for each in log))
    await _lose(store, "seq = 1")
    await _scrub(store)
    assert len(await store.told(None, 999)) == LOGS + 3


async def test_a_store_stopped_in_order_is_looked_through_slowly(
    store: Store, bring: Bring
) -> None:
    await bring(*(each for n in range(LOGS + 3) for each in written(str(n), 2)))
    await _lose(store, "seq = 1")
    scrub = Scrub()

    async def step(lived_s: int) -> int:
        await store.write(lambda tx: scrub.step(connection_of(tx), lived_s))
        return len(await store.told(None, 999))

    found = [await step(at_s) for at_s in (0, EVERY_S - 1, EVERY_S, 2 * EVERY_S)]
    assert found == [LOGS, LOGS, LOGS + 3, LOGS + 3]


async def _opened(path: Path, clock: FakeClock) -> Store:
    return await open_store(
        path, node_id=NODE_ID, clock=clock, budget_bytes=BUDGET_BYTES, machine=None
    )


@pytest.mark.parametrize("cut_off", [False, True])
async def test_only_a_store_that_was_cut_off_is_looked_through_at_its_start(
    path: Path, clock: FakeClock, *, cut_off: bool
) -> None:
    store = await _opened(path, clock)
    logs = [written(str(number), 2) for number in range(LOGS + 3)]
    await store.write(lambda tx: [tx.take(each, 0, 0, Ranges()) for log in logs for each in log])
    await _lose(store, "seq = 1")
    copy = path.with_name("copy.db")
    if cut_off:
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    await store.close()
    damaged = await _opened(copy if cut_off else path, clock)
    writer: Writer = vars(damaged)["_writer"]
    chore: Chore = vars(writer)["_chores"][-1]

    def rest(tx: Transaction) -> None:
        while chore(connection_of(tx)):
            pass

    await damaged.write(rest)
    assert len(await damaged.told(None, 999)) == (LOGS + 3 if cut_off else LOGS)
    await damaged.close()
