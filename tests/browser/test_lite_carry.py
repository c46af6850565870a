"""From the pop-up to the real browser, to a second phone, and to the next box on paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit
from tests.browser.pop_up import PopUp, pop_up
from tests.browser.running_node import RunningNode, running_node
from tests.browser.visitor import WAIT_MS
from tests.browser.waiting import until
from tests.browser.walking import way


@pytest.fixture
def ana(browser: Browser, tmp_path: Path) -> Iterator[PopUp]:
    """Somebody whose window keeps nothing."""
    with pop_up(browser, tmp_path / "ana") as window:
        yield window


def items(node: RunningNode) -> list[dict[str, Any]]:
    """Return what was posted to everyone."""
    found: list[dict[str, Any]] = node.ask("GET", "/rooms/everyone/messages?limit=100")["items"]
    return found


def say(person: PopUp, text: str) -> None:
    """Send a message from the first screen."""
    person.page.get_by_label("Your message").fill(text)
    person.press("Send")


def four_words(person: PopUp) -> str:
    """Return the words that a person's own page shows."""
    person.look("me")
    person.press("Show four words")
    return person.page.locator(".words").first.inner_text()


def test_pop_up_to_browser_to_second_phone_is_one_person(
    mortal_node: RunningNode, browser: Browser, ana: PopUp, visit: Visit, tmp_path: Path
) -> None:
    ana.open(mortal_node)
    ana.press("I am safe")
    ana.page.get_by_label("Your name").fill("Ana")
    ana.press("Save the name")
    old = ana.place
    words = four_words(ana)
    full = visit()
    full.page.goto(f"{mortal_node.origin}/lite/enter/{words.replace(' ', '-')}")
    full.page.get_by_role("button", name="Go on").click()
    full.page.get_by_text("You are here now.").wait_for()
    full.page.goto(f"{mortal_node.origin}/#/room/everyone")
    full.write("From the browser.")
    full.message("From the browser.").wait_for()
    expect(full.message("I am safe.")).to_have_class("message mine", timeout=WAIT_MS)
    ana.page.goto(old)
    expect(ana.page.get_by_text("You went on in your browser.")).to_be_visible()
    expect(ana.page.locator("body")).not_to_contain_text("You: Ana")
    full.page.goto(f"{mortal_node.origin}/lite")
    window = PopUp(full.page)
    window.tap(full.page.get_by_role("link", name="Me", exact=True))
    window.press("Show four words")
    more = full.page.locator(".words").first.inner_text()
    with pop_up(browser, tmp_path / "second") as second:
        second.open(mortal_node, "/carry")
        second.page.get_by_label("Your words").fill(more.upper())
        second.press("Go on")
        say(second, "From the second phone.")
    full.page.goto(f"{mortal_node.origin}/lite")
    say(PopUp(full.page), "From the browser again.")
    said = [item["text"] for item in items(mortal_node)]
    assert said[-2:] == ["From the second phone.", "From the browser again."]
    assert {item["author"]["name"] for item in items(mortal_node)} == {"Ana"}
    assert len({item["author"]["id"] for item in items(mortal_node)}) == 1


def test_the_address_of_a_session_shows_nothing_to_another_phone(
    mortal_node: RunningNode, ana: PopUp, visit: Visit
) -> None:
    with way("127.0.0.3") as other:
        other.to(mortal_node)
        ana.open(mortal_node)
        ana.page.get_by_label("Your name").fill("Ana Ruiz")
        ana.press("Send")
        thief = visit()
        thief.page.goto(ana.place.replace(mortal_node.origin, other.origin))
        expect(thief.page.get_by_text("This page had ended; you can begin again.")).to_be_visible()
        expect(thief.page.locator("body")).not_to_contain_text("Ana Ruiz")
        thief.page.get_by_role("button", name="I need help").click()
        thief.page.get_by_text("Your message is kept").wait_for()
        assert [item["author"]["name"] for item in items(mortal_node)] == ["Somebody"]


def test_paper_takes_a_person_to_the_next_box_and_back(
    browser: Browser, ana: PopUp, tmp_path: Path
) -> None:
    gym, school = tmp_path / "gym", tmp_path / "school"
    gym.mkdir()
    school.mkdir()
    with running_node(gym) as first:
        peer = f"127.0.0.1:{first.peer_port}"
        with running_node(school, "--name", "School", "--peer", peer) as second:
            ana.open(first)
            ana.page.get_by_label("Your name").fill("Ana")
            ana.page.get_by_label("Your message").fill("At the gym.")
            ana.press("Send")
            home = ana.place
            ana.look("me")
            ana.press("Show my twelve words")
            twelve = ana.page.locator(".words").first.inner_text()
            ana.page.emulate_media(media="print")
            expect(ana.page.locator("svg")).to_be_visible()
            expect(ana.page.locator("header, nav")).to_have_count(2)
            for left_out in ("header", "nav"):
                expect(ana.page.locator(left_out)).to_be_hidden()
            ana.page.emulate_media(media="screen")
            until(lambda: len(items(second)) == 1)
            with pop_up(browser, tmp_path / "there") as there:
                there.open(second, "/carry")
                there.page.get_by_label("Your words").fill(twelve)
                there.press("Go on")
                expect(there.page.get_by_text("You:")).to_contain_text("Ana")
                say(there, "At the school.")
            until(lambda: len(items(first)) == 2)
            ana.page.goto(home)
            say(ana, "Back at the gym.")
            for node in (first, second):
                until(lambda node=node: len(items(node)) == 3)  # type: ignore[misc]
                authors = [item["author"] for item in items(node)]
                assert len({author["id"] for author in authors}) == 2
                assert len({author["person"] for author in authors}) == 1
                assert len({author["fingerprint"] for author in authors}) == 1
            ana.look("me")
            expect(ana.page.get_by_text("Who speaks as you")).to_be_visible()
            expect(ana.page.locator("main li")).to_have_count(2)
