"""What every suite shares."""

from collections.abc import Callable

import pytest

from tests.suites.quality import beyond, record


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def quality() -> Callable[[str, float, str, float | None], None]:
    """Return a call that keeps a figure and fails the test when it is far beyond its limit."""

    def keep(name: str, value: float, unit: str, limit: float | None = None) -> None:
        record(name, value, unit, limit)
        if limit is not None and beyond(value, limit):
            pytest.fail(f"{name}: {value:g} {unit}, promised {limit:g}")

    return keep
