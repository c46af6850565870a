"""News goes to some links itself, to the others by its head, and never back."""

import asyncio

import pytest

from node.protocol.frontier import Row
from node.protocol.ids import EVERYONE, RoomId, VerifyKey
from node.protocol.ranges import Ranges
from node.runtime.peering.spreading import RELAY_DELAY_S, Spreading
from node.sync.frames import Data, Delta, Keepalive, Rows, RowsMode, Stored, StoredEntry, Want
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.unit.runtime.peering.boxes import Box, Boxes, Stranger

pytestmark = pytest.mark.anyio

_ANSWER = RowsMode.ANSWER


async def strangers(boxes: Boxes, box: Box, count: int) -> list[Stranger]:
    made = [boxes.stranger(box, f"s{number}") for number in range(count)]
    for stranger in made:
        await stranger.hello()
    await eventually(lambda: _linked(box, count))
    return made


async def _linked(box: Box, count: int) -> bool:
    return len(box.node.peering.sessions) == count


async def heads_and_bodies(made: list[Stranger]) -> tuple[list[Stranger], list[Stranger]]:
    """Return who hears of heads only, and who gets envelopes."""
    for stranger in made:
        await stranger.never(Want, RELAY_DELAY_S + 0.2)
    bodies = [s for s in made if any(isinstance(frame, Data) for frame in s.heard)]
    heads = [s for s in made if any(isinstance(frame, Delta) for frame in s.heard)]
    return heads, bodies


