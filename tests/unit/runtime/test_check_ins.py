"""The list of people, as the use case answers it."""

import pytest

from node.contract.people import CheckInPage, User
from node.contract.problems import CURSOR, INVALID, OTHER_STORE, Problem, RefusedError
from node.protocol.ids import EVERYONE
from node.protocol.kinds import Category
from node.runtime.messages import Post
from node.runtime.node import Node

pytestmark = pytest.mark.anyio


async def test_what_is_posted_with_a_category_is_listed_under_it(node: Node, ana: User) -> None:
    for category in Category:
        await node.messages.post(ana, EVERYONE, Post(category.name, category))
    found = {
        name: [item.text for item in (await _page(node, name)).items]
        for name in (None, "safe", "help", "looking", "offer", "info")
    }
    assert found == {
        None: ["HELP"], "safe": [], "help": ["HELP"],
        "looking": ["LOOKING"], "offer": ["OFFER"], "info": ["INFO"],
    }  # fmt: skip


async def _page(node: Node, category: str | None, before: str | None = None) -> CheckInPage:
    return await node.check_ins.page(q=None, category=category, limit=10, before=before)


@pytest.mark.parametrize(
    ("category", "before", "problem"),
    [
        ("lost", None, INVALID),
        ("", None, INVALID),
        (None, "nonsense", CURSOR),
        (None, f"{'0' * 16}.1", OTHER_STORE),
    ],
)
async def test_what_cannot_be_listed_is_refused(
    node: Node, category: str | None, before: str | None, problem: Problem
) -> None:
    with pytest.raises(RefusedError) as refused:
        await _page(node, category, before)
    assert refused.value.problem is problem


async def test_a_node_is_told_of_its_hotspot_and_has_none_by_itself(node: Node) -> None:
    assert node.hotspot() is None
