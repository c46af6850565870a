"""What others write is shown as text, and what the browser refuses does no harm."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode
from tests.browser.visitor import WAIT_MS

MARKUP = "<img src=x onerror=\"document.title='owned'\"><b>bold</b> & {{ 1 + 1 }}"
BIDI = "safe \u202eereht ton\u202c \u2066\u05d0\u2069"

NO_STORAGE = """
for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
  Object.defineProperty(window, name, { get() { throw new DOMException('', 'SecurityError'); } });
}
"""
FULL_STORAGE = """
Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };
"""
NO_SECURE_CONTEXT = """
for (const name of ['subtle', 'randomUUID']) {
  Object.defineProperty(crypto, name, { get() { throw new Error('insecure'); } });
}
"""


@pytest.mark.parametrize("text", [MARKUP, BIDI])
def test_markup_and_direction_marks_in_a_message_are_text(
    node: RunningNode, visit: Visit, text: str
) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    node.post(node.introduce("Eve"), text)
    shown = ana.page.locator("li.message .text").last
    expect(shown).to_have_text(text, timeout=WAIT_MS)
    assert shown.get_attribute("dir") == "auto"
    assert shown.evaluate("element => element.childElementCount") == 0
    assert "owned" not in ana.page.title()
    assert ana.violations() == []


def test_markup_in_a_name_is_text_and_its_direction_ends_with_it(
    node: RunningNode, visit: Visit
) -> None:
    name = "<i>\u05d0\u05d1</i>"
    ana = visit()
    ana.enter(node.origin, "Ana")
    node.post(node.introduce(name), "Who am I?")
    author = ana.message("Who am I?").last.locator("bdi.author")
    expect(author).to_have_text(name, timeout=WAIT_MS)
    assert author.evaluate("element => element.childElementCount") == 0
    assert author.evaluate("element => getComputedStyle(element).unicodeBidi") == "isolate"


@pytest.mark.parametrize("refusal", [NO_STORAGE, FULL_STORAGE])
def test_a_browser_that_keeps_nothing_is_led_to_the_simple_page(
    node: RunningNode, visit: Visit, refusal: str
) -> None:
    ana = visit()
    ana.page.add_init_script(refusal)
    ana.page.goto(f"{node.origin}/")
    ana.page.wait_for_url(f"{node.origin}/lite")
    assert ana.errors == []


@pytest.mark.parametrize("refusal", [NO_STORAGE, FULL_STORAGE])
def test_a_browser_that_keeps_nothing_lets_a_person_write_who_wants_to_stay(
    node: RunningNode, visit: Visit, refusal: str
) -> None:
    ana = visit()
    ana.page.add_init_script(refusal)
    ana.enter(node.origin, "Ana", "stay")
    ana.write(f"Kept by the box {len(refusal)}")
    expect(ana.message(f"Kept by the box {len(refusal)}")).to_contain_text(
        "On this box", timeout=WAIT_MS
    )
    expect(ana.page.get_by_text("This browser keeps nothing.")).to_be_visible()
    expect(ana.page.get_by_role("link", name="Open the simple page")).to_be_visible()
    assert ana.errors == []


def test_a_browser_that_stops_keeping_things_later_says_so(node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    said = ana.page.get_by_text("This browser keeps nothing.")
    expect(said).to_have_count(0)
    ana.page.evaluate(f"() => {{ {FULL_STORAGE} }}")
    ana.write("Still here.")
    expect(said).to_be_visible(timeout=WAIT_MS)
    expect(ana.message("Still here.")).to_contain_text("On this box", timeout=WAIT_MS)


def test_a_page_that_is_not_secure_lets_a_person_write(node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.page.add_init_script(NO_SECURE_CONTEXT)
    ana.enter(node.origin, "Ana")
    ana.write("Not secure.")
    expect(ana.message("Not secure.")).to_contain_text("On this box", timeout=WAIT_MS)
    ana.page.wait_for_function("JSON.parse(localStorage.getItem('dn.carry')).settled.length === 1")
    assert ana.errors == []


def test_a_browser_that_keeps_no_cookie_still_lets_a_person_write(
    node: RunningNode, visit: Visit
) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    ana.page.context.clear_cookies()
    ana.write("No cookie.")
    expect(ana.message("No cookie.")).to_contain_text("On this box", timeout=WAIT_MS)
    ana.page.context.clear_cookies()
    ana.page.reload()
    expect(ana.message("No cookie.")).to_contain_text("On this box", timeout=WAIT_MS)
