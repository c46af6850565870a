"""A phone walks from box to box, and its owner stays one person."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode, running_node
from tests.browser.visitor import WAIT_MS, Visitor
from tests.browser.waiting import until
from tests.browser.walking import Way, way

SETTLED = """
(count) => JSON.parse(localStorage.getItem('dn.carry') ?? '{"settled": []}').settled.length >= count
"""


class Said(NamedTuple):
    """A message, and who wrote it in the eyes of a box."""

    text: str
    author: str
    person: str
    fingerprint: str


class Valley(NamedTuple):
    """Two boxes that hear each other, and the way between them."""

    gym: RunningNode
    school: RunningNode
    way: Way


@pytest.fixture
def valley(tmp_path: Path) -> Iterator[Valley]:
    """Two linked boxes, the first of them in reach."""
    gym, school = tmp_path / "gym", tmp_path / "school"
    gym.mkdir()
    school.mkdir()
    with running_node(gym) as first, way() as between:
        peer = f"127.0.0.1:{first.peer_port}"
        with running_node(school, "--name", "School", "--peer", peer) as second:
            between.to(first)
            yield Valley(first, second, between)


def said_at(box: RunningNode) -> set[Said]:
    items = box.ask("GET", "/rooms/everyone/messages?limit=100")["items"]
    return {
        Said(m["text"], m["author"]["id"], m["author"]["person"], m["author"]["fingerprint"])
        for m in items
    }


def walk(valley: Valley, person: Visitor, box: RunningNode, name: str) -> None:
    valley.way.to(box)
    expect(person.page.locator(".status-box")).to_contain_text(name, timeout=WAIT_MS)
    expect(person.page.locator(".status-contact")).to_have_text("Connected", timeout=WAIT_MS)


def say(person: Visitor, text: str) -> None:
    person.write(text)
    expect(person.message(text)).to_contain_text("On this box", timeout=WAIT_MS)


def told(person: Visitor, authors: int) -> None:
    """Wait until the boxes know the key and the proofs of so many authors."""
    person.page.wait_for_function(SETTLED, arg=authors)


def one_person(valley: Valley, texts: set[str]) -> bool:
    gym, school = said_at(valley.gym), said_at(valley.school)
    return {one.text for one in gym} == texts and gym == school and len(persons(gym)) == 1


def persons(said: set[Said]) -> set[tuple[str, str]]:
    return {(one.person, one.fingerprint) for one in said}


@pytest.mark.parametrize("killed", [False, True])
def test_who_walks_to_another_box_and_back_posts_as_one_person(
    valley: Valley, visit: Visit, *, killed: bool
) -> None:
    ana = visit()
    ana.enter(valley.way.origin, "Ana")
    say(ana, "At the gym.")
    told(ana, 1)
    if killed:
        valley.gym.stop(signal.SIGKILL)
        valley.gym.start()
    walk(valley, ana, valley.school, "School")
    say(ana, "At the school.")
    told(ana, 2)
    expect(ana.message("At the gym.")).to_have_class("message mine", timeout=WAIT_MS)
    if killed:
        valley.school.stop(signal.SIGKILL)
        valley.school.start()
    walk(valley, ana, valley.gym, "Gym")
    say(ana, "Back at the gym.")
    texts = {"At the gym.", "At the school.", "Back at the gym."}
    until(lambda: one_person(valley, texts))
    authors = {one.text: one.author for one in said_at(valley.school)}
    assert authors["At the gym."] == authors["Back at the gym."] != authors["At the school."]
    assert persons(said_at(valley.school)).pop()[0] == authors["At the gym."]
    for text in texts:
        expect(ana.message(text)).to_have_class("message mine", timeout=WAIT_MS)


def test_who_speaks_as_a_person_is_listed_and_can_be_removed(valley: Valley, visit: Visit) -> None:
    ana = visit()
    ana.enter(valley.way.origin, "Ana")
    say(ana, "At the gym.")
    told(ana, 1)
    walk(valley, ana, valley.school, "School")
    say(ana, "At the school.")
    told(ana, 2)
    walk(valley, ana, valley.gym, "Gym")
    until(lambda: one_person(valley, {"At the gym.", "At the school."}))
    ana.look("me")
    speakers = ana.page.locator(".me li")
    expect(speakers).to_have_count(2, timeout=WAIT_MS)
    other = speakers.filter(has_text="from another box")
    other.get_by_role("button", name="Remove Ana").click()
    other.get_by_role("button", name="Keep").click()
    other.get_by_role("button", name="Remove Ana").click()
    other.get_by_role("button", name="Yes, remove").click()
    expect(speakers).to_have_count(1, timeout=WAIT_MS)
    until(lambda: len(persons(said_at(valley.school))) == len(["gym", "school"]))
    assert persons(said_at(valley.school)) == persons(said_at(valley.gym))


def test_four_words_of_one_box_are_not_shown_at_the_next(valley: Valley, visit: Visit) -> None:
    ana = visit()
    ana.enter(valley.way.origin, "Ana")
    told(ana, 1)
    ana.look("me")
    ana.page.get_by_role("button", name="Show four words").click()
    ana.page.locator(".secret-words").wait_for()
    walk(valley, ana, valley.school, "School")
    expect(ana.page.locator(".secret-words")).to_have_count(0, timeout=WAIT_MS)
    here = ana.page.locator(".me li").filter(has_text="this phone, here")
    expect(here).to_have_count(1, timeout=WAIT_MS)
    expect(ana.page.locator(".me li")).to_have_count(2, timeout=WAIT_MS)


def test_a_paper_takes_a_person_to_another_box_by_a_phone_that_knows_nothing(
    valley: Valley, visit: Visit
) -> None:
    ana, borrowed = visit(), visit()
    ana.enter(valley.gym.origin, "Ana")
    say(ana, "At the gym.")
    ana.look("me")
    ana.page.get_by_role("button", name="Make a paper").click()
    with ana.page.expect_response("**/auth/carry") as answered:
        ana.page.get_by_role("button", name="Show it").click()
    url: str = answered.value.json()["secret"]["url"]
    path = urlsplit(url).path
    # What the paper says has come to the other box when the person's profile has.
    until(lambda: valley.gym.digests() == valley.school.digests())
    borrowed.page.goto(valley.school.origin + path)
    borrowed.page.get_by_role("button").first.click()
    borrowed.page.wait_for_url("**/lite/s/**")
    borrowed.page.get_by_label("Your message").first.fill("From a borrowed phone.")
    borrowed.page.get_by_role("button", name="Send").click()
    until(lambda: one_person(valley, {"At the gym.", "From a borrowed phone."}))
    ana.look("room/everyone")
    expect(ana.message("From a borrowed phone.")).to_have_class("message mine", timeout=WAIT_MS)


def test_a_phone_that_has_forgotten_everything_is_somebody_else(
    valley: Valley, visit: Visit
) -> None:
    ana = visit()
    ana.enter(valley.way.origin, "Ana")
    say(ana, "At the gym.")
    told(ana, 1)
    ana.page.evaluate("localStorage.clear()")
    ana.page.context.clear_cookies()
    valley.way.to(valley.school)
    ana.enter(valley.way.origin, "Ana")
    say(ana, "At the school.")
    until(lambda: len(said_at(valley.gym)) == len(["At the gym.", "At the school."]))
    assert len(persons(said_at(valley.gym))) == len(["Ana", "Ana"])
    expect(ana.message("At the gym.")).to_have_class("message")


def test_a_proof_that_came_before_its_key_holds_when_the_boxes_meet(
    tmp_path: Path, visit: Visit
) -> None:
    gym, school = tmp_path / "gym", tmp_path / "school"
    gym.mkdir()
    school.mkdir()
    ana = visit()
    with running_node(gym) as first, way() as between:
        with running_node(school, "--name", "School") as alone:
            apart = Valley(first, alone, between)
            between.to(first)
            ana.enter(between.origin, "Ana")
            say(ana, "At the gym.")
            told(ana, 1)
            walk(apart, ana, alone, "School")
            say(ana, "At the school.")
            told(ana, 2)
            assert persons(said_at(first)) != persons(said_at(alone))
        with running_node(
            school, "--name", "School", "--peer", f"127.0.0.1:{first.peer_port}"
        ) as met:
            together = Valley(first, met, between)
            walk(together, ana, met, "School")
            until(lambda: one_person(together, {"At the gym.", "At the school."}))
            expect(ana.message("At the gym.")).to_have_class("message mine", timeout=WAIT_MS)
            fingerprint = persons(said_at(first)).pop()[1]
            expect(ana.message("At the school.").locator(".fingerprint")).to_have_text(
                fingerprint, timeout=WAIT_MS
            )
