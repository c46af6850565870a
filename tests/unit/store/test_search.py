"""Finding by id and by word, before and after the idle-time indexes are filled."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from node.contract.messages import Message
from node.protocol import kinds
from node.protocol.ids import EVERYONE, EnvelopeId, RoomId
from node.protocol.kinds import Kind, RoomCreate
from node.store import index
from node.store.index import MAX_WORDS, match_expression
from node.store.store import Store
from tests.fakes.authors import RemoteAuthor
from tests.unit.store.conftest import Take

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.mark.parametrize("indexed", [False, True])
async def test_an_envelope_is_found_by_its_id(store: Store, take: Take, *, indexed: bool) -> None:
    messages = [RemoteAuthor("ana").says(str(n)) for n in range(1)]
    await take(messages)
    if indexed:
        await store.search("x", None, 1, None)
    assert await store.envelope(messages[0].id) == messages[0].exact
    near = EnvelopeId(messages[0].id[:8] + bytes(24))
    assert await store.envelope(near) is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("water", ["Water at the school"]),
        ("WATER school", ["Water at the school"]),
        ("wat", ["Water at the school"]),
        ("water north", []),
        ("cafe", ["Café open"]),
        ("ما", ["ماء في المدرسة"]),
        ('"', []),
        ("* OR NEAR(", []),
        ("text:water", []),
        ("col - water", []),
    ],
)
async def test_every_word_must_be_there(
    store: Store, take: Take, words: str, found: list[str]
) -> None:
    author = RemoteAuthor("ana")
    await take(list(map(author.says, ["Water at the school", "Café open", "ماء في المدرسة"])))
    assert [m.text for m in await store.search(words, None, 10, None)] == found


async def test_results_page_back_and_keep_to_a_room(store: Store, take: Take) -> None:
    author = RemoteAuthor("ana")
    made = author.signs(Kind.ROOM_CREATE, RoomCreate("Gym"), EVERYONE, kinds.SAFETY, 0)
    room = RoomId(made.id)
    await take([made, *(author.says(f"news {n}") for n in range(5))])
    await take([author.says("news gym", room=room)])
    first = await store.search("news", None, 2, None)
    assert [m.text for m in first] == ["news gym", "news 4"]
    before = int(first[-1].cursor.split(".")[1])
    assert [m.text for m in await store.search("news", None, 2, before)] == ["news 3", "news 2"]
    assert [m.text for m in await store.search("news", room, 9, None)] == ["news gym"]


async def test_a_flood_is_indexed_without_waiting_for_idle_time(
    take: Take, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MAX_BEHIND", 50)
    author = RemoteAuthor("ana")
    for number in range(60):
        await take([author.says(str(number))])
    ((behind,),) = ask("SELECT arrivals - indexed_to FROM store")
    assert behind <= 50


def test_nothing_typed_reaches_the_query_language() -> None:
    assert match_expression('a" OR text:b NEAR(c)') == '"a"* "OR"* "text"* "b"* "NEAR"* "c"*'
    assert match_expression(" -*() ") is None
    assert match_expression("w " * 99) == " ".join(['"w"*'] * MAX_WORDS)


async def test_searches_leave_a_reader_to_those_who_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(*_: object) -> list[Message]:
        assert go_on.wait(10)
        return []

    monkeypatch.setattr("node.store.queries.search", slow)
    searches = [asyncio.ensure_future(store.search("a", None, 1, None)) for _ in range(4)]
    try:
        for _ in range(20):
            async with asyncio.timeout(5):
                await store.peers()
    finally:
        go_on.set()
    assert await asyncio.gather(*searches) == [[], [], [], []]
