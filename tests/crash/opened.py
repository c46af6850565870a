"""A node without its doors: opened exactly as the program opens it."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.clock import SystemClock
from node.runtime.node import Node
from node.store import identity
from node.store.opening import DataDirectory, examine_file
from node.store.store import Store, open_store

BUDGET_BYTES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Opened:
    """An open node."""

    id: str
    node: Node
    store: Store
    data_file: Path


@asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Opened]:
    """Open the data directory ``folder`` for as long as the block lasts.

    Raises:
        OpeningError: it cannot be used.
        sqlite3.Error: likewise.
    """
    directory = DataDirectory(folder)
    try:
        examine_file(directory.data_file)
        who = identity.load_or_make(directory.path, None, os.urandom, None)
        clock = SystemClock()
        store = await open_store(
            directory.data_file,
            node_id=who.box.id,
            clock=clock,
            budget_bytes=BUDGET_BYTES,
            machine=None,
        )
        try:
            node = Node(who.box, store, clock, os.urandom)
            yield Opened(who.box.id, node, store, directory.data_file)
        finally:
            await store.close()
    finally:
        directory.release()
