"""A listener gets each message once, in order, whatever happens between its visits."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from node.contract.frames import Frame, MessageFrame, RoomFrame, StatusFrame
from node.contract.people import Box, User
from node.contract.problems import OTHER_STORE, RefusedError
from node.events import MAX_QUEUED_FRAMES, TooSlowError
from node.protocol.ids import EVERYONE
from node.runtime.feed import BACKLOG_BATCH, Feed
from node.runtime.messages import Post
from node.runtime.node import Node
from node.runtime.ports import Receipt
from node.store.store import Store
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import FakeClock
from tests.fakes.deadlines import eventually
from tests.fakes.entropy import seeded

pytestmark = pytest.mark.anyio

NODE_ID = "cd" * 32


async def _collect(feed: Feed, enough: Callable[[list[Frame]], bool]) -> list[Frame]:
    frames: list[Frame] = []

    async def run() -> None:
        async for batch in feed.frames():
            frames.extend(batch)
            if enough(frames):
                return

    await asyncio.wait_for(run(), 20)
    return frames


def _longer_than(count: int, frames: list[Frame]) -> bool:
    return len(frames) > count


def _texts(frames: list[Frame]) -> list[str]:
    return [frame.message.text for frame in frames if isinstance(frame, MessageFrame)]


async def test_backlog_then_live_without_gap_or_repeat(node: Node, ana: User) -> None:
    first = await node.messages.post(ana, EVERYONE, Post("0"))
    total = BACKLOG_BATCH + 60
    for number in range(1, BACKLOG_BATCH + 20):
        await node.messages.post(ana, EVERYONE, Post(str(number)))
    feed = node.feed({"messages"}, first.cursor)

    async def post_on() -> None:
        for number in range(BACKLOG_BATCH + 20, total):
            await node.messages.post(ana, EVERYONE, Post(str(number)))

    posting = asyncio.create_task(post_on())
    frames = await _collect(feed, lambda got: len(got) >= total - 1)
    await posting
    feed.close()
    assert _texts(frames) == [str(number) for number in range(1, total)]


async def test_without_a_cursor_only_what_comes_is_shown(node: Node, ana: User) -> None:
    await node.messages.post(ana, EVERYONE, Post("before"))
    feed = node.feed({"messages"}, None)
    room = await node.rooms.create(ana, "Gym")
    await node.messages.post(ana, EVERYONE, Post("after"))
    frames = await _collect(feed, lambda got: len(got) >= 2)
    feed.close()
    assert isinstance(frames[0], RoomFrame)
    assert frames[0].room == replace(room, joined=False)  # it goes to everybody
    assert _texts(frames) == ["after"]


async def test_a_retry_is_not_shown_again(node: Node, ana: User) -> None:
    feed = node.feed({"messages"}, None)
    for _ in range(3):
        await node.messages.post(ana, EVERYONE, Post("once", client_id="c"))
    await node.messages.post(ana, EVERYONE, Post("end"))
    frames = await _collect(feed, lambda got: "end" in _texts(got))
    feed.close()
    assert _texts(frames) == ["once", "end"]


async def test_a_listener_that_never_reads_is_dropped_and_others_are_not(
    node: Node, ana: User
) -> None:
    slow, quick = node.feed({"messages"}, None), node.feed({"messages"}, None)
    seen: list[str] = []

    async def read() -> None:
        async for batch in quick.frames():
            seen.extend(_texts(batch))

    reading = asyncio.create_task(read())
    posts = (node.messages.post(ana, EVERYONE, Post(str(n))) for n in range(MAX_QUEUED_FRAMES // 2))
    await asyncio.gather(*posts)
    posts = (node.messages.post(ana, EVERYONE, Post(str(n))) for n in range(MAX_QUEUED_FRAMES))
    await asyncio.gather(*posts)

    async def all_seen() -> bool:
        return len(seen) == MAX_QUEUED_FRAMES // 2 + MAX_QUEUED_FRAMES

    await eventually(all_seen)
    with pytest.raises(TooSlowError):
        await _collect(slow, lambda _: False)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    slow.close()
    quick.close()


async def test_a_cursor_of_another_store_subscribes_to_nothing(node: Node) -> None:
    with pytest.raises(RefusedError) as refused:
        node.feed({"messages"}, "0" * 16 + ".5")
    assert refused.value.problem is OTHER_STORE


async def test_status_is_read_only_while_somebody_listens(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.runtime.status.WATCH_PERIOD_S", 0.01)
    reads: list[int] = []
    original = node.status.read

    async def counted() -> object:
        reads.append(1)
        return await original()

    monkeypatch.setattr(node.status, "read", counted)
    watching = asyncio.create_task(node.run())
    await asyncio.sleep(0)
    assert reads == []
    feed = node.feed({"status"}, None)
    frames = await _collect(feed, lambda got: len(got) >= 3)
    assert all(isinstance(frame, StatusFrame) for frame in frames)
    feed.close()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_whoever_is_cut_off_after_any_frame_misses_nothing(node: Node, ana: User) -> None:
    first = await node.messages.post(ana, EVERYONE, Post("0"))
    for number in range(1, 4):
        await node.messages.post(ana, EVERYONE, Post(str(number)))
    whole = await _collect(
        node.feed({"messages", "status"}, first.cursor), lambda got: len(got) > 3
    )
    assert isinstance(whole[0], StatusFrame)
    for cut in range(1, len(whole) + 1):
        seen, last = _texts(whole[:cut]), whole[cut - 1].cursor
        again = node.feed({"messages", "status"}, last)
        rest = await _collect(again, partial(_longer_than, 4 - cut))
        again.close()
        assert seen + _texts(rest) == ["1", "2", "3"]


async def test_the_cursor_of_a_status_never_passes_a_message_that_was_not_shown(
    store: Store, clock: FakeClock
) -> None:
    """Committed and not published yet: what a crash of the listener between the two would see."""
    node = Node(Box(NODE_ID, NODE_ID, "Gym"), store, clock, seeded(1))  # nobody runs it
    before = (await node.status.frame()).cursor
    hidden = RemoteAuthor("ben").says("committed only")
    receipt = Receipt(0, hidden.payload.hlc >> 16, time_certain=True)
    await store.write(lambda tx: tx.append(hidden, receipt, local=False))
    assert (await node.status.frame()).cursor == before
    running = asyncio.create_task(node.run())

    async def is_published() -> bool:
        return (await node.status.frame()).cursor != before

    await eventually(is_published)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
