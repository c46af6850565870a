"""Every page below /lite fits the smallest phone, can be read, and breaks no rule of axe-core."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.pop_up import Look, PopUp, pop_up
from tests.browser.running_node import RunningNode, running_node
from tests.browser.test_layout import CONTRAST, FAULTS, SMALLEST_TARGET_PX

LONG = "averyveryverylongwordwithoutanyspace" * 4
EMOJI = "\N{SQUARED SOS}" * 2000
PAGES = ("", "new", "rooms", "room/everyone", "people", "me", "open", "carry", "me?lang=fr")
REFRESHES = "meta-refresh"
"""The one rule the list breaks on purpose: it has a link that stops it, and it stands in a frame
so that the page around it, with what is half typed, never moves."""


class Screen(NamedTuple):
    """A screen and how a person has set it."""

    width: int
    text_px: int
    lang: str
    dark: bool


SCREENS = [
    Screen(320, 16, "en-US", dark=False),
    Screen(320, 32, "ar", dark=True),
    Screen(320, 16, "ar", dark=False),
    Screen(360, 16, "uk", dark=True),
    Screen(320, 16, "ht", dark=False),
    Screen(1024, 16, "fr", dark=False),
]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A box in which people wrote what pulls pages apart."""
    with running_node(tmp_path_factory.mktemp("crowd")) as node:
        loud = node.introduce(EMOJI[:40])
        node.ask("POST", "/rooms", {"name": LONG[:40]}, loud)
        node.post(loud, EMOJI, category="help", place=EMOJI[:80])
        wide = node.introduce(LONG[:40])
        node.post(wide, LONG, category="looking", place=LONG[:80])
        node.post(node.introduce("ليلى"), "هل أنت بخير؟", category="safe", place="المدرسة")
        yield node


def faults(page: Page) -> list[str]:
    """Return what sticks out, overlaps, is too small for a finger or too faint to read."""
    script = FAULTS.replace("#app *", "body *")
    found: list[str] = page.evaluate(script, SMALLEST_TARGET_PX)
    faint: list[str] = page.evaluate(CONTRAST)
    return found + faint


def set_text(page: Page, text_px: int) -> None:
    """Set the size of letters, as a person does for all pages."""
    page.evaluate(f"document.documentElement.style.fontSize = '{text_px}px'")


def walk(person: PopUp) -> Iterator[str]:
    """Open every page of a person in turn; yield its name."""
    for name in PAGES:
        person.look(name)
        yield name
    for act in ("offer", "draw"):
        person.look("me")
        person.tap(person.page.locator(f"form[action$={act}] button"))
        yield act
    person.look("")
    person.page.locator("#place").fill("Mill")
    person.tap(person.page.locator("main form > button").last)
    yield "again"
    person.page.goto(person.place.replace("/s/", "/enter/a-b-c-d?"))
    yield "enter"


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_every_page_fits_the_screen_and_can_be_read(
    crowd: RunningNode, browser: Browser, tmp_path: Path, screen: Screen
) -> None:
    look = Look(screen.width, screen.lang, screen.dark)
    with pop_up(browser, tmp_path / "ana", look) as ana:
        ana.open(crowd)
        set_text(ana.page, screen.text_px)
        found = {"welcome": faults(ana.page)}
        ana.tap(ana.page.locator("button.safe"))
        set_text(ana.page, screen.text_px)
        found["after"] = faults(ana.page)
        for name in walk(ana):
            set_text(ana.page, screen.text_px)
            found[name] = faults(ana.page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("document.querySelector('li').style.width = '700px'", "sticks out"),
        ("document.querySelector('li').style.marginBottom = '-40px'", "overlaps"),
        ("document.querySelector('form button').style.cssText = 'min-height:0;padding:0'", "is "),
        ("document.querySelector('h1').style.color = '#999'", "H1"),
    ],
)
def test_a_broken_page_is_noticed(
    crowd: RunningNode, visit: Visit, damage: str, fault: str
) -> None:
    ana = visit(width=320)
    ana.page.goto(f"{crowd.origin}/lite/people")
    before = faults(ana.page)
    ana.page.evaluate(damage)
    new = [one for one in faults(ana.page) if one not in before]
    assert before == []
    assert any(fault in one for one in new)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_no_page_breaks_a_rule(crowd: RunningNode, visit: Visit, lang: str, *, dark: bool) -> None:
    ana = PopUp(visit(width=320, dark=dark, unguarded=True).page)
    ana.open(crowd, f"?lang={lang}")
    found = {"welcome": violations(ana.page)}
    ana.tap(ana.page.locator("button.safe"))
    found["after"] = violations(ana.page)
    for name in walk(ana):
        found[name] = violations(ana.page)
    assert [one.partition(":")[0] for one in found.pop("new")] == [REFRESHES]
    assert {name: broken for name, broken in found.items() if broken} == {}


def test_a_page_that_breaks_a_rule_is_noticed(crowd: RunningNode, visit: Visit) -> None:
    ana = visit(width=320, unguarded=True)
    ana.page.goto(f"{crowd.origin}/lite")
    ana.page.evaluate("document.querySelector('label').remove()")
    assert any(one.startswith("label:") for one in violations(ana.page))


def test_the_page_asks_no_other_host_and_breaks_no_policy_of_its_own(
    crowd: RunningNode, visit: Visit
) -> None:
    guest = visit(width=320)
    ana = PopUp(guest.page)
    ana.open(crowd)
    ana.tap(ana.page.locator("button.safe"))
    for _ in walk(ana):
        assert guest.violations() == []
    # Browsers write refused answers (the empty form) to the console, which is no fault of a page.
    assert [said for said in ana.errors if "400 (Bad Request)" not in said] == []
    assert guest.foreign == []


def test_the_page_of_the_list_may_be_framed_by_this_box_only(
    crowd: RunningNode, visit: Visit
) -> None:
    ana = visit(width=320)
    ana.page.goto(f"{crowd.origin}/lite")
    frame = ana.page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Newest messages")).to_be_visible()
    with ana.page.expect_event("framenavigated"):
        ana.page.evaluate("document.querySelector('iframe').src = '/lite/rooms'")
    expect(frame.get_by_role("heading", name="Rooms")).to_have_count(0)
    assert any("frame-ancestors" in error for error in ana.errors)
