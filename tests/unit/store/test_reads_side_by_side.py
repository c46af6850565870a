"""Whoever searches or lists people without end makes nobody else wait."""

import asyncio
import threading
from collections.abc import Generator
from typing import Any
from unittest.mock import patch

import pytest

from node.contract.people import CheckInPage
from node.protocol.kinds import Category
from node.store.store import Store

pytestmark = pytest.mark.anyio

LIMIT_S = 10.0
CROWD = 20


@pytest.fixture
def held() -> Generator[threading.Event]:
    """Return what lets go of every list of people; until then each takes as long as it likes."""
    let_go = threading.Event()

    def slow(*_: Any) -> CheckInPage:  # noqa: ANN401 - as the real one
        assert let_go.wait(LIMIT_S)
        return CheckInPage([], None)

    with patch("node.store.store.check_ins", slow):
        yield let_go
        let_go.set()


@pytest.mark.parametrize(
    ("words", "category"),
    [(None, None), ("water", None), (None, Category.HELP), ("water", Category.OFFER)],
)
async def test_lists_of_people_leave_a_reader_for_everybody_else(
    store: Store, held: threading.Event, words: str | None, category: Category | None
) -> None:
    asked = [(words, category), ("zoo", None), (None, None), (None, Category.SAFE)]
    crowd = [
        asyncio.create_task(store.check_ins(*one, 200, None)) for _ in range(CROWD) for one in asked
    ]
    await asyncio.sleep(0)
    async with asyncio.timeout(LIMIT_S / 2):
        for _ in range(3):
            await store.totals()
    assert not any(task.done() for task in crowd), "control: they are still at it"
    held.set()
    await asyncio.gather(*crowd)
