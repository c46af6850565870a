"""Every fault of the full page leads to the page that needs no script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode

SCRIPT = "**/assets/index-*.js"
MOUNT_WITHIN_MS = 8_000
NO_MODULES = "delete HTMLScriptElement.prototype.noModule;"


def lost(page: Page) -> None:
    page.route(SCRIPT, lambda route: route.abort())


def broken(page: Page) -> None:
    def answer(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body="throw new Error('broken')")

    page.route(SCRIPT, answer)


def not_understood(page: Page) -> None:
    def answer(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body="let what is this")

    page.route(SCRIPT, answer)


def never_there(page: Page) -> None:
    page.route(SCRIPT, lambda _: None)


def without_modules(page: Page) -> None:
    page.add_init_script(NO_MODULES)


@pytest.mark.parametrize("fault", [lost, broken, not_understood, never_there, without_modules])
def test_a_page_that_cannot_start_leads_to_the_simple_one(
    node: RunningNode, visit: Visit, fault: Callable[[Page], None]
) -> None:
    ana = visit()
    fault(ana.page)
    ana.page.goto(node.origin, wait_until="commit")
    ana.page.wait_for_url(f"{node.origin}/lite")


def test_a_page_that_runs_is_not_left_for_a_fault(node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    navigations = len(ana.navigations)
    ana.page.evaluate("void Promise.reject(new Error('unheard'))")
    ana.page.evaluate("setTimeout(() => { throw new Error('thrown'); })")
    ana.page.wait_for_timeout(MOUNT_WITHIN_MS)
    assert ana.navigations[navigations:] == []
    assert any("thrown" in error for error in ana.errors)


def test_a_browser_without_script_is_led_to_the_simple_page(
    node: RunningNode, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(node.origin)
        page.wait_for_url(f"{node.origin}/lite")
    finally:
        context.close()


def test_a_later_page_that_does_not_load_says_so_and_the_others_go_on(
    node: RunningNode, visit: Visit
) -> None:
    ana = visit()
    ana.page.route("**/assets/PeoplePage-*.js", lambda route: route.abort())
    ana.enter(node.origin, "Ana", "people")
    failed = ana.page.get_by_text("This page did not load.")
    failed.wait_for()
    assert (
        ana.page.get_by_role("link", name="Open the simple page").get_attribute("href") == "/lite"
    )
    ana.look("me")
    ana.page.get_by_role("heading", name="Ana").wait_for()
