"""Everything fits the smallest phone, also with large text, in the dark and in the light."""

from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode

SMALLEST_TARGET_PX = 44
SOS = "\N{SQUARED SOS}"
LONG = "averyveryverylongwordwithoutanyspace" * 4


class Screen(NamedTuple):
    """A screen and how a person has set it."""

    width: int
    height: int
    text_px: int
    dark: bool


SCREENS = [
    Screen(320, 568, 16, dark=False),
    Screen(320, 568, 32, dark=True),
    Screen(360, 640, 16, dark=True),
    Screen(1024, 700, 16, dark=False),
]

FAULTS = """
(smallest) => {
  const faults = [];
  const box = (element) => element.getBoundingClientRect();
  const shown = (element) => box(element).width > 1 && box(element).height > 1;
  const name = (element) => `${element.tagName}.${element.className}`;
  for (const scroller of [document.documentElement, ...document.querySelectorAll('.scroller')]) {
    if (scroller.scrollWidth > scroller.clientWidth) faults.push(`${name(scroller)} overflows`);
  }
  for (const element of document.querySelectorAll('#app *')) {
    const { left, right } = box(element);
    if (shown(element) && (left < -1 || right > innerWidth + 1)) {
      faults.push(`${name(element)} sticks out`);
    }
  }
  for (const list of document.querySelectorAll('ol, ul')) {
    const items = [...list.children].filter(shown);
    items.slice(1).forEach((item, at) => {
      if (box(items[at]).bottom > box(item).top + 1) faults.push(`${name(item)} overlaps`);
    });
  }
  for (const target of document.querySelectorAll('button, input, select, textarea, a')) {
    const { width, height } = box(target);
    if (shown(target) && (height < smallest || width < smallest)) {
      faults.push(`${name(target)} is ${width} x ${height}`);
    }
  }
  return faults;
}
"""

CONTRAST = """
() => {
  const number = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => [red, green, blue]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = number(getComputedStyle(at).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const words = (element) => [...element.childNodes].some(
    (node) => node.nodeType === 3 && node.textContent.trim());
  return [...document.querySelectorAll('body *')].filter(words).flatMap((element) => {
    const pair = [number(getComputedStyle(element).color), behind(element)].map(light);
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    return ratio < 4.5 ? [`${element.className || element.tagName} ${ratio.toFixed(2)}`] : [];
  });
}
"""


def faults(page: Page) -> list[str]:
    found: list[str] = page.evaluate(FAULTS, SMALLEST_TARGET_PX)
    return found


def weak_contrasts(page: Page) -> list[str]:
    found: list[str] = page.evaluate(CONTRAST)
    return found


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_every_page_fits_the_screen_and_can_be_read(
    node: RunningNode, visit: Visit, screen: Screen
) -> None:
    ana = visit(width=screen.width, height=screen.height, dark=screen.dark)
    node.post(node.introduce(SOS * 40), SOS * 2000, category="safe", place=SOS * 80)
    node.post(node.introduce(LONG[:40]), LONG, category="help", place=LONG[:80])
    ana.page.goto(node.origin)
    ana.page.evaluate(f"document.documentElement.style.fontSize = '{screen.text_px}px'")
    ana.page.get_by_label("Your name").wait_for()
    found = {"name": faults(ana.page) + weak_contrasts(ana.page)}
    ana.page.get_by_label("Your name").fill("Ana")
    ana.page.get_by_role("button", name="Continue").click()
    ana.write("هل أنت بخير؟")
    ana.page.get_by_label("What is it about?").select_option("info")
    ana.page.get_by_label("Place").fill(LONG[:80])
    ana.message(LONG).last.wait_for()
    found["room"] = faults(ana.page) + weak_contrasts(ana.page)
    ana.page.evaluate("location.hash = '#/rooms'")
    ana.page.get_by_role("button", name="New room").click()
    found["rooms"] = faults(ana.page) + weak_contrasts(ana.page)
    ana.look("people")
    ana.message(LONG).first.wait_for()
    found["people"] = faults(ana.page) + weak_contrasts(ana.page)
    ana.look("me")
    ana.page.get_by_role("button", name="Show four words").click()
    ana.page.get_by_role("button", name="Make a paper").click()
    ana.page.get_by_role("button", name="Show it").click()
    expect(ana.page.locator("img.qr")).to_have_count(2)
    found["me"] = faults(ana.page) + weak_contrasts(ana.page)
    ana.look("enter")
    ana.page.get_by_label("Your four words").wait_for()
    found["enter"] = faults(ana.page) + weak_contrasts(ana.page)
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("li.style.width = '700px'", "sticks out"),
        ("li.style.marginBottom = '-40px'", "overlaps"),
        ("document.querySelector('.compose button').style.minHeight = '20px'", "is "),
    ],
)
def test_a_broken_layout_is_noticed(
    node: RunningNode, visit: Visit, damage: str, fault: str
) -> None:
    ana = visit(width=320)
    ana.enter(node.origin, "Ana")
    for text in ("one", "two"):
        ana.write(text)
        ana.message(text).last.wait_for()
    ana.page.evaluate(f"const li = [...document.querySelectorAll('li.message')].at(-2); {damage}")
    assert any(fault in found for found in faults(ana.page))


def test_faint_text_is_noticed(node: RunningNode, visit: Visit) -> None:
    ana = visit()
    ana.enter(node.origin, "Ana")
    ana.page.evaluate("document.querySelector('h1').style.color = '#999'")
    assert weak_contrasts(ana.page) != []
