"""A person with a browser of their own, who notices what a page must never do."""

from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, ViewportSize

from tests.browser.running_node import PUBLIC_NAME

WAIT_MS = 20_000
"""Longest wait for anything a page should show: four times the 5 s it has."""

_NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`);
});
"""


class Visitor:
    """One page in a context of its own, and what was noticed of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.navigations: list[str] = []
        page.set_default_timeout(WAIT_MS)
        page.add_init_script(_NOTE_VIOLATIONS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._request)
        page.on("websocket", lambda socket: self._address(socket.url))
        page.on("framenavigated", lambda frame: self.navigations.append(frame.url))

    def enter(self, origin: str, name: str, page: str = "room/everyone") -> None:
        """Open a page of a box for the first time and say a name."""
        self.page.goto(f"{origin}/#/{page}")
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_role("button", name="Continue").click()
        self.page.get_by_role("navigation", name="Pages").wait_for()

    def look(self, page: str) -> None:
        """Go to a page of the box without loading anything anew."""
        self.page.evaluate(f"location.hash = '#/{page}'")

    def write(self, text: str) -> None:
        """Send a message to the open room."""
        self.page.get_by_label("Your message").fill(text)
        self.page.get_by_role("button", name="Send").click()

    def message(self, text: str) -> Locator:
        """Return the place of a message in the open room, shown or not yet."""
        exact = self.page.get_by_text(text, exact=True)
        return self.page.locator("li.message").filter(has=exact)

    def texts(self) -> list[str]:
        """Return the texts of the open room as they stand."""
        return self.page.locator("li.message .text").all_text_contents()

    def violations(self) -> list[str]:
        """Return what the browser refused to load or run by the page's own policy."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def _request(self, request: Request) -> None:
        self._address(request.url)

    def _address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != PUBLIC_NAME:
            self.foreign.append(url)


@contextmanager
def visitor(
    browser: Browser, *, width: int, height: int, dark: bool, unguarded: bool = False
) -> Generator[Visitor]:
    """Give a person a fresh browser with nothing kept from others.

    Args:
        browser: which one.
        width: of the screen, in CSS pixels.
        height: of the screen, in CSS pixels.
        dark: whether the person has chosen the dark.
        unguarded: whether the page's policy is left out, for tools that a test puts into it.
    """
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=height),
        color_scheme="dark" if dark else "light",
        bypass_csp=unguarded,
    )
    try:
        yield Visitor(context.new_page())
    finally:
        context.close()
