"""People are who their session says, and keep one identity."""

import pytest

from node.contract.problems import INVALID, RefusedError
from node.runtime.node import Node

pytestmark = pytest.mark.anyio


async def test_the_same_session_stays_the_same_person(node: Node) -> None:
    first, fresh = await node.people.introduce("Ana", None, None)
    session = await node.people.session(first.token)
    again, fresh_again = await node.people.introduce("Ana", None, session)
    assert (fresh, fresh_again) == (True, False)
    assert again == first


async def test_another_name_is_published_as_a_new_profile(node: Node) -> None:
    first, _ = await node.people.introduce("Ana", None, None)
    session = await node.people.session(first.token)
    renamed, fresh = await node.people.introduce("Ana B", None, session)
    assert (renamed.user.id, renamed.user.name, fresh) == (first.user.id, "Ana B", False)


async def test_two_people_of_one_name_are_two_people(node: Node) -> None:
    one, _ = await node.people.introduce("Ana", None, None)
    other, _ = await node.people.introduce("Ana", None, None)
    assert one.user.id != other.user.id
    assert one.token != other.token


@pytest.mark.parametrize("token", ["", "0" * 64, "\ud800", "x" * 10_000])
async def test_a_secret_that_was_not_issued_here_is_nobody(node: Node, token: str) -> None:
    await node.people.introduce("Ana", None, None)
    assert await node.people.session(token) is None
    assert not await node.people.is_admin_token(token)


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200f", "\x00\x07"])
async def test_a_name_that_shows_nothing_is_refused(node: Node, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        await node.people.introduce(name, None, None)
    assert refused.value.problem is INVALID


async def test_a_new_admin_token_ends_the_old_one(node: Node) -> None:
    old = await node.people.new_admin_token()
    new = await node.people.new_admin_token()
    assert [await node.people.is_admin_token(token) for token in (old, new)] == [False, True]
