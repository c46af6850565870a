"""A store on a real file, with a clock that stands still."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from node.protocol.envelope import Envelope
from node.protocol.limits import DEFAULT_TTL_S
from node.protocol.ranges import Ranges
from node.protocol.row import Row
from node.runtime.ports import Receipt
from node.store.connection import open_reader
from node.store.store import Store, open_store
from node.store.transaction import Transaction
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import START_MS, FakeClock

NODE_ID = "ab" * 32
BUDGET_BYTES = 1_000_000_000

Take = Callable[..., Awaitable[list[int | None]]]
Bring = Callable[..., Awaitable[list[str]]]


def connection_of(tx: Transaction) -> sqlite3.Connection:
    """Return the writer's connection behind a job, for what no use case does."""
    db: sqlite3.Connection = vars(tx)["_db"]
    return db


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node.db"


@pytest.fixture
async def store(path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    opened = await open_store(
        path, node_id=NODE_ID, clock=clock, budget_bytes=BUDGET_BYTES, machine=None
    )
    yield opened
    await opened.close()


@pytest.fixture
def take(store: Store) -> Take:
    """Return a call that stores envelopes from elsewhere, in one job, and returns arrivals."""

    async def run(
        envelopes: Sequence[Envelope], *, age_s: int = 0, local: bool = False
    ) -> list[int | None]:
        def work(tx: Transaction) -> list[int | None]:
            return [
                tx.append(each, Receipt(age_s, each.payload.hlc >> 16, True), local=local)  # noqa: FBT003
                for each in envelopes
            ]

        return await store.write(work)

    return run


@pytest.fixture
def bring(store: Store) -> Bring:
    """Return a call that takes envelopes as another box brings them, and returns what became."""

    async def run(
        *envelopes: Envelope, gone: Iterable[tuple[int, int]] = (), received_ms: int = START_MS
    ) -> list[str]:
        def work(tx: Transaction) -> list[str]:
            return [tx.take(each, 0, received_ms, Ranges.of(gone)) for each in envelopes]

        return await store.write(work)

    return run


def written(name: str, count: int, ttl_s: int = DEFAULT_TTL_S) -> list[Envelope]:
    """Return the first messages of a log, from position 1 on."""
    author = RemoteAuthor(name)
    return [author.says(f"{name} {number}", ttl_s=ttl_s) for number in range(1, count + 1)]


@pytest.fixture
def row(store: Store) -> Callable[[Envelope], Awaitable[Row]]:
    """Return a call that reads the row of the log of an envelope."""

    async def run(envelope: Envelope) -> Row:
        handle = envelope.payload.log.handle
        return (await store.logs([handle]))[handle].row

    return run


@pytest.fixture
def ask(path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Return a call that reads the file beside the store."""

    def run(query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(open_reader(path)) as db:
            rows: list[tuple[Any, ...]] = db.execute(query, values).fetchall()
            return rows

    return run