async def test_chat_goes_to_two_links_and_by_its_head_to_the_others(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    made = await strangers(boxes, box, 5)
    await box.takes(RemoteAuthor("ana").says("news"))
    heads, bodies = await heads_and_bodies(made)
    assert (len(heads), len(bodies)) == (3, 2)
    assert not {s.id for s in heads} & {s.id for s in bodies}


async def test_urgent_goes_to_more(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    made = await strangers(boxes, box, 5)
    await box.takes(RemoteAuthor("ana").says("help", urgent=True))
    heads, bodies = await heads_and_bodies(made)
    assert (len(heads), len(bodies)) == (1, 4)


async def test_who_heard_of_a_head_gets_it_when_it_asks(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    made = await strangers(boxes, box, 5)
    envelope = RemoteAuthor("ana").says("news")
    await box.takes(envelope)
    heads, _ = await heads_and_bodies(made)
    asker = heads[0]
    (delta,) = [frame for frame in asker.heard if isinstance(frame, Delta)]
    assert delta.rows == (Row(envelope.payload.log.handle, 1, envelope.id[:4]),)
    await asker.say(Want(0, (), ((delta.rows[0].handle, Ranges.at([1])),)))
    assert (await asker.next(Data)).items[0].exact == envelope.exact


async def test_a_head_is_asked_for_after_a_fifth_of_a_second(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    envelope = RemoteAuthor("ana").says("news")
    handle = envelope.payload.log.handle
    await stranger.say(Delta((Row(handle, 1, envelope.id[:4]),)))
    await stranger.never(Want, 0.15)
    want = await stranger.next(Want, 2.0)
    assert want.listed == ((handle, Ranges.at([1])),)
    await stranger.brings(envelope)
    await eventually(lambda: _has(box, "news"))


async def _has(box: Box, text: str) -> bool:
    return text in await box.texts()


async def test_a_head_that_came_meanwhile_is_not_asked_for(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger, bringer = boxes.stranger(box), boxes.stranger(box, "bringer")
    for each in (stranger, bringer):
        await each.hello()
    envelope = RemoteAuthor("ana").says("news")
    await stranger.say(Delta((Row(envelope.payload.log.handle, 1, envelope.id[:4]),)))
    await bringer.brings(envelope)
    await stranger.never(Want, 0.5)


async def test_a_head_asked_of_one_is_not_asked_of_another(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    made = await strangers(boxes, box, 2)
    envelope = RemoteAuthor("ana").says("news")
    for stranger in made:
        await stranger.say(Delta((Row(envelope.payload.log.handle, 1, envelope.id[:4]),)))
    for stranger in made:
        await stranger.never(Data, 0.5)
    asked = [frame for s in made for frame in s.heard if isinstance(frame, Want)]
    assert len(asked) == 1


async def test_a_head_far_above_makes_an_exchange_follow(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box, dials=False)
    await stranger.hello()
    await stranger.next(Rows)
    await stranger.say(Rows(_ANSWER, True, True, 0))  # noqa: FBT003
    await stranger.say(Delta((Row(RemoteAuthor("ana").says("x").payload.log.handle, 40, b"tip."),)))
    boxes.pass_s(3)
    assert (await stranger.next(Rows)).rows == ()


async def test_what_a_link_brought_does_not_go_back_and_waits_for_the_word_of_others(
    boxes: Boxes,
) -> None:
    box = await boxes.open("gym")
    bringer, knower, other = await strangers(boxes, box, 3)
    envelope = RemoteAuthor("ana").says("news")
    handle = envelope.payload.log.handle
    await bringer.brings(envelope)
    await eventually(lambda: _has(box, "news"))
    await knower.say(Stored((StoredEntry(handle, Ranges.at([1]), envelope.id[:4]),)))
    assert (await other.next(Data)).items[0].exact == envelope.exact
    for each in (bringer, knower):
        await each.never(Data, 0.3)
        assert not any(isinstance(frame, Delta) for frame in each.heard)


async def test_urgent_that_came_from_another_box_is_passed_on_at_once(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    bringer, other = await strangers(boxes, box, 2)
    author = RemoteAuthor("ana")
    began_s = asyncio.get_running_loop().time()
    await bringer.brings(author.says("help", urgent=True))
    await other.next(Data)
    urgent_s = asyncio.get_running_loop().time() - began_s
    began_s = asyncio.get_running_loop().time()
    await bringer.brings(author.says("chat"))
    await other.next(Data)
    assert asyncio.get_running_loop().time() - began_s >= RELAY_DELAY_S
    assert urgent_s < RELAY_DELAY_S


async def test_news_of_a_room_goes_only_to_who_carries_it(boxes: Boxes) -> None:
    room = RoomId(b"r" * 32)
    middle = await boxes.open("middle")
    inside = await boxes.open("inside", carried=frozenset({EVERYONE, room}))
    outside = await boxes.open("outside", carried=frozenset({EVERYONE}))
    links = [boxes.link(middle, inside).cable, boxes.link(middle, outside).cable]
    await boxes.in_sync(middle, inside, outside)
    await middle.takes(RemoteAuthor("ana").says("news", room=room))
    await eventually(lambda: _room_has(inside, room))
    await asyncio.sleep(0.3)
    assert len(links[0].dialler.envelopes()) == 1
    assert not links[1].dialler.envelopes()
    assert not links[1].dialler.said(Delta)
    assert not links[1].dialler.said(Stored)


async def _room_has(box: Box, room: RoomId) -> bool:
    return bool(await box.texts(room))


async def test_the_better_way_is_chosen_and_one_that_broke_its_word_is_a_worse_one(
    boxes: Boxes,
) -> None:
    box = await boxes.open("gym")
    made = await strangers(boxes, box, 6)
    best, liar = made[4], made[2]

    def quality(peer: VerifyKey, _interface: str | None) -> float:
        return 0.9 if peer in {best.id, liar.id} else 0.3

    spreading = vars(box.node.peering)["_spreading"]
    assert isinstance(spreading, Spreading)
    vars(spreading)["_quality"] = quality
    box.session(liar).talk.strikes = 3
    author = RemoteAuthor("ana")
    for number in range(6):
        await box.takes(author.says(f"news {number}"))
    _, bodies = await heads_and_bodies(made)
    counts = {s.id: len(s.cable.acceptor.envelopes()) for s in bodies}
    assert counts.pop(best.id) == 6
    assert sum(counts.values()) == 6
    assert counts.get(liar.id, 0) < 6


async def test_of_who_does_not_say_that_it_has_the_news_it_is_doubted_once(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    (stranger,) = await strangers(boxes, box, 1)
    await box.takes(RemoteAuthor("ana").says("news"))
    await stranger.next(Data)
    boxes.pass_s(1.9)
    await stranger.never(Keepalive, 0.2)
    boxes.pass_s(0.2)
    said = await stranger.next(Keepalive)
    assert said.summary is not None
    assert said.summary.digests == await box.digests()
    boxes.pass_s(5)
    await stranger.never(Keepalive, 0.2)
    assert box.session(stranger).talk.unconfirmed_count == 1
    await stranger.say(Keepalive(0, said.summary))
    await eventually(lambda: _confirmed(box, stranger))


async def _confirmed(box: Box, stranger: Stranger) -> bool:
    return box.session(stranger).talk.in_sync
