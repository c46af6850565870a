"""The window in which a phone shows the page of a hotspot: no script, and no cookie is kept."""

import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize

from tests.browser.chromium import OPTIONS
from tests.browser.running_node import RunningNode
from tests.browser.visitor import WAIT_MS

_REFUSE_COOKIES: Final = {"profile": {"default_content_setting_values": {"cookies": 2}}}
"""Chromium's own setting "block all cookies"; storage throws then, too."""


class Look(NamedTuple):
    """How a phone is set."""

    width: int = 320
    """Of the screen, in CSS pixels."""
    lang: str = "en-US"
    """That the browser asks for."""
    dark: bool = False
    cookies: bool = False
    """Whether they are kept, as in a real browser."""


PHONE: Final = Look()


class PopUp:
    """One person at the pages below ``/lite``, who counts how often they tap."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0
        self.errors: list[str] = []
        page.set_default_timeout(WAIT_MS)
        page.on("console", lambda said: self.errors.append(said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @property
    def place(self) -> str:
        """Return the address of the person's first screen."""
        whole, _, name = self.page.url.partition("?")[0].partition("/lite/s/")
        return f"{whole}/lite/s/{name.partition('/')[0]}"

    def open(self, node: RunningNode, page: str = "") -> None:
        """Open a page below ``/lite`` for the first time."""
        self.page.goto(f"{node.origin}/lite{page}")

    def look(self, page: str) -> None:
        """Go to one of the person's own pages."""
        self.page.goto(f"{self.place}/{page}" if page else self.place)

    def tap(self, button: Locator) -> None:
        """Tap a button or a link, and wait until its page is there."""
        self.taps += 1
        with self.page.expect_navigation():
            button.click()

    def press(self, caption: str) -> None:
        """Tap the button that says so."""
        self.tap(self.page.get_by_role("button", name=caption).first)

    def newest(self) -> Locator:
        """Return the list that loads itself again and again."""
        return self.page.frame_locator("iframe").locator("ol")


@contextmanager
def pop_up(
    browser: Browser,
    folder: Path,
    look: Look = PHONE,
) -> Generator[PopUp]:
    """Open the window, without script.

    Args:
        browser: which one.
        folder: empty, for what the browser keeps.
        look: how the phone is set.
    """
    profile = folder / "Default"
    profile.mkdir(parents=True)
    (profile / "Preferences").write_text(json.dumps({} if look.cookies else _REFUSE_COOKIES))
    context: BrowserContext = browser.browser_type.launch_persistent_context(
        folder,
        executable_path=shutil.which("chromium"),
        args=OPTIONS,
        java_script_enabled=False,
        viewport=ViewportSize(width=look.width, height=568),
        color_scheme="dark" if look.dark else "light",
        locale=look.lang,
    )
    try:
        yield PopUp(context.pages[0])
    finally:
        context.close()
