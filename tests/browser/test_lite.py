"""The page inside the pop-up: no script, no cookie, 320 px, in every direction of writing."""

import signal
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pop_up import Look, PopUp, pop_up
from tests.browser.running_node import RunningNode
from tests.browser.visitor import WAIT_MS

MAX_TAPS = 3
REFRESH_MS = 25_000
"""The list loads itself again after 15 s."""


@pytest.fixture
def ana(browser: Browser, tmp_path: Path) -> Iterator[PopUp]:
    """Somebody whose window keeps nothing."""
    with pop_up(browser, tmp_path / "ana") as window:
        yield window


def posted(node: RunningNode) -> list[tuple[str, str, str | None]]:
    """Return writer, text and category of what was posted, oldest first."""
    items = node.ask("GET", "/rooms/everyone/messages?limit=100")["items"]
    return [(item["author"]["name"], item["text"], item["category"]) for item in items]


def test_from_the_first_visit_to_a_posted_message_and_a_name_it_is_three_taps(
    mortal_node: RunningNode, ana: PopUp
) -> None:
    ana.open(mortal_node)
    ana.press("I need help")
    assert posted(mortal_node) == [("Somebody", "I need help.", "help")]
    assert ana.taps == 1
    ana.page.get_by_label("Your name").fill("Ana")
    ana.press("Save the name")
    assert ana.taps <= MAX_TAPS
    assert posted(mortal_node) == [("Ana", "I need help.", "help")]
    expect(ana.newest()).to_contain_text("I need help.")
    assert ana.page.context.cookies() == []
    assert ana.errors == []


def test_where_cookies_are_kept_they_are_given(
    mortal_node: RunningNode, browser: Browser, tmp_path: Path
) -> None:
    with pop_up(browser, tmp_path / "ben", Look(cookies=True)) as ben:
        ben.open(mortal_node)
        ben.press("I am safe")
        assert [cookie.get("httpOnly") for cookie in ben.page.context.cookies()] == [True]


def test_without_a_script_the_full_page_leads_here(mortal_node: RunningNode, ana: PopUp) -> None:
    ana.page.goto(mortal_node.origin)
    ana.page.wait_for_url("**/lite")
    ana.press("I am safe")
    assert posted(mortal_node) == [("Somebody", "I am safe.", "safe")]


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("ar", ("rtl", "أنا بأمان.", "شخص ما")),
        ("bn", ("ltr", "আমি নিরাপদ আছি।", "কেউ একজন")),
        ("uk-UA", ("ltr", "Я в безпеці.", "Хтось")),
        ("de", ("ltr", "I am safe.", "Somebody")),
    ],
)
def test_the_page_speaks_the_language_of_the_browser(
    mortal_node: RunningNode,
    browser: Browser,
    tmp_path: Path,
    lang: str,
    shown: tuple[str, str, str],
) -> None:
    direction, said, nameless = shown
    with pop_up(browser, tmp_path / "leyla", Look(lang=lang)) as leyla:
        leyla.open(mortal_node)
        expect(leyla.page.locator("html")).to_have_attribute("dir", direction)
        leyla.tap(leyla.page.locator("button.safe"))
        assert posted(mortal_node) == [(nameless, said, "safe")]
        assert leyla.errors == []


def test_another_language_is_one_tap_away_and_stays(mortal_node: RunningNode, ana: PopUp) -> None:
    ana.open(mortal_node)
    ana.press("العربية")
    ana.tap(ana.page.locator("button.safe"))
    expect(ana.page.locator("html")).to_have_attribute("lang", "ar")
    ana.press("Türkçe")
    expect(ana.page.locator("html")).to_have_attribute("lang", "tr")
    ana.look("people")
    expect(ana.page.locator("html")).to_have_attribute("lang", "tr")
    assert posted(mortal_node) == [("شخص ما", "أنا بأمان.", "safe")]


def test_the_list_brings_news_and_half_typed_text_stays(
    mortal_node: RunningNode, ana: PopUp
) -> None:
    token = mortal_node.introduce("Ben")
    ana.open(mortal_node)
    expect(ana.newest()).to_contain_text("Nobody has written yet.")
    ana.page.get_by_label("Your message").fill("The road is")
    ana.page.get_by_label("Your name").fill("Ana")
    mortal_node.post(token, "The bridge is open.")
    expect(ana.newest()).to_contain_text("The bridge is open.", timeout=REFRESH_MS)
    expect(ana.page.get_by_label("Your message")).to_have_value("The road is")
    expect(ana.page.get_by_label("Your name")).to_have_value("Ana")
    ana.page.get_by_label("Your message").fill("The road is open.")
    ana.press("Send")
    assert posted(mortal_node)[-1] == ("Ana", "The road is open.", None)


