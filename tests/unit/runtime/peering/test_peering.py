"""All links of a box: one per peer, kept alive, compared now and then, ended in order."""

import asyncio
from dataclasses import replace

import pytest

from node.contract.frames import Frame, PeerFrame
from node.protocol.frontier import Row
from node.runtime.feed import Feed
from node.runtime.peering import session
from node.runtime.peering.peering import TWINS_S
from node.runtime.peering.schedule import EXCHANGE_S, KEEPALIVE_S
from node.runtime.peering.session import SILENCE_S, Session
from node.sync.frames import CloseReason, Keepalive, Rows, RowsMode, Want
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.unit.runtime.peering.boxes import HELLO, Box, Boxes, Linked, Stranger, id_of

pytestmark = pytest.mark.anyio

LOWER, HIGHER = sorted(("one", "other"), key=id_of)


async def _pair(boxes: Boxes) -> tuple[Box, Box]:
    return await boxes.open(LOWER), await boxes.open(HIGHER)


async def _stands(linked: Linked, one: Box, other: Box) -> bool:
    ends = {linked.cable.dialler, linked.cable.acceptor}
    tables = (one.node.peering.sessions, other.node.peering.sessions)
    here = {each.link for table in tables for each in table.values()}
    return here == ends


@pytest.mark.parametrize("first_by_lower", [True, False])
async def test_of_two_links_at_once_the_one_dialled_by_the_lower_id_stays(
    boxes: Boxes, *, first_by_lower: bool
) -> None:
    lower, higher = await _pair(boxes)
    ways = [(lower, higher), (higher, lower)]
    first = boxes.link(*ways[not first_by_lower])
    await eventually(lambda: _stands(first, lower, higher))
    boxes.clock.pass_s(TWINS_S)
    second = boxes.link(*ways[first_by_lower])
    stays, goes = (first, second) if first_by_lower else (second, first)
    endings = await goes.endings()
    assert {ending.reason for ending in endings} == {CloseReason.REPLACED}
    await eventually(lambda: _stands(stays, lower, higher))
    assert not stays.one.done()
    assert set(await lower.closings()) | set(await higher.closings()) == {"replaced"}


@pytest.mark.parametrize("again_by_lower", [True, False])
async def test_a_later_link_replaces_the_one_before(boxes: Boxes, *, again_by_lower: bool) -> None:
    lower, higher = await _pair(boxes)
    first = boxes.link(lower, higher)
    await eventually(lambda: _stands(first, lower, higher))
    boxes.clock.pass_s(TWINS_S + 0.1)
    second = boxes.link(lower, higher) if again_by_lower else boxes.link(higher, lower)
    assert {each.reason for each in await first.endings()} == {CloseReason.REPLACED}
    await eventually(lambda: _stands(second, lower, higher))
    await lower.says("on we go")
    await eventually(lambda: _has(higher, "on we go"))


async def _has(box: Box, text: str) -> bool:
    return text in await box.texts()


async def test_a_peer_that_started_anew_replaces_its_own_dead_link_at_once(boxes: Boxes) -> None:
    box = await boxes.open("one")
    first = boxes.stranger(box, dials=id_of("stranger") > box.id)
    await first.hello()
    await eventually(lambda: _linked(box, 1))
    second = boxes.stranger(box, dials=id_of("stranger") < box.id)
    await second.hello(replace(HELLO, boot=2))
    assert await first.closed() is CloseReason.REPLACED
    assert box.session(second).talk.hello.boot == 2


async def _linked(box: Box, count: int) -> bool:
    return len(box.node.peering.sessions) == count


async def test_a_peer_is_shown_to_come_once_and_to_go_once_however_its_links_change(
    boxes: Boxes,
) -> None:
    one, other = await _pair(boxes)
    feed, frames = one.node.feed({"peers"}, None), list[Frame]()
    boxes.run(_collect(feed, frames))
    first = boxes.link(one, other)
    await eventually(lambda: _stands(first, one, other))
    boxes.clock.pass_s(TWINS_S + 1)
    second = boxes.link(other, one)
    await first.endings()
    await eventually(lambda: _stands(second, one, other))
    await second.cut()
    await eventually(lambda: _count(frames, 2))
    await asyncio.sleep(0.1)
    shown = [(each.type, each.peer.state) for each in frames if isinstance(each, PeerFrame)]
    assert shown == [("peer.joined", "connected"), ("peer.left", "gone")]
    feed.close()


async def _collect(feed: Feed, frames: list[Frame]) -> None:
    async for batch in feed.frames():
        frames.extend(batch)


async def _count(frames: list[Frame], count: int) -> bool:
    return len(frames) >= count


async def test_a_peer_of_which_nothing_is_heard_is_let_go(boxes: Boxes) -> None:
    box = await boxes.open("one")
    stranger = boxes.stranger(box)
    await stranger.hello()
    await eventually(lambda: _linked(box, 1))
    boxes.pass_s(SILENCE_S - 1)
    await stranger.say(Keepalive(0))
    await eventually(lambda: _heard(box, stranger))
    boxes.pass_s(SILENCE_S)
    await asyncio.sleep(0.1)
    assert not stranger.running.done()
    boxes.pass_s(1)
    assert await stranger.closed() is CloseReason.SILENT
    await stranger.ending()
    assert await box.closings() == {"silent": 1}


async def _heard(box: Box, stranger: Stranger) -> bool:
    return box.session(stranger).talk.heard_s >= box.clock.now_s


