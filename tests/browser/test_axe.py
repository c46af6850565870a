"""axe-core has nothing to say of any page, in the light and in the dark."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode
from tests.browser.visitor import WAIT_MS


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 1024])
def test_no_page_breaks_a_rule(node: RunningNode, visit: Visit, width: int, *, dark: bool) -> None:
    node.post(node.introduce("Ben"), "I am safe", category="safe", place="School")
    found: dict[str, list[str]] = {}
    ana = visit(width=width, dark=dark, unguarded=True)

    def note(name: str) -> None:
        found[name] = violations(ana.page)

    ana.page.goto(node.origin)
    ana.page.get_by_label("Your name").wait_for()
    note("name")
    ana.look("enter")
    ana.page.get_by_label("Your four words").fill("no such words here")
    ana.page.get_by_role("button", name="Go on").click()
    expect(ana.page.get_by_role("alert")).not_to_be_empty(timeout=WAIT_MS)
    note("enter")
    ana.look("room/everyone")
    ana.page.get_by_role("button", name="I need help").click()
    ana.page.get_by_role("button", name="Later").wait_for()
    note("after")
    ana.page.get_by_role("button", name="Later").click()
    ana.message("I need help").first.wait_for()
    ana.page.get_by_label("What is it about?").select_option("offer")
    note("room")
    ana.look("rooms")
    ana.page.get_by_role("button", name="New room").click()
    note("rooms")
    ana.look("people")
    ana.message("I am safe").first.wait_for()
    note("people")
    ana.look("me")
    ana.page.get_by_role("button", name="Show four words").click()
    ana.page.get_by_role("button", name="Make a paper").click()
    ana.page.get_by_role("button", name="Show it").click()
    expect(ana.page.locator("img.qr")).to_have_count(2)
    note("me")
    assert {name: broken for name, broken in found.items() if broken} == {}


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        ("document.querySelector('label').remove()", "label"),
        ("document.querySelector('h1').style.color = '#999'", "color-contrast"),
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
        (
            "document.querySelector('main').replaceWith(...document.querySelector('main').children)",
            "landmark-one-main",
        ),
    ],
)
def test_a_page_that_breaks_a_rule_is_noticed(
    node: RunningNode, visit: Visit, damage: str, rule: str
) -> None:
    ana = visit(unguarded=True)
    ana.page.goto(node.origin)
    ana.page.get_by_label("Your name").wait_for()
    ana.page.evaluate(damage)
    assert any(said.startswith(rule) for said in violations(ana.page))
