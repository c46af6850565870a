"""A visit ends when both sides have everything, and leaves no link behind however it ends."""

import pytest

from node.runtime.peering import custody
from node.runtime.peering.ports import Link, UnreachableError
from node.runtime.peering.visiting import visit
from node.sync.frames import Rows, RowsMode, Want
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.fakes.memory_link import Cable, MemoryLink
from tests.unit.runtime.peering.boxes import Box, Boxes, Stranger, id_of

pytestmark = pytest.mark.anyio


async def _pair(boxes: Boxes) -> tuple[Box, Box]:
    return await boxes.open("one"), await boxes.open("other")


async def _linked(box: Box, count: int) -> bool:
    return len(box.node.peering.sessions) == count


class Road:
    """Makes links from one box to another one, as a network does."""

    def __init__(self, boxes: Boxes, one: Box, other: Box) -> None:
        self.cable: Cable | None = None
        self._made = boxes, one, other

    async def dial(self, address: str, interface: str | None) -> Link:
        """Return the near end, while the far end runs."""
        boxes, one, other = self._made
        assert (address, interface) == ("fe80::1", "radio0")
        self.cable = Cable(one.id, other.id)
        boxes.serve(other, self.cable.acceptor)
        return self.cable.dialler


@pytest.mark.parametrize("logs", [3, 200])
@pytest.mark.parametrize("delay_s", [0.05, 0.4])
async def test_a_visit_ends_when_both_have_everything_and_were_told(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch, logs: int, delay_s: float
) -> None:
    monkeypatch.setattr(custody, "STORED_DELAY_S", delay_s)
    one, other = await _pair(boxes)
    await one.takes(*[RemoteAuthor(f"a{number}").says(f"a{number}") for number in range(logs)])
    await other.takes(*[RemoteAuthor(f"b{number}").says(f"b{number}") for number in range(logs)])
    await one.says("mine")
    await other.says("yours")
    road = Road(boxes, one, other)
    one.node.peering.attach(road.dial, dict)
    report = await visit(one.node.peering, "fe80::1", "radio0", 15.0)
    assert (report.state, report.reason) == ("settled", "")
    assert len(await one.texts()) == len(await other.texts()) == 2 * logs + 2
    assert await one.digests() == await other.digests()
    await eventually(lambda: _linked(other, 0))
    assert await one.boxes("mine") == await other.boxes("yours") == 2
    assert road.cable is not None
    assert road.cable.dialler.is_closed
    assert report.bytes_in == road.cable.dialler.bytes_in > 0

    async def is_counted() -> bool:
        return await other.closings() == await one.closings() == {"done": 1}

    await eventually(is_counted)


async def test_a_visit_whose_time_is_over_leaves_no_link_behind(boxes: Boxes) -> None:
    one, other = await _pair(boxes)
    road = Road(boxes, one, other)
    one.node.peering.attach(road.dial, dict)
    dialled = road.dial

    async def silent(address: str, interface: str | None) -> Link:
        link = await dialled(address, interface)
        assert isinstance(link, MemoryLink)
        link.hold(held=True)
        return link

    one.node.peering.attach(silent, dict)
    report = await visit(one.node.peering, "fe80::1", "radio0", 0.3)
    assert (report.state, report.reason) == ("failed", "the time was over")
    assert road.cable is not None
    assert road.cable.dialler.is_closed
    assert one.node.peering.sessions == {}


async def test_a_visit_to_nobody_says_why(boxes: Boxes) -> None:
    one = await boxes.open("one")

    async def nobody(_address: str, _interface: str | None) -> Link:
        raise UnreachableError("nobody is there")

    report = await visit(one.node.peering, "fe80::1", "radio0", 1.0)
    assert report.state == "failed"
    one.node.peering.attach(nobody, dict)
    report = await visit(one.node.peering, "fe80::1", "radio0", 1.0)
    assert (report.state, report.reason) == ("failed", "nobody is there")
    assert (report.bytes_in, report.bytes_out) == (0, 0)


async def test_a_visit_tells_the_reason_of_a_peer_that_ends_it(boxes: Boxes) -> None:
    one = await boxes.open("one")
    cable = Cable(one.id, id_of("stranger"))

    async def dial(_address: str, _interface: str | None) -> Link:
        return cable.dialler

    one.node.peering.attach(dial, dict)
    visiting = boxes.run(visit(one.node.peering, "fe80::1", "radio0", 5.0))
    stranger = Stranger(id_of("stranger"), cable, cable.acceptor, visiting)
    await stranger.hello()
    await stranger.next(Rows)
    await stranger.say(b"\0\x08")
    report = await visiting
    assert (report.state, report.reason) == ("failed", "busy")


async def test_nothing_is_settled_before_the_peer_has_asked_for_what_it_lacks(
    boxes: Boxes,
) -> None:
    box = await boxes.open("one")
    await box.takes(RemoteAuthor("ana").says("x"))
    stranger = boxes.stranger(box, dials=False)
    await stranger.hello()
    await stranger.next(Rows)
    await stranger.say(Rows(RowsMode.ANSWER, turn_ends=True, final=True, changed_n=0))
    session = box.session(stranger)

    async def in_sync() -> bool:
        return session.talk.in_sync

    async def settled() -> bool:
        return session.is_settled

    await eventually(in_sync)
    assert not session.is_settled
    await stranger.say(Want(1))
    await eventually(settled)
