"""Which Node.js builds the page."""

import pytest

from locks.nodejs import fits


@pytest.mark.parametrize(
    ("version", "answer"),
    [
        ("v18.20.4\n", False),
        ("v20.18.3\n", False),
        ("v20.19.0\n", True),
        ("v21.7.3\n", False),
        ("v22.11.0\n", False),
        ("v22.12.0\n", True),
        ("v24.0.0\n", True),
        ("", False),
        ("24.0.0\n", False),
    ],
)
def test_a_version_fits_when_vite_runs_on_it(version: str, answer: bool) -> None:  # noqa: FBT001
    assert fits(version) is answer
