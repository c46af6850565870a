"""Two boxes that are linked: what is written at one is on the page of the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode, running_node
from tests.browser.visitor import WAIT_MS


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[RunningNode, RunningNode]]:
    """A box, and another one that was told where it is."""
    gym, school = tmp_path / "gym", tmp_path / "school"
    gym.mkdir()
    school.mkdir()
    with running_node(gym) as first:
        peer = f"127.0.0.1:{first.peer_port}"
        with running_node(school, "--name", "School", "--peer", peer) as second:
            yield first, second


def test_a_message_is_on_the_page_of_the_other_box_and_says_so_at_home(
    two: tuple[RunningNode, RunningNode], visit: Visit
) -> None:
    gym, school = two
    ana, ben = visit(), visit()
    ana.enter(gym.origin, "Ana")
    ben.enter(school.origin, "Ben")
    ana.write("The bridge at the mill is down.")
    ben.message("The bridge at the mill is down.").wait_for()
    expect(ben.message("The bridge at the mill is down.").locator(".author")).to_have_text("Ana")
    progress = ana.message("The bridge at the mill is down.").locator(".progress")
    expect(progress).to_contain_text("2 boxes", timeout=WAIT_MS)
    ben.write("Thank you. We stay here.")
    ana.message("Thank you. We stay here.").wait_for()
    assert ana.errors == ben.errors == []


def test_the_page_says_when_a_time_is_nobodys_word(
    two: tuple[RunningNode, RunningNode], visit: Visit
) -> None:
    gym, school = two
    quality = gym.ask("GET", "/status")["clock"]["quality"]
    token = gym.introduce("Ana")
    gym.post(token, "When was this?")
    ben = visit()
    ben.enter(school.origin, "Ben")
    ben.message("When was this?").wait_for()
    said = ben.message("When was this?").locator(".uncertain")
    expect(said).to_have_count(1 if quality == 0 else 0)
