"""Four words take a person from one browser to another, once."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode
from tests.browser.visitor import WAIT_MS, Visitor
from tests.browser.walking import way

TRIES = 5
WORDS = re.compile(r"^[a-z]+ [a-z]+ [a-z]+ [a-z]+$")


def four_words(person: Visitor) -> str:
    person.look("me")
    person.page.get_by_role("button", name="Show four words").click()
    shown = person.page.locator(".secret-words")
    expect(shown).to_have_text(WORDS, timeout=WAIT_MS)
    return shown.inner_text()


def enter_words(person: Visitor, words: str) -> None:
    person.page.get_by_label("Your four words").fill(words)
    person.page.get_by_role("button", name="Go on").click()


def open_words(person: Visitor, origin: str) -> None:
    person.page.goto(origin)
    person.page.get_by_role("link", name="I have four words").click()
    person.page.get_by_label("Your four words").wait_for()


def test_the_words_of_one_phone_make_another_speak_as_the_same_person_once(
    mortal_node: RunningNode, visit: Visit
) -> None:
    ana, second, third = visit(), visit(), visit()
    ana.enter(mortal_node.origin, "Ana")
    ana.write("From the first phone.")
    ana.message("From the first phone.").wait_for()
    words = four_words(ana)
    picture = ana.page.get_by_role("img", name="QR code that opens the page")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    expect(ana.page.get_by_text("Time left: 9 min")).to_be_visible(timeout=WAIT_MS)
    open_words(second, mortal_node.origin)
    enter_words(second, f" {words.upper().replace(' ', ',  ')} ")
    expect(second.message("From the first phone.")).to_have_class("message mine", timeout=WAIT_MS)
    second.write("From the second phone.")
    expect(second.message("From the second phone.")).to_contain_text("On this box", timeout=WAIT_MS)
    items = mortal_node.ask("GET", "/rooms/everyone/messages?limit=10")["items"]
    assert len({item["author"]["id"] for item in items}) == 1
    ana.look("room/everyone")
    expect(ana.message("From the second phone.")).to_have_class("message mine", timeout=WAIT_MS)
    # Whoever took the words may take them again from the same address: the answer can get lost.
    with way("127.0.0.3") as other:
        other.to(mortal_node)
        open_words(third, other.origin)
        enter_words(third, words)
        expect(third.page.get_by_role("alert").first).to_contain_text("used", timeout=WAIT_MS)
        expect(third.page.get_by_label("Your four words")).to_be_visible()
    assert ana.errors == second.errors == []
    assert ana.violations() == []


def test_the_second_phone_is_still_the_same_person_on_its_next_visit(
    mortal_node: RunningNode, visit: Visit
) -> None:
    ana, second = visit(), visit()
    ana.enter(mortal_node.origin, "Ana")
    open_words(second, mortal_node.origin)
    enter_words(second, four_words(ana))
    second.page.get_by_label("Your message").wait_for()
    second.page.context.clear_cookies()
    second.page.reload()
    second.look("me")
    expect(second.page.get_by_role("heading", name="Ana")).to_be_visible(timeout=WAIT_MS)


def test_wrong_words_say_so_and_too_many_must_wait(mortal_node: RunningNode, visit: Visit) -> None:
    eve = visit()
    open_words(eve, mortal_node.origin)
    said = eve.page.get_by_role("alert").first
    for number in range(TRIES):
        enter_words(eve, f"about above absent absorb {number}")
        expect(said).not_to_be_empty(timeout=WAIT_MS)
        expect(eve.page.get_by_role("button", name="Go on")).to_be_enabled()
    enter_words(eve, "about above absent absorb")
    expect(eve.page.get_by_text("then try again")).to_be_visible(timeout=WAIT_MS)
    expect(eve.page.get_by_role("button", name="Go on")).to_be_disabled()


def test_who_is_already_somebody_here_is_warned(node: RunningNode, visit: Visit) -> None:
    ana, ben = visit(), visit()
    ana.enter(node.origin, "Ana")
    ben.enter(node.origin, "Ben")
    words = four_words(ana)
    ben.look("enter")
    expect(ben.page.get_by_text("This phone speaks as Ben now.")).to_be_visible(timeout=WAIT_MS)
    enter_words(ben, words)
    ben.page.get_by_label("Your message").wait_for()
    ben.write("Ana says so.")
    expect(ben.message("Ana says so.").locator(".author")).to_have_text("Ana", timeout=WAIT_MS)


def test_an_author_of_another_phone_can_be_looked_at_and_the_own_not_removed(
    node: RunningNode, visit: Visit
) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    ana.look("me")
    speaker = ana.page.locator(".me li")
    expect(speaker).to_contain_text("this phone, here", timeout=WAIT_MS)
    expect(speaker.get_by_role("button")).to_have_count(0)


def test_a_paper_is_shown_once_after_a_warning(node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    ana.look("me")
    ana.page.get_by_role("button", name="Make a paper").click()
    expect(ana.page.get_by_text("can speak as you")).to_be_visible(timeout=WAIT_MS)
    expect(ana.page.locator(".secret-words")).to_have_count(0)
    ana.page.get_by_role("button", name="Show it").click()
    shown = ana.page.locator(".secret-words")
    expect(shown).to_have_text(re.compile(r"^([a-z]+ ){11}[a-z]+$"), timeout=WAIT_MS)
    paper = ana.page.locator(".to-print")
    expect(paper).to_contain_text(f"{node.origin}/lite/carry")
    expect(paper).to_contain_text("Paper of Ana")
    ana.page.emulate_media(media="print")
    expect(shown).to_be_visible()
    expect(ana.page.get_by_role("img", name="QR code that takes")).to_be_visible()
    for hidden in (".top", "#me-name", ".on-screen >> nth=0"):
        expect(ana.page.locator(hidden)).to_be_hidden()
    ana.page.emulate_media(media="screen")
    ana.page.get_by_role("button", name="I have it").click()
    expect(shown).to_have_count(0)
    assert ana.violations() == []


def scanned(person: Visitor) -> str:
    """Return where the QR code of four words leads."""
    person.look("me")
    with person.page.expect_response("**/auth/handover") as answered:
        person.page.get_by_role("button", name="Show four words").click()
    url: str = answered.value.json()["url"]
    return url


@pytest.mark.parametrize("before", [None, "Ben"])
def test_a_scanned_code_makes_a_phone_speak_as_the_person_whoever_it_was(
    node: RunningNode, visit: Visit, before: str | None
) -> None:
    ana, second = visit(), visit()
    ana.enter(node.origin, "Ana")
    if before is not None:
        second.enter(node.origin, before)
    second.page.goto(scanned(ana))
    second.page.get_by_role("button").first.click()
    second.page.goto(node.origin)
    second.page.get_by_label("Your message").wait_for()
    text = f"Scanned by {before}."
    second.write(text)
    expect(ana.page.locator(".me h1")).to_have_text("Ana")
    expect(second.message(text)).to_contain_text("On this box", timeout=WAIT_MS)
    ana.look("room/everyone")
    expect(ana.message(text)).to_have_class("message mine", timeout=WAIT_MS)
    expect(ana.message(text).locator(".author")).to_have_text("Ana")
    assert second.errors == []
