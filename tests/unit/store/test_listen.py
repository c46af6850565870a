"""Whoever listens is told of each commit once, in order, and of nothing that was not committed."""

import asyncio
from collections.abc import Sequence

import pytest

from node.contract.problems import UNKNOWN_ROOM, RefusedError
from node.protocol.ranges import Ranges
from node.runtime.ports import Receipt
from node.store.shapes import Appended
from node.store.store import Store
from node.store.transaction import Transaction
from tests.fakes.clock import START_MS
from tests.unit.store.conftest import Bring, written

pytestmark = pytest.mark.anyio


@pytest.fixture
def heard(store: Store) -> list[list[int]]:
    """Return the arrivals of every call so far, one list for each."""
    calls: list[list[int]] = []
    store.listen(lambda appended: calls.append([each.arrival for each in appended]))
    return calls


async def test_what_was_written_here_and_elsewhere_is_told_alike(
    store: Store, bring: Bring
) -> None:
    told: list[Appended] = []
    store.listen(told.extend)
    own, foreign = written("own", 1)[0], written("foreign", 2)
    await store.write(lambda tx: tx.append(own, Receipt(0, 1, time_certain=True), local=True))
    await bring(foreign[1], foreign[0])
    assert [(each.id, each.seq, each.local) for each in told] == [
        (own.id, 1, True),
        (foreign[1].id, 2, False),
        (foreign[0].id, 1, False),
    ]
    assert [len(each.row.holes) for each in told] == [0, 1, 0]
    assert [each.size_bytes for each in told[1:]] == [len(e.exact) for e in foreign[::-1]]


async def test_nothing_new_is_not_told(bring: Bring, heard: list[list[int]]) -> None:
    log = written("ana", 1)
    await bring(*log)
    await bring(*log)
    await bring()
    assert heard == [[1]]


async def test_it_is_told_before_the_writer_of_it_goes_on(
    bring: Bring, heard: list[list[int]]
) -> None:
    await bring(*written("ana", 2))
    assert heard == [[1, 2]]


async def test_a_job_that_failed_is_not_told(store: Store, heard: list[list[int]]) -> None:
    (message,) = written("ana", 1)

    def work(tx: Transaction) -> None:
        tx.take(message, 0, START_MS, Ranges())
        raise RefusedError(UNKNOWN_ROOM)

    with pytest.raises(RefusedError):
        await store.write(work)
    await store.write(lambda tx: tx.last_hlc())
    assert heard == []


async def test_commits_are_told_in_their_order_also_when_the_caller_has_gone(
    store: Store, heard: list[list[int]]
) -> None:
    log = written("ana", 30)

    def taking(number: int) -> "asyncio.Task[str]":
        return asyncio.create_task(
            store.write(lambda tx: tx.take(log[number], 0, START_MS, Ranges()))
        )

    tasks = [taking(number) for number in range(30)]
    await asyncio.sleep(0)
    for task in tasks[::3]:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    await store.write(lambda tx: tx.last_hlc())
    assert sum(isinstance(each, asyncio.CancelledError) for each in ended) == 10
    assert heard == [[number] for number in range(1, 31)]


async def test_a_listener_that_fails_costs_nobody_else_a_word(
    store: Store, bring: Bring, heard: list[list[int]]
) -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))

    def broken(_: Sequence[Appended]) -> None:
        raise ValueError("a listener's own fault")

    store.listen(broken)
    later: list[int] = []
    store.listen(lambda appended: later.append(len(appended)))
    await bring(*written("ana", 2))
    assert (heard, later, len(faults)) == ([[1, 2]], [2], 1)
