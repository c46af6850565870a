"""A node over a real store, with a clock that stands still and seeded randomness."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.contract.people import Box, User
from node.runtime.node import Node
from node.store.store import Store, open_store
from tests.fakes.clock import FakeClock
from tests.fakes.entropy import seeded

NODE_ID = "cd" * 32


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    opened = await open_store(
        tmp_path / "node.db", node_id=NODE_ID, clock=clock, budget_bytes=10**9, machine=None
    )
    yield opened
    await opened.close()


@pytest.fixture
async def node(store: Store, clock: FakeClock) -> AsyncIterator[Node]:
    node = Node(Box(NODE_ID, NODE_ID, "Gym"), store, clock, seeded(1))
    running = asyncio.create_task(node.run())
    yield node
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def ana(node: Node) -> User:
    introduction, _ = await node.people.introduce("Ana", None, None)
    return introduction.user
