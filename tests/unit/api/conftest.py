"""A box per test, one for all tests that leave it as it is, and a bare front."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.unit.api.boxes import BoxUnderTest, open_box
from tests.unit.api.fronts import Front, running


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def box(tmp_path: Path) -> AsyncGenerator[BoxUnderTest]:
    async with open_box(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
async def still_box(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[BoxUnderTest]:
    """Shared, as opening a store and building the API takes longer than most tests."""
    async with open_box(tmp_path_factory.mktemp("still")) as opened:
        yield opened


@pytest.fixture
async def front(tmp_path: Path) -> AsyncGenerator[Front]:
    async with running(tmp_path / "s") as started:
        yield started
