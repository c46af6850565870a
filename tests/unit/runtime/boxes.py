"""Boxes side by side, whose envelopes are carried over by hand."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from node.contract.people import Box, Introduction
from node.protocol.envelope import open_envelope
from node.protocol.ids import VerifyKey
from node.protocol.ranges import Ranges
from node.runtime.node import Node
from node.runtime.ports import Transaction
from node.runtime.sessions import Session
from node.store.connection import open_reader
from node.store.store import Store, open_store
from tests.fakes.clock import FakeClock
from tests.fakes.entropy import seeded


@dataclass(frozen=True, slots=True)
class SomeBox:
    """One box: a node over a store of its own."""

    node: Node
    store: Store
    path: Path
    clock: FakeClock

    async def newcomer(self, name: str = "Ana") -> Session:
        """Return the session of somebody new."""
        introduction, _ = await self.node.people.introduce(name, None, None)
        return session_of(introduction)

    async def brings_all_to(self, other: "SomeBox") -> None:
        """Give ``other`` every envelope held here, the newest first."""
        with closing(open_reader(self.path)) as db:
            rows = db.execute(
                "SELECT exact FROM envelope WHERE exact NOT NULL ORDER BY arrival DESC"
            ).fetchall()
        envelopes = [open_envelope(exact) for (exact,) in rows]

        def work(tx: Transaction) -> None:
            for envelope in envelopes:
                tx.take(envelope, 0, other.clock.wall_ms(), Ranges.of([]))

        await other.store.write(work)

    def count_profiles(self) -> int:
        """Return how many profiles are held here."""
        with closing(open_reader(self.path)) as db:
            return int(db.execute("SELECT count(*) FROM envelope WHERE kind = 1").fetchone()[0])


@asynccontextmanager
async def open_box(path: Path, seed: int = 1) -> AsyncGenerator[SomeBox]:
    """Yield a box that keeps its data at ``path``; the same seed draws the same secrets."""
    clock, node_id = FakeClock(), bytes([seed]).hex() * 32
    store = await open_store(path, node_id=node_id, clock=clock, budget_bytes=10**9, machine=None)
    try:
        node = Node(Box(node_id, node_id, f"Box {seed}"), store, clock, seeded(seed))
        running = asyncio.create_task(node.run())
        yield SomeBox(node, store, path, clock)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    finally:
        await store.close()


def session_of(introduction: Introduction) -> Session:
    """Return the session that an introduction began."""
    return Session(introduction.user, introduction.token)


def author_of(session: Session) -> VerifyKey:
    """Return the author who writes in a session."""
    return VerifyKey(bytes.fromhex(session.user.id))
