"""Pictures of what needs no script: the pages of the pop-up, and paper."""

from contextlib import ExitStack
from pathlib import Path

import httpx
from playwright.sync_api import Browser

from locks.environment import ROOT
from tests.browser.running_node import RunningNode

FOLDER = ROOT / "docs" / "screens"
CHECK_INS = (
    ("Ben", "safe", "Old school", "We are safe. Six people, one dog."),
    ("Leyla", "help", "مدرسة القرية", "نحتاج إلى ماء ودواء"),
    ("Cem", "looking", "Mill street", "I look for my sister Deniz, 12 years, red jacket."),
    ("Omar", "help", "Bridge", "My father cannot walk. We need two people to carry him."),
    ("Deniz", "safe", "Gym", "I am safe"),
)


def lite(browser: Browser, folder: Path) -> None:
    """Take the pictures of the pages without script, of a box with a hotspot."""
    node = RunningNode(folder)
    (folder / "hotspot.json").write_text('{"ssid": "DisasterNet", "address": "127.0.0.1"}')
    with (folder / "node.toml").open("a") as config:
        config.write(f'facts_dir = "{folder}"\n')
    with ExitStack() as stack:
        stack.callback(node.stop)
        node.start()
        for name, category, place, text in CHECK_INS:
            node.post(node.introduce(name), text, category=category, place=place)
        for name, lang, page in (
            ("lite", "en-US", ""),
            ("lite-ar", "ar", ""),
            ("lite-people", "en-US", "/people"),
            ("lite-open", "en-US", "/open"),
        ):
            context = browser.new_context(
                viewport={"width": 320, "height": 568}, locale=lang, java_script_enabled=False
            )
            window = context.new_page()
            window.goto(f"{node.origin}/lite{page}")
            window.screenshot(path=FOLDER / f"{name}.png", full_page=name != "lite")
            context.close()
        people_print(browser, node, folder)
        words_and_paper(browser, node)


def words_and_paper(browser: Browser, node: RunningNode) -> None:
    """Take the pictures of four words on a screen, in Ukrainian, and of twelve on paper."""
    for name, lang, button in (("lite-words", "uk", 1), ("lite-paper", "en", 2)):
        context = browser.new_context(
            viewport={"width": 320, "height": 568}, locale=lang, java_script_enabled=False
        )
        window = context.new_page()
        window.goto(f"{node.origin}/lite")
        window.locator("#name").fill("Ана" if lang == "uk" else "Ana")
        window.locator("button.safe").click()
        window.goto(f"{node.origin}/lite/me")
        window.locator("main form button").nth(button).click()
        window.locator(".words").wait_for()
        if name == "lite-paper":
            window.emulate_media(media="print")
        window.screenshot(path=FOLDER / f"{name}.png", full_page=True)
        context.close()


def people_print(browser: Browser, node: RunningNode, folder: Path) -> None:
    """Take the picture of the list of people on paper."""
    transport = httpx.HTTPTransport(uds=str(node.folder / "data" / "node.sock"))
    with httpx.Client(transport=transport, base_url="http://localhost") as owner:
        said = owner.get("/admin/people?format=print").raise_for_status()
    paper = folder / "people.html"
    paper.write_bytes(said.content)
    window = browser.new_page(viewport={"width": 794, "height": 760})
    window.emulate_media(media="print")
    window.goto(paper.as_uri())
    window.screenshot(path=FOLDER / "people-print.png")
    window.close()


def poster(browser: Browser, folder: Path) -> None:
    """Take the picture of the poster, as it is printed."""
    facts = '{"ssid": "DisasterNet", "address": "10.83.73.1"}'
    (folder / "hotspot.json").write_text(facts)
    node = RunningNode(folder)
    with (folder / "node.toml").open("a") as config:
        config.write(f'facts_dir = "{folder}"\n')
    node.start()
    try:
        window = browser.new_page(viewport={"width": 794, "height": 1123})  # A4 at 96 to the inch
        window.emulate_media(media="print")
        window.goto(f"{node.origin}/poster?lang=en,ar,es")
        window.screenshot(path=FOLDER / "poster.png")
        window.close()
    finally:
        node.stop()
