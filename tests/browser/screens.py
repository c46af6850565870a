"""Takes the pictures in docs/screens again: `python -m tests.browser.screens`."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import OPTIONS
from tests.browser.running_node import RunningNode, running_node
from tests.browser.screens_lite import CHECK_INS, FOLDER, lite, poster
from tests.browser.visitor import Visitor, visitor

ME_HEIGHT = 1200
"""Of the picture, to have the whole page on it."""
SAID = (
    ("Ben", "The bridge to the valley is open again."),
    ("Leyla", "هل يوجد ماء نظيف في المدرسة؟"),
    ("Ben", "Yes. The tap behind the school works."),
)


def show(node: RunningNode, person: Visitor, name: str) -> None:
    """Enter the box under a name and wait until the room has settled."""
    person.enter(node.origin, name)
    person.message(SAID[-1][1]).wait_for()
    expect(person.page.get_by_text("unread")).to_have_count(0)


def people_and_me(browser: Browser, folder: Path) -> None:
    """Take the pictures of the list of people and of the person's own page."""
    with running_node(folder) as node:
        for name, category, place, text in CHECK_INS:
            node.post(node.introduce(name), text, category=category, place=place)
        with visitor(browser, width=360, height=640, dark=False) as person:
            person.enter(node.origin, "Ana", "people")
            person.message("I am safe").wait_for()
            person.page.screenshot(path=FOLDER / "people.png")
            person.look("me")
            person.page.get_by_role("button", name="Show four words").click()
            person.page.get_by_role("img", name="QR code").wait_for()
            person.page.locator(".me li").wait_for()
            person.page.set_viewport_size({"width": 360, "height": ME_HEIGHT})
            person.page.screenshot(path=FOLDER / "me.png")


def main() -> None:
    """Write every picture."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_node(Path(folder)) as node,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=OPTIONS
        )
        tokens = {name: node.introduce(name) for name, _ in SAID}
        for name, text in SAID:
            node.post(tokens[name], text)
        with visitor(chromium, width=360, height=640, dark=False) as person:
            person.page.goto(node.origin)
            person.page.get_by_label("Your name").wait_for()
            person.page.screenshot(path=FOLDER / "name.png")
            show(node, person, "Ana")
            person.page.get_by_label("What is it about?").select_option("safe")
            person.page.get_by_label("Place").fill("Gym")
            person.write("I am safe. We are four people.")
            person.page.locator(".mine:not(.unsent)").wait_for()
            person.page.screenshot(path=FOLDER / "room.png")
        with visitor(chromium, width=1024, height=640, dark=False) as person:
            node.ask("POST", "/rooms", {"name": "Water and food"}, tokens["Ben"])
            show(node, person, "Deniz")
            person.page.screenshot(path=FOLDER / "wide.png")
        with visitor(chromium, width=360, height=640, dark=True) as person:
            show(node, person, "Omar")
            node.stop()
            person.page.get_by_text("No contact with the box.").wait_for()
            person.write("Tell my sister I am here.")
            person.page.get_by_text("Saved on this phone").wait_for()
            person.page.screenshot(path=FOLDER / "away.png")
        people = Path(folder) / "people"
        people.mkdir()
        people_and_me(chromium, people)
        without_script = Path(folder) / "lite"
        without_script.mkdir()
        lite(chromium, without_script)
        wall = Path(folder) / "wall"
        wall.mkdir()
        poster(chromium, wall)
        chromium.close()


if __name__ == "__main__":
    main()
