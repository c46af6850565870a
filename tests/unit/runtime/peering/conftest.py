"""Boxes whose periodic work comes often, while their clock stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.runtime.peering import peering
from tests.unit.runtime.peering.boxes import Boxes


@pytest.fixture(autouse=True)
def quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peering, "TICK_S", 0.01)


@pytest.fixture
async def boxes(tmp_path: Path) -> AsyncIterator[Boxes]:
    async with Boxes(tmp_path) as made:
        yield made
