"""Profiles of boxes that mean harm: two boxes agree on who is who, and nobody else pays."""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

import pytest

from node.store.persons import MAX_SPEAKERS
from tests.hostile.lite_phone import LitePhone
from tests.hostile.node_process import running_node
from tests.hostile.peer_enemy import in_turn
from tests.hostile.peer_field import Person, until
from tests.hostile.peer_floods import data
from tests.hostile.peer_profiles import Cast, hostile_cast

Quality = Callable[[str, float, str, float | None], None]

BATCH = 40
SEED = 4
ROUNDS = 15
DEARER = 6.0
"""Times: what a page may cost where every author on it claims to be somebody else."""


@dataclass
class Told:
    """Two linked boxes, to one of which an enemy told everything."""

    near: Person
    far: Person
    cast: Cast
    plain: Person
    """On a box that holds as many messages, of people who claim nothing."""


def pour(port: int, cast: Cast) -> None:
    """Let an enemy bring it all, in no order that makes sense."""
    envelopes = list(cast.envelopes)
    random.Random(SEED).shuffle(envelopes)  # noqa: S311 - replays
    frames = [
        data(*(each.exact for each in envelopes[at : at + BATCH]))
        for at in range(0, len(envelopes), BATCH)
    ]
    asyncio.run(in_turn(port, "teller", frames))


def pages(box: Person, path: str) -> list[dict[str, object]]:
    """Return everything on a list, page by page."""
    found: list[dict[str, object]] = []
    after = ""
    while True:
        page = box.get(f"{path}limit=200{after}")
        found += page["items"]
        if page["next"] is None:
            return found
        after = f"&before={page['next']}"


def persons(box: Person) -> dict[str, str]:
    """Return who is shown as whom."""
    authors = [item["author"] for item in pages(box, "/rooms/everyone/messages?")]
    return {each["id"]: each["person"] for each in authors}  # type: ignore[index]


@pytest.fixture(scope="module")
def told() -> Generator[Told]:
    cast = hostile_cast()
    plain_cast = Cast()
    for name in cast.persons:
        plain_cast.says(name, name)
    with (
        running_node() as node,
        running_node(options=["--peer", f"127.0.0.1:{node.peer_port}"]) as other,
        running_node() as third,
        Person(node, "Near") as near,
        Person(other, "Far") as far,
        Person(third, "Plain") as plain,
    ):
        pour(node.peer_port, cast)
        pour(third.peer_port, plain_cast)
        for box in (near, far, plain):
            until(lambda box=box: box.get("/sync/state")["messages"] >= len(cast.persons))  # type: ignore[misc]
        yield Told(near, far, cast, plain)
        assert node.log.read_text() == ""


def test_two_boxes_show_the_same_persons_whatever_was_claimed(told: Told) -> None:
    expected = told.cast.shown()
    for box in (told.near, told.far):
        until(lambda box=box: persons(box).items() >= expected.items())  # type: ignore[misc]
    assert {a: persons(told.near)[a] for a in expected} == expected
    assert {a: persons(told.far)[a] for a in expected} == expected
    by_itself = sum(author == person for author, person in expected.items())
    assert 0 < by_itself < len(expected), "control: some claims hold"


def test_a_person_of_many_authors_is_one_on_the_list_of_people(told: Told) -> None:
    for box in (told.near, told.far):
        listed = [item["person"] for item in pages(box, "/people?")]
        assert len(listed) == len(set(listed))
        assert set(listed) >= set(told.cast.shown().values())
        assert told.cast.id_of("one of many 7") not in listed


def test_no_box_lists_more_who_speak_for_a_person_than_a_page_holds(told: Told) -> None:
    """One's own page, which a thief with a paper could make endless."""
    with LitePhone.at_url(str(told.near.client.base_url)) as ana:
        twelve = ana.begin().draw()
        for _ in range(MAX_SPEAKERS + 6):
            with LitePhone.at_url(str(told.far.client.base_url)) as thief:
                until(lambda thief=thief: thief.enter(twelve).status_code == 303)  # type: ignore[misc]
        until(lambda: ana.get("me").text.count("<li>") >= MAX_SPEAKERS)
        assert ana.get("me").text.count("<li>") == MAX_SPEAKERS


def cost_s(box: Person, path: str) -> float:
    """Return what a page costs, in the middle of a few."""
    took_s: list[float] = []
    for _ in range(ROUNDS):
        began_s = time.monotonic()
        box.get(path)
        took_s.append(time.monotonic() - began_s)
    return statistics.median(took_s)


@pytest.mark.parametrize("path", ["/rooms/everyone/messages?limit=200", "/people?limit=200"])
def test_a_page_of_claims_costs_little_more_than_a_plain_one(
    told: Told, quality: Quality, path: str
) -> None:
    ratio = cost_s(told.near, path) / cost_s(told.plain, path)
    quality(f"page_of_claims {path}", ratio, "times", DEARER)
