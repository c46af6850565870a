"""Who is safe, who needs help: said with one tap, and found again."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode
from tests.browser.visitor import WAIT_MS
from tests.browser.waiting import until

PAGE_PEOPLE = 50


@pytest.mark.parametrize(("button", "category"), [("I am safe", "safe"), ("I need help", "help")])
def test_one_tap_tells_everybody_and_the_name_is_asked_after(
    mortal_node: RunningNode, visit: Visit, button: str, category: str
) -> None:
    ana = visit()
    ana.page.goto(mortal_node.origin)
    ana.page.get_by_role("button", name=button).click()
    ana.page.get_by_role("button", name="Later").wait_for()
    until(lambda: bool(mortal_node.ask("GET", "/people?limit=50")["items"]))
    said = mortal_node.ask("GET", "/people?limit=50")["items"]
    assert [(one["name"], one["category"], one["text"]) for one in said] == [
        ("Somebody", category, button)
    ]
    ana.page.get_by_label("Your name").fill("Ana")
    ana.page.get_by_role("button", name="Continue").click()
    expect(ana.message(button).locator(".author")).to_have_text("Ana", timeout=WAIT_MS)
    expect(ana.message(button)).to_have_class("message mine")
    [named] = mortal_node.ask("GET", "/people?limit=50")["items"]
    assert (named["name"], named["person"]) == ("Ana", said[0]["person"])
    assert ana.errors == []


def test_a_name_that_was_typed_first_is_not_asked_again(node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.page.goto(node.origin)
    ana.page.get_by_label("Your name").fill("Anabel")
    ana.page.get_by_role("button", name="I am safe").click()
    mine = ana.page.locator("li.mine")
    expect(mine.locator(".author")).to_have_text("Anabel", timeout=WAIT_MS)
    expect(mine).to_contain_text("Safe")


def test_one_tap_is_kept_while_the_box_is_away(mortal_node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.page.goto(mortal_node.origin)
    ana.page.get_by_label("Your name").wait_for()
    mortal_node.stop()
    ana.page.get_by_role("button", name="I need help").click()
    expect(ana.page.get_by_text("Saved on this phone.")).to_be_visible(timeout=WAIT_MS)
    ana.page.get_by_role("button", name="I need help").click()
    mortal_node.start()
    ana.page.get_by_role("button", name="Later").click()
    expect(ana.message("I need help")).to_contain_text("On this box", timeout=WAIT_MS)
    assert mortal_node.texts() == ["I need help"]


def test_a_message_says_what_it_is_about_and_where(node: RunningNode, visit: Visit) -> None:
    ana, ben = visit(), visit()
    ana.enter(node.origin, "Ana")
    ben.enter(node.origin, "Ben")
    expect(ana.page.get_by_label("Place")).to_have_count(0)
    ana.page.get_by_label("What is it about?").select_option("offer")
    ana.page.get_by_label("Place").fill("Old mill")
    ana.write("Two beds are free.")
    shown = ben.message("Two beds are free.").locator(".about")
    expect(shown).to_contain_text("Offer", timeout=WAIT_MS)
    expect(shown).to_contain_text("Old mill")
    expect(shown.locator("svg")).to_have_count(1)
    ana.write("Nothing more.")
    ben.message("Nothing more.").wait_for()
    expect(ben.message("Nothing more.").locator(".about")).to_have_count(0)


def test_an_urgent_message_says_so(node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    body = {"text": "The dam breaks.", "urgent": True}
    node.ask("POST", "/rooms/everyone/messages", body, node.introduce("Ben"))
    expect(ana.message("The dam breaks.").locator(".about")).to_contain_text(
        "Urgent", timeout=WAIT_MS
    )


def test_people_are_listed_by_what_they_said_last_and_found_by_words(
    mortal_node: RunningNode, visit: Visit
) -> None:
    tokens = {name: mortal_node.introduce(name) for name in ("Ben", "Cem", "Deniz")}
    mortal_node.post(tokens["Ben"], "I need help", category="help")
    mortal_node.post(tokens["Ben"], "I am safe", category="safe", place="School")
    mortal_node.post(tokens["Cem"], "I need help", category="help", place="Mill")
    mortal_node.post(tokens["Deniz"], "Two beds", category="offer")
    ana = visit()
    ana.enter(mortal_node.origin, "Ana")
    ana.page.get_by_role("link", name="People").click()
    people = ana.page.locator(".people li .author")
    expect(people).to_have_text(["Cem", "Ben"], timeout=WAIT_MS)
    for tab, names in (
        ("Safe", ["Ben"]),
        ("Need help", ["Cem"]),
        ("Offers", ["Deniz"]),
        ("Looking", []),
        ("How they are", ["Cem", "Ben"]),
    ):
        ana.page.get_by_role("button", name=tab, exact=True).click()
        expect(people).to_have_text(names, timeout=WAIT_MS)
    for words, names in (("mill", ["Cem"]), ("ben", ["Ben"]), ("nobody", [])):
        ana.page.get_by_label("Find a name").fill(words)
        expect(people).to_have_text(names, timeout=WAIT_MS)
    expect(ana.page.get_by_text("Nobody found.")).to_be_visible()
    ana.page.get_by_label("Find a name").fill("")
    item = ana.page.locator(".people li").filter(has_text="Ben")
    expect(item).to_contain_text("School")
    expect(item.locator(".fingerprint")).to_have_text(
        mortal_node.ask("GET", "/people?q=ben")["items"][0]["fingerprint"]
    )
    mortal_node.post(tokens["Deniz"], "I am safe", category="safe")
    expect(people).to_have_text(["Deniz", "Cem", "Ben"], timeout=WAIT_MS)
    assert ana.errors == []


def test_a_long_list_goes_on_when_asked(mortal_node: RunningNode, visit: Visit) -> None:
    names = [f"Person {number}" for number in range(PAGE_PEOPLE + 5)]
    for name in names:
        mortal_node.post(mortal_node.introduce(name), "I am safe", category="safe")
    ana = visit()
    ana.enter(mortal_node.origin, "Ana", "people")
    people = ana.page.locator(".people li .author")
    newest = names[::-1]
    expect(people).to_have_text(newest[:PAGE_PEOPLE], timeout=WAIT_MS)
    ana.page.get_by_role("button", name="Load older").click()
    expect(people).to_have_text(newest, timeout=WAIT_MS)
    expect(ana.page.get_by_role("button", name="Load older")).to_have_count(0)
