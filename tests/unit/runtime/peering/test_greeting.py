"""HELLO comes first, once, in time; what it says is remembered."""

from dataclasses import replace

import pytest

from node.protocol.ids import EVERYONE, RoomId
from node.protocol.ranges import Ranges
from node.runtime.peering import session
from node.runtime.peering.ground import carries, common_rooms
from node.store.shapes import Checkpoint
from node.sync.frames import (
    NO_INCARNATION,
    Close,
    CloseReason,
    Hello,
    Keepalive,
    Rows,
    RowsMode,
    Want,
    pack_want,
)
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import START_MS
from tests.fakes.deadlines import eventually
from tests.unit.runtime.peering.boxes import HELLO, Box, Boxes, id_of

pytestmark = pytest.mark.anyio

ROOM, OTHER_ROOM = RoomId(b"r" * 32), RoomId(b"s" * 32)


async def test_a_box_says_who_it_is_what_it_carries_and_what_it_has_seen(boxes: Boxes) -> None:
    box = await boxes.open("gym", carried=frozenset({EVERYONE, ROOM}))
    reached = Checkpoint(b"storeone", 41)
    await box.store.write(lambda tx: tx.note_sync(id_of("stranger"), reached, 1))
    hello = await boxes.stranger(box).hello()
    assert (hello.name, hello.rooms) == ("gym", frozenset({EVERYONE, ROOM}))
    assert hello.incarnation == box.store.incarnation
    assert (hello.your_incarnation, hello.your_changed_n) == (b"storeone", 41)
    assert (hello.now_ms, hello.quality) == (START_MS, 3)
    assert hello.budgets == (None,) * 4


async def test_a_box_that_never_met_the_other_says_so(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    hello = await boxes.stranger(box).hello()
    assert (hello.your_incarnation, hello.your_changed_n) == (NO_INCARNATION, 0)


@pytest.mark.parametrize("dials", [True, False])
async def test_hello_is_sent_first_and_nothing_else_before_the_other_is_there(
    boxes: Boxes, *, dials: bool
) -> None:
    box = await boxes.open("gym")
    await box.says("something")
    stranger = boxes.stranger(box, dials=dials)
    assert isinstance(await stranger.hear(), Hello)
    await stranger.never(Rows, 0.2)
    assert box.node.peering.sessions == {}


@pytest.mark.parametrize(
    ("incarnation", "seen", "mode"),
    [
        (b"storeone", True, RowsMode.SINCE),
        (b"storetwo", True, RowsMode.ALL),
        (b"storeone", False, RowsMode.ALL),
    ],
)
async def test_only_where_both_checkpoints_fit_is_what_changed_since_shown(
    boxes: Boxes, incarnation: bytes, mode: RowsMode, *, seen: bool
) -> None:
    box = await boxes.open("gym")
    await box.takes(RemoteAuthor("ana").says("before"))
    reached = Checkpoint(b"storeone", 41)
    await box.store.write(lambda tx: tx.note_sync(id_of("stranger"), reached, 1))
    there = box.store.incarnation if seen else b"before.."
    stranger = boxes.stranger(box, dials=False)
    await stranger.hello(
        replace(HELLO, incarnation=incarnation, your_incarnation=there, your_changed_n=1)
    )
    shown = await stranger.next(Rows)
    assert (shown.mode, len(shown.rows)) == (mode, 0 if mode is RowsMode.SINCE else 1)


async def test_each_start_of_a_box_has_another_boot(boxes: Boxes) -> None:
    boots = set[int]()
    for number in range(2):
        box = await boxes.open("gym")
        await boxes.open(f"other {number}")
        boots.add((await boxes.stranger(box).hello()).boot)
        await boxes.shut(box)
    assert len(boots) == 2


async def test_a_link_without_hello_is_closed_in_time(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "HELLO_S", 0.1)
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    assert await stranger.closed() is CloseReason.SILENT
    assert (await stranger.ending()).reason is CloseReason.SILENT
    assert await box.closings() == {"silent": 1}
    assert stranger.link.peer == box.id
    assert await box.store.peers() == []


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (Keepalive(0).encode(), CloseReason.ORDER),
        (Rows(RowsMode.ALL, True, True, 0).encode(), CloseReason.ORDER),  # noqa: FBT003
        (b"\x63", CloseReason.MALFORMED),
        (b"\x01short", CloseReason.MALFORMED),
    ],
)
async def test_a_link_that_begins_otherwise_is_closed(
    boxes: Boxes, first: bytes, reason: CloseReason
) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.say(first)
    assert await stranger.closed() is reason
    assert (await stranger.ending()).breach
    assert await box.closings() == {reason.name.lower(): 1}