async def test_peers_that_take_nothing_hold_up_nobody_else_when_they_are_let_go(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CLOSE_S", 30.0)
    box = await boxes.open("one")
    dead = [boxes.stranger(box, f"dead {number}") for number in range(3)]
    alive = boxes.stranger(box, "alive")
    for stranger in (*dead, alive):
        await stranger.hello()
    await eventually(lambda: _linked(box, 4))

    over = asyncio.Event()

    async def stuck(_frame: bytes) -> None:
        await over.wait()

    for stranger in dead:
        monkeypatch.setattr(box.session(stranger).link, "send", stuck)
    boxes.pass_s(SILENCE_S - 1)
    await alive.say(Keepalive(0))
    await eventually(lambda: _heard(box, alive))
    heard = alive.cable.acceptor

    async def spoke(count: int) -> bool:
        return len(heard.said(Keepalive)) > count

    await eventually(lambda: spoke(0))
    boxes.pass_s(2)  # now the dead ones are let go
    await asyncio.sleep(0.2)
    count = len(heard.said(Keepalive))
    boxes.pass_s(1.5 * KEEPALIVE_S)
    await eventually(lambda: spoke(count), 5.0)
    assert not any(stranger.running.done() for stranger in dead)
    over.set()


async def _pass_together(boxes: Boxes, seconds: float, *talking: Box) -> None:
    """Let time pass in steps, and each side hear the other in each."""
    talks = [each.talk for box in talking for each in box.node.peering.sessions.values()]

    async def heard() -> bool:
        return all(talk.heard_s >= boxes.clock.now_s - 1.5 * KEEPALIVE_S - 10 for talk in talks)

    for _ in range(round(seconds / 10)):
        boxes.pass_s(10)
        await asyncio.sleep(0.02)
        await eventually(heard)


async def test_a_quiet_link_says_little_and_compares_everything_now_and_then(
    boxes: Boxes,
) -> None:
    one, other = await _pair(boxes)
    await one.takes(*[RemoteAuthor(f"p{number}").says("x") for number in range(200)])
    linked = boxes.link(one, other)
    await boxes.in_sync(one, other)
    await asyncio.sleep(0.3)
    ends = (linked.cable.dialler, linked.cable.acceptor)
    before = [(len(end.said(Keepalive)), len(end.said(Rows)), end.bytes_out) for end in ends]
    seconds = 2_400
    await _pass_together(boxes, seconds, one, other)
    for end, (keepalives, rows, bytes_out) in zip(ends, before, strict=True):
        spoken = len(end.said(Keepalive)) - keepalives
        assert seconds / (1.5 * KEEPALIVE_S + 10) <= spoken <= seconds / (0.5 * KEEPALIVE_S)
        exchanges = end.said(Rows)[rows:]
        assert (
            seconds / (1.5 * EXCHANGE_S + 10) - 1 <= len(exchanges) <= seconds / (0.5 * EXCHANGE_S)
        )
        assert all(not each.rows for each in exchanges)
        assert end.bytes_out - bytes_out <= 70 * spoken + 60 * len(exchanges)
    assert not linked.one.done()


async def test_the_acceptor_opens_no_exchange(boxes: Boxes) -> None:
    box = await boxes.open("one")
    stranger = boxes.stranger(box)
    await stranger.hello()
    await eventually(lambda: _linked(box, 1))
    for _ in range(20):
        boxes.pass_s(80)
        await stranger.say(Keepalive(0))
        await eventually(lambda: _heard(box, stranger))
    assert stranger.cable.acceptor.said(Keepalive)
    assert not stranger.cable.acceptor.said(Rows)


async def test_what_a_silent_link_was_asked_for_is_asked_of_another(boxes: Boxes) -> None:
    box = await boxes.open("one")
    author = RemoteAuthor("ana")
    said = [author.says(f"{number}") for number in range(3)]
    source = await boxes.open("source")
    await source.takes(*said)
    (row,) = await source.store.rows([said[0].payload.log.handle])
    shown = Rows(RowsMode.ALL, True, True, 1, (Row.decode(row.row),))  # noqa: FBT003
    made = [boxes.stranger(box, name) for name in ("silent", "willing")]
    for stranger in made:
        await stranger.hello()
        await stranger.say(shown)
        await stranger.next(Rows)
    asked = [[w for w in s.heard if isinstance(w, Want) and (w.rows or w.listed)] for s in made]
    assert [len(each) for each in asked] == [1, 0]
    boxes.pass_s(10)
    want = await made[1].next(Want)
    assert [list(positions) for _, positions in want.listed] == [[1, 2, 3]]
    await made[1].brings(*said)
    await eventually(lambda: _has(box, "2"))
    assert box.session(made[0]).talk.strikes == 1


async def test_a_session_that_ends_while_it_is_tended_ends_nothing_else(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await boxes.open("one")
    stranger = boxes.stranger(box)
    await stranger.hello()
    await eventually(lambda: _linked(box, 1))
    tended = asyncio.Event()

    async def tend(self: Session, _now_s: float) -> None:
        await self.end(CloseReason.STOPPING)
        await eventually(lambda: _linked(box, 0))
        tended.set()

    with monkeypatch.context() as patch:
        patch.setattr(Session, "tend", tend)
        boxes.pass_s(50)
        await asyncio.wait_for(tended.wait(), 20)
        await asyncio.sleep(0.05)
    assert not box.running.done()
    again = boxes.stranger(box)
    await again.hello()
    await again.brings(RemoteAuthor("ana").says("still here"))
    await eventually(lambda: _has(box, "still here"))


async def test_a_box_that_stops_tells_every_peer(boxes: Boxes) -> None:
    box = await boxes.open("one")
    made = [boxes.stranger(box, f"s{number}") for number in range(3)]
    for stranger in made:
        await stranger.hello()
    await eventually(lambda: _linked(box, 3))
    await box.node.peering.stop()
    assert [await stranger.closed() for stranger in made] == [CloseReason.STOPPING] * 3
    for stranger in made:
        await stranger.ending()
    assert await box.closings() == {"stopping": 3}
