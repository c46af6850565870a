"""What was committed is shown in order, and no cursor is ever ahead of what was shown."""

import asyncio

import pytest

from node.contract.cursors import Cursor
from node.contract.frames import Frame, MessageFrame, RoomFrame, StateFrame
from node.contract.problems import UNAVAILABLE, RefusedError
from node.protocol import kinds
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.kinds import Kind, RoomCreate
from node.runtime import publishing
from node.runtime.publishing import BATCH, STATE_DELAY_S
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.unit.runtime.peering.boxes import Box, Boxes

pytestmark = pytest.mark.anyio


class Listener:
    """Everything a feed shows."""

    def __init__(self, boxes: Boxes, box: Box, since: str | None = None) -> None:
        self.frames: list[Frame] = []
        self.feed = box.node.feed({"messages"}, since)
        boxes.run(self._collect())

    async def _collect(self) -> None:
        async for batch in self.feed.frames():
            self.frames.extend(batch)

    @property
    def texts(self) -> list[str]:
        """Return what was said, as shown."""
        return [each.message.text for each in self.frames if isinstance(each, MessageFrame)]

    def states(self) -> list[StateFrame]:
        """Return the states shown."""
        return [each for each in self.frames if isinstance(each, StateFrame)]

    async def texts_shown(self, count: int) -> None:
        """Wait until so many messages were shown."""

        async def enough() -> bool:
            return len(self.texts) >= count

        await eventually(enough)


def _arrival(box: Box, cursor: str) -> int:
    return Cursor.parse(cursor, box.store.incarnation).arrival


async def test_what_boxes_bring_and_people_write_is_shown_once_in_the_order_of_arrival(
    boxes: Boxes,
) -> None:
    box = await boxes.open("gym")
    shown = Listener(boxes, box)
    authors = [RemoteAuthor(f"p{number}") for number in range(10)]

    async def bring() -> None:
        for number in range(8):
            await box.takes(*[author.says(f"{author.name} {number}") for author in authors])

    async def write() -> None:
        for number in range(20):
            await box.says(f"own {number}")

    await asyncio.gather(bring(), write())
    await shown.texts_shown(100)
    arrived = await box.store.arrived(None, 200, 0)
    assert shown.texts == [message.text for message in arrived]
    assert len(set(shown.texts)) == 100


async def test_no_cursor_is_ahead_of_what_was_shown(boxes: Boxes) -> None:
    box, other = await boxes.open("gym"), await boxes.open("other")
    await box.says("before")
    boxes.link(box, other)
    shown = Listener(boxes, box)
    author = RemoteAuthor("ana")
    for number in range(3 * BATCH):
        envelope = author.signs(
            Kind.ROOM_CREATE, RoomCreate(f"room {number}"), EVERYONE, kinds.SAFETY, 0
        )
        if number % 10 == 0:
            await box.takes(envelope)
        await box.says(f"{number}")
    await shown.texts_shown(3 * BATCH)
    before, *arrivals = [_arrival(box, m.cursor) for m in await box.store.arrived(None, 999, 0)]
    seen = {before}
    for frame in shown.frames:
        if isinstance(frame, MessageFrame):
            seen.add(_arrival(box, frame.message.cursor))
        assert seen.issuperset(a for a in arrivals if a <= _arrival(box, frame.cursor))
    assert any(isinstance(frame, RoomFrame) for frame in shown.frames)


async def test_who_comes_back_with_any_cursor_it_saw_misses_nothing(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    shown = Listener(boxes, box)
    author = RemoteAuthor("ana")
    for number in range(12):
        await box.takes(author.says(f"{number}"), author.introduces())
    await shown.texts_shown(12)
    for position, frame in enumerate(shown.frames, 1):
        seen = [f.message.text for f in shown.frames[:position] if isinstance(f, MessageFrame)]
        again = Listener(boxes, box, frame.cursor)
        await again.texts_shown(12 - len(seen))
        assert seen + again.texts == shown.texts
        again.feed.close()


async def test_what_is_not_shown_to_people_moves_the_cursor_on(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    shown = Listener(boxes, box)
    author = RemoteAuthor("ana")
    await box.takes(author.says("1"), author.introduces(), author.introduces())
    await shown.texts_shown(1)
    newest = _arrival(box, (await box.node.status.frame()).cursor)

    async def is_newest() -> bool:
        return _arrival(box, (await box.node.status.frame()).cursor) == 3

    await eventually(is_newest)
    assert newest <= 3


async def test_without_a_listener_nothing_is_read_and_the_cursor_follows(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await boxes.open("gym")
    reads = 0
    real = box.store.arrived

    async def arrived(room: RoomId | None, limit: int, after: int) -> object:
        nonlocal reads
        reads += 1
        return await real(room, limit, after)

    monkeypatch.setattr(box.store, "arrived", arrived)
    author = RemoteAuthor("ana")
    for number in range(5):
        await box.takes(author.says(f"{number}"))

    async def follows() -> bool:
        return _arrival(box, (await box.node.status.frame()).cursor) == 5

    await eventually(follows)
    assert reads == 0
    shown = Listener(boxes, box)
    await box.takes(author.says("now"))
    await shown.texts_shown(1)
    assert shown.texts == ["now"]


async def test_states_that_change_at_about_the_same_time_are_one_frame(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    shown = Listener(boxes, box)
    others = [await boxes.open(f"other {number}") for number in range(3)]
    for other in others:
        boxes.link(box, other)
    await boxes.in_sync(box, *others)
    message = await box.says("help", urgent=True)

    async def all_have_it() -> bool:
        return await box.boxes("help") == 4

    await eventually(all_have_it)

    async def is_shown() -> bool:
        return bool(shown.states()) and shown.states()[-1].state.boxes == 4

    await eventually(is_shown)
    assert {frame.id for frame in shown.states()} == {message.id}
    assert len(shown.states()) <= 2
    counts = [frame.state.boxes for frame in shown.states()]
    assert counts == sorted(counts)
    assert shown.frames.index(shown.states()[0]) > 0  # never before the message itself


async def test_of_many_states_only_those_of_the_newest_messages_are_shown(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "MAX_STATES", 5)
    box, other = await boxes.open("gym"), await boxes.open("other")
    texts = [f"{number}" for number in range(12)]
    for text in texts:
        await box.says(text)
    shown = Listener(boxes, box)
    boxes.link(box, other)

    async def all_have_it() -> bool:
        return all(message.state.boxes == 2 for message in (await box.messages()).values())

    await eventually(all_have_it)
    await asyncio.sleep(2 * STATE_DELAY_S)
    by_id = {message.id: text for text, message in (await box.messages()).items()}
    named = [by_id[frame.id] for frame in shown.states()]
    assert named
    assert set(named) <= set(texts[-5:])


async def test_a_read_that_took_too_long_is_tried_again(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await boxes.open("gym")
    shown = Listener(boxes, box)
    real = box.store.arrived
    failures = 2

    async def arrived(room: RoomId | None, limit: int, after: int) -> object:
        nonlocal failures
        if failures:
            failures -= 1
            raise RefusedError(UNAVAILABLE)
        return await real(room, limit, after)

    monkeypatch.setattr(box.store, "arrived", arrived)
    await box.takes(RemoteAuthor("ana").says("late"))
    await shown.texts_shown(1)
    assert (shown.texts, failures) == (["late"], 0)