async def test_a_close_instead_of_hello_is_taken_for_one(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.say(Close(CloseReason.BUSY))
    ending = await stranger.ending()
    assert ending.reason is CloseReason.BUSY
    assert ending.by_peer
    assert not ending.breach


async def test_a_second_hello_closes_the_link(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    own = await stranger.hello()
    await stranger.say(own)
    assert await stranger.closed() is CloseReason.ORDER
    assert (await stranger.ending()).breach
    assert box.node.peering.sessions == {}


async def test_a_link_that_is_cut_before_hello_leaves_nothing(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    stranger.cable.cut()
    assert (await stranger.ending()).name == "ended"
    assert box.node.peering.sessions == {}


async def test_a_linked_peer_is_shown_and_remembered_under_a_clean_name(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello(replace(HELLO, name="  two\u202e\n words "))
    await eventually(lambda: _peers(box, 1))
    (peer,) = await box.node.status.peers()
    assert (peer.id, peer.name, peer.state) == (id_of("stranger").hex(), "two words", "connected")
    assert (peer.address, peer.link, peer.rtt_ms) == ("memory:7777", "memory0", 1)
    stranger.cable.cut()
    await stranger.ending()
    (peer,) = await box.node.status.peers()
    assert (peer.name, peer.state, peer.connected_since_ms) == ("two words", "gone", None)
    (sync,) = (await box.node.status.sync()).peers
    assert sync.bytes_in == stranger.link.bytes_out > 0


async def _peers(box: Box, count: int) -> bool:
    return len(await box.node.status.peers()) == count


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        (None, None, None),
        (None, {ROOM}, {ROOM}),
        ({ROOM}, None, {ROOM}),
        ({EVERYONE, ROOM}, {EVERYONE, OTHER_ROOM}, {EVERYONE}),
    ],
)
def test_the_rooms_of_a_pair_are_those_both_carry(
    mine: set[RoomId] | None, theirs: set[RoomId] | None, both: set[RoomId] | None
) -> None:
    rooms = [None if each is None else frozenset(each) for each in (mine, theirs, both)]
    assert common_rooms(rooms[0], rooms[1]) == rooms[2]
    assert carries(rooms[2], EVERYONE)
    assert carries(rooms[2], OTHER_ROOM) is (both is None)


async def test_a_budget_is_kept_to(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    author = RemoteAuthor("ana")
    said = [author.says("x" * 400) for _ in range(5)]
    await box.takes(*said)
    size = len(said[0].exact)
    stranger = boxes.stranger(box)
    await stranger.hello(replace(HELLO, budgets=(None, None, 2 * size + 10, None)))
    await stranger.say(Rows(RowsMode.ALL, True, True, 0))  # noqa: FBT003
    shown = await stranger.next(Rows)
    await stranger.say(_want_all(shown))
    await stranger.never(Close, 0.3)
    assert len(stranger.cable.acceptor.envelopes()) == 2


def _want_all(shown: Rows) -> Want:
    wanted = {index: Ranges.of([(1, row.head)]) for index, row in enumerate(shown.rows)}
    (want,) = pack_want(shown.rows, wanted)
    return want
