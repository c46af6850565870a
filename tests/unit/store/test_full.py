"""A store that is full: it ends, it says so, and what it holds stays."""

import resource
import signal
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from node.contract.problems import FULL, UNKNOWN_ROOM, RefusedError
from node.store.store import Store, open_store
from node.store.transaction import Transaction
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import NODE_ID

pytestmark = pytest.mark.anyio


@contextmanager
def full_disk() -> Generator[None]:
    """Let no file grow for as long as the block lasts."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


async def test_a_store_on_a_full_disk_closes(path: Path, clock: FakeClock) -> None:
    store = await open_store(path, node_id=NODE_ID, clock=clock, budget_bytes=10**8, machine=None)
    clock.pass_s(5)
    with full_disk():
        with pytest.raises((RefusedError, sqlite3.Error)):
            await store.write(lambda tx: tx.set_last_hlc(7))
        await store.close()


async def test_a_refusal_for_another_reason_does_not_make_a_full_store_writable(
    store: Store,
) -> None:
    def refuse(problem: RefusedError) -> None:
        raise problem

    def full(_: Transaction) -> None:
        refuse(RefusedError(FULL))

    def unknown(_: Transaction) -> None:
        refuse(RefusedError(UNKNOWN_ROOM))

    for work in (full, unknown):
        with pytest.raises(RefusedError):
            await store.write(work)
        assert not (await store.storage()).writable
    await store.write(lambda tx: tx.last_hlc())
    assert (await store.storage()).writable
