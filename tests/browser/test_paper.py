"""What is printed: the poster for the wall on one sheet, the list of people with its headings."""

import json
import re
from collections.abc import Generator, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode

READABLE_MM = 70
"""Of a code without its white frame: a camera reads it from about ten times its side."""

FACTS = {
    "DisasterNet": {"ssid": "DisasterNet", "address": "10.83.73.1"},
    "longest": {
        "ssid": "Evacuation centre of the harbour",
        "address": "172.29.80.1",
        "passphrase": "correct horse battery staple, in sixty-three characters at most",
    },
}
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")

MILLIMETRES = """
(selector) => [...document.querySelectorAll(selector)].map((element) => {
  const { width, height } = element.getBoundingClientRect();
  return Math.min(width, height) / 96 * 25.4;
})
"""
STICKS_OUT = """
() => [...document.querySelectorAll('body *')].filter((element) => {
  const { left, right } = element.getBoundingClientRect();
  return left < -1 || right > document.documentElement.clientWidth + 1;
}).map((element) => element.outerHTML.slice(0, 80))
"""

BROKEN_WORDS = """
() => [...document.querySelectorAll('ol li')].flatMap((step) => {
  const range = document.createRange();
  return [...step.textContent.matchAll(/\\S+/g)].filter((word) => {
    range.setStart(step.firstChild, word.index);
    range.setEnd(step.firstChild, word.index + word[0].length);
    return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
  }).map((word) => word[0]);
})
"""


def sheets(page: Page) -> int:
    """Return how many sheets of paper the page takes."""
    return len(SHEET.findall(page.pdf(prefer_css_page_size=True)))


@pytest.fixture(scope="module", params=FACTS)
def wall(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[RunningNode]:
    """A box with a hotspot, as its appliance tells of it."""
    folder = tmp_path_factory.mktemp("wall")
    (folder / "hotspot.json").write_text(json.dumps(FACTS[request.param]))
    name = (
        ("--name", "Evacuation centre of the old north town") if request.param == "longest" else ()
    )
    node = RunningNode(folder, *name)
    with (folder / "node.toml").open("a") as config:
        config.write(f'facts_dir = "{folder}"\n')
    node.start()
    try:
        yield node
    finally:
        node.stop()


@pytest.mark.parametrize("languages", ["en", "ar,en", "en,ar,es", "bn,uk,ht", "fr,tr,uk"])
def test_the_poster_is_one_sheet_whose_codes_are_read_from_afar(
    wall: RunningNode, visit: Visit, languages: str
) -> None:
    page = visit(width=1024).page
    page.goto(f"{wall.origin}/poster?lang={languages}")
    assert sheets(page) == 1
    page.emulate_media(media="print")
    sides_mm = page.evaluate(MILLIMETRES, "figure svg")
    modules = page.evaluate(
        "[...document.querySelectorAll('figure svg')].map((svg) => svg.viewBox.baseVal.width)"
    )
    printed_mm = [side * (size - 8) / size for side, size in zip(sides_mm, modules, strict=True)]
    assert len(printed_mm) == 2
    assert min(printed_mm) >= READABLE_MM
    assert page.locator("nav").is_hidden()


def test_a_sheet_too_long_is_noticed(wall: RunningNode, visit: Visit) -> None:
    page = visit(width=1024).page
    page.goto(f"{wall.origin}/poster?lang=en")
    page.evaluate("document.querySelector('main').style.height = '300mm'")
    assert sheets(page) == 2


@pytest.mark.parametrize("width", [320, 1024])
@pytest.mark.parametrize("languages", ["en,ar,es", "ar"])
def test_the_poster_fits_every_screen_and_breaks_no_rule(
    wall: RunningNode, visit: Visit, width: int, languages: str
) -> None:
    page = visit(width=width, unguarded=True).page
    page.goto(f"{wall.origin}/poster?lang={languages}")
    assert page.evaluate(STICKS_OUT) == []
    assert page.evaluate(BROKEN_WORDS) == []
    assert violations(page) == []


def test_languages_are_chosen_without_any_script(wall: RunningNode, visit: Visit) -> None:
    ana = visit(width=360)
    ana.page.goto(f"{wall.origin}/poster?lang=en")
    ana.page.get_by_role("link", name="العربية").click()
    ana.page.get_by_role("link", name="✓ English").click()
    assert ana.page.locator("html").get_attribute("dir") == "rtl"
    assert ana.page.url.endswith("/poster?lang=ar")
    assert (ana.errors, ana.violations()) == ([], [])


@pytest.fixture
def owner(browser: Browser, node: RunningNode) -> Iterator[Page]:
    """A page of whoever has the admin token of a box with seventy people."""
    token = json.loads(_owner_asks(node, "/admin/token"))["token"]
    if not node.texts():
        for number in range(70):
            person = node.introduce(f"Person {number}")
            node.post(person, f"{number} " + "w" * 200, category="help" if number % 2 else "safe")
    context = browser.new_context(extra_http_headers={"Authorization": f"Bearer {token}"})
    yield context.new_page()
    context.close()


def _owner_asks(node: RunningNode, path: str) -> str:
    transport = httpx.HTTPTransport(uds=str(node.folder / "data" / "node.sock"))
    with httpx.Client(transport=transport, base_url="http://localhost") as client:
        return client.post(path).raise_for_status().text


def test_the_list_of_people_is_printed_on_as_many_sheets_as_it_takes(
    owner: Page, node: RunningNode
) -> None:
    owner.goto(f"{node.origin}/admin/people?format=print")
    assert owner.locator("tbody tr").count() == 70
    assert sheets(owner) >= 3
    owner.emulate_media(media="print")
    assert owner.evaluate("getComputedStyle(document.querySelector('thead')).display") == (
        "table-header-group"
    )
    assert owner.evaluate(STICKS_OUT) == []