def test_the_list_can_be_made_to_stand_still(mortal_node: RunningNode, ana: PopUp) -> None:
    ana.open(mortal_node)
    frame = ana.page.frame_locator("iframe")
    frame.get_by_role("link", name="Stop loading by itself").click()
    frame.get_by_role("link", name="Load by itself again").wait_for()
    expect(frame.locator("meta[http-equiv=refresh]")).to_have_count(0)


def test_enter_in_the_name_says_the_name_and_nothing_else(
    mortal_node: RunningNode, ana: PopUp
) -> None:
    ana.open(mortal_node)
    with ana.page.expect_navigation():
        ana.page.get_by_label("Your name").press_sequentially("Ana\n")
    expect(ana.page.get_by_text("You:")).to_contain_text("Ana")
    assert posted(mortal_node) == []


def test_going_back_and_sending_again_is_one_message_but_another_text_is_another(
    mortal_node: RunningNode, ana: PopUp
) -> None:
    ana.open(mortal_node)
    ana.page.get_by_label("Your message").fill("Once.")
    ana.press("Send")
    ana.page.go_back()
    ana.page.get_by_label("Your message").fill("Once.")
    ana.press("Send")
    ana.page.get_by_label("Your message").fill("Twice.")
    ana.press("Send")
    texts = [text for _, text, _ in posted(mortal_node)]
    assert sorted(set(texts)) == ["Once.", "Twice."]


def test_a_message_that_is_too_long_comes_back_whole(mortal_node: RunningNode, ana: PopUp) -> None:
    ana.open(mortal_node)
    ana.page.get_by_label("Your message").fill("é" * 2001)
    ana.page.get_by_label("Place").fill("Mill")
    ana.press("Send")
    expect(ana.page.get_by_role("alert")).to_contain_text("Too long.")
    assert ana.page.get_by_label("Your message").input_value() == "é" * 2001
    expect(ana.page.get_by_label("Place")).to_have_value("Mill")
    ana.page.get_by_label("Your message").fill("\N{SQUARED SOS}" * 2000)
    ana.press("Send again")
    assert [len(text) for _, text, _ in posted(mortal_node)] == [2000]


def test_the_list_of_people_is_searched_without_a_script(
    mortal_node: RunningNode, ana: PopUp
) -> None:
    for name, place in (("Ben", "Mill"), ("Deniz", "Gym")):
        token = mortal_node.introduce(name)
        mortal_node.post(token, "We are fine.", category="safe", place=place)
    ana.open(mortal_node)
    ana.tap(ana.page.get_by_role("link", name="People"))
    ana.page.get_by_label("Name, place or word").fill("gym")
    ana.press("Find")
    expect(ana.page.locator("li")).to_have_count(1)
    expect(ana.page.locator("li")).to_contain_text("Deniz")
    ana.tap(ana.page.get_by_role("link", name="! Need help"))
    expect(ana.page.locator("li")).to_have_text("Nobody found.")


def test_a_kill_between_any_two_steps_loses_nothing(mortal_node: RunningNode, ana: PopUp) -> None:
    def kill() -> None:
        mortal_node.stop(signal.SIGKILL)
        mortal_node.start()

    ana.open(mortal_node)
    kill()  # the form is on the screen
    ana.press("I am safe")
    kill()  # it was answered
    ana.page.get_by_label("Your name").fill("Ana")
    ana.press("Save the name")
    kill()  # the name was saved
    ana.look("")
    expect(ana.page.get_by_text("You:")).to_contain_text("Ana")
    ana.page.get_by_label("Your message").fill("Still here.")
    kill()  # half typed
    ana.press("Send")
    kill()
    ana.look("")
    expect(ana.newest()).to_contain_text("Still here.", timeout=WAIT_MS)
    said = [("Ana", "I am safe.", "safe"), ("Ana", "Still here.", None)]
    assert posted(mortal_node) == said
    assert len(mortal_node.ask("GET", "/people")["items"]) == 1


def test_a_form_whose_answer_was_lost_by_a_kill_is_sent_again_as_the_same(
    mortal_node: RunningNode, ana: PopUp
) -> None:
    ana.open(mortal_node)
    hidden = ana.page.locator("input[type=hidden]").all()
    fields = {str(field.get_attribute("name")): field.input_value() for field in hidden}
    # As when the power goes after the box stored it and before the browser hears of it.
    answer = httpx.post(
        f"http://127.0.0.1:{mortal_node.port}/lite/begin",
        data={**fields, "tap": "safe"},
        headers={"origin": "null"},
    )
    assert answer.status_code == HTTPStatus.SEE_OTHER
    mortal_node.stop(signal.SIGKILL)
    mortal_node.start()
    ana.press("I am safe")
    assert answer.headers["location"].startswith(f"/lite/s/{ana.place.rpartition('/')[2]}")
    assert posted(mortal_node) == [("Somebody", "I am safe.", "safe")]
