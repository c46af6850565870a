"""A node, Chromium and people for the tests of the page."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, sync_playwright

from locks.environment import ROOT
from tests.browser.chromium import OPTIONS
from tests.browser.running_node import RunningNode, running_node
from tests.browser.visitor import Visitor, visitor


class Visit(Protocol):
    """Brings a new person with a browser of their own."""

    def __call__(
        self,
        width: int = 360,
        height: int = 640,
        *,
        dark: bool = False,
        unguarded: bool = False,
    ) -> Visitor:
        """Return a person who has opened nothing yet."""
        ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; of module scope, as the sync API holds an event loop while it is open."""
    assert (ROOT / "webui" / "dist" / "index.html").is_file(), "build the page first: make page"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=OPTIONS
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node that the tests of one module share and do not stop."""
    with running_node(tmp_path_factory.mktemp("node")) as running:
        yield running


@pytest.fixture
def mortal_node(tmp_path: Path) -> Iterator[RunningNode]:
    """A node of the test's own, to stop and start."""
    with running_node(tmp_path) as running:
        yield running


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """People who leave when the test ends."""
    with ExitStack() as leaving:

        def bring(
            width: int = 360, height: int = 640, *, dark: bool = False, unguarded: bool = False
        ) -> Visitor:
            return leaving.enter_context(
                visitor(browser, width=width, height=height, dark=dark, unguarded=unguarded)
            )

        yield bring
