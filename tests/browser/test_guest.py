"""The page asks nobody else, breaks no policy of its own and complains of nothing."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode
from tests.browser.visitor import WAIT_MS


def test_a_visit_asks_no_other_host_and_leaves_no_error(node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    ana.write("Hello.")
    ana.message("Hello.").wait_for()
    ana.page.get_by_role("link", name="All rooms").click()
    ana.page.get_by_role("link", name="Everyone").click()
    ana.message("Hello.").wait_for()
    assert ana.page.evaluate("window.isSecureContext") is False
    assert ana.foreign == []
    assert ana.errors == []
    assert ana.violations() == []


def test_requests_to_other_hosts_errors_and_violations_would_be_noticed(
    node: RunningNode, visit: Visit
) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    navigations = len(ana.navigations)
    ana.page.evaluate("fetch('http://127.0.0.1:9/x').catch(() => 0)")
    ana.page.evaluate(
        "document.head.append(Object.assign(document.createElement('style'), {textContent: 'x{}'}))"
    )
    ana.page.evaluate("void Promise.reject(new Error('unheard'))")
    ana.page.reload()
    assert ana.foreign or any("127.0.0.1:9" in error for error in ana.errors)
    assert any("style-src" in error for error in ana.errors)
    assert any("unheard" in error for error in ana.errors)
    assert len(ana.navigations) > navigations


def test_a_violation_of_the_policy_is_counted(node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    ana.page.evaluate("document.body.append(document.createElement('style'))")
    ana.page.evaluate("document.querySelector('style').textContent = 'x{}'")
    ana.page.wait_for_function("window.violations.length > 0")
    assert ana.violations()[0].startswith("style-src")


def test_the_api_documentation_shows_the_operations_and_asks_no_other_host(
    node: RunningNode, visit: Visit
) -> None:
    reader = visit(width=1024)
    reader.page.goto(f"{node.origin}/docs")
    operations = reader.page.locator(".opblock")
    operations.first.wait_for()
    paths = reader.page.locator(".opblock-summary-path").all_text_contents()
    shown = {path.replace("\u200b", "") for path in paths}
    assert {"/auth/init", "/auth/me", "/rooms", "/status"} <= shown
    expect(reader.page.get_by_text("Unable to render")).to_have_count(0, timeout=WAIT_MS)
    assert reader.foreign == []
    assert reader.errors == []
    assert reader.violations() == []
