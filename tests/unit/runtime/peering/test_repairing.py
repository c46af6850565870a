"""Forked and closed logs are compared by their ids, one at a time, and only of the pair's rooms."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE, LogHandle, RoomId
from node.runtime.peering import repairing
from node.store import folding
from node.store.logs import logs_of
from node.store.transaction import Transaction
from node.sync.frames import (
    CloseReason,
    Data,
    LogScope,
    RepairAsk,
    RepairItem,
    RepairItems,
    RepairQuery,
    RepairReply,
    What,
)
from node.sync.negentropy import Client, Item, ItemSet, Server
from tests.fakes.authors import RemoteAuthor
from tests.fakes.deadlines import eventually
from tests.unit.runtime.peering.boxes import HELLO, Box, Boxes
from tests.unit.store.conftest import connection_of

pytestmark = pytest.mark.anyio


def fork(common: int, one: int, other: int) -> tuple[list[Envelope], list[Envelope]]:
    """Return two branches of one log, with what they have in common."""
    author = RemoteAuthor("ana")
    shared = [author.says(f"both {number}") for number in range(common)]
    twin = author.twin()
    return (
        [*shared, *[author.says(f"one {number}") for number in range(one)]],
        [*shared, *[twin.says(f"other {number}") for number in range(other)]],
    )


async def _forked(box: Box, handle: LogHandle) -> bool:
    return (await box.store.logs([handle]))[handle].row.forked


@pytest.mark.parametrize("counts", [(3, 2, 2), (0, 1, 1), (3, 1, 4), (3, 4, 1), (300, 5, 5)])
@pytest.mark.parametrize("dials", [0, 1])
async def test_of_a_log_forked_on_two_boxes_both_keep_both_branches(
    boxes: Boxes, counts: tuple[int, int, int], dials: int
) -> None:
    made = [await boxes.open("one"), await boxes.open("other")]
    branches = fork(*counts)
    for box, branch in zip(made, branches, strict=True):
        await box.takes(*branch)
    linked = boxes.link(made[dials], made[1 - dials])
    handle = branches[0][0].payload.log.handle

    async def whole() -> bool:
        return all([len(await box.texts()) == sum(counts) for box in made])

    for _ in range(3):  # the second exchange may be the one that finds it
        try:
            await eventually(whole, 2.0)
            break
        except TimeoutError:
            await _pass(boxes, 700)
    await eventually(whole)
    await boxes.in_sync(*made)
    assert all([await _forked(box, handle) for box in made])
    assert not linked.one.done()
    assert linked.cable.is_once()


async def _pass(boxes: Boxes, seconds: float) -> None:
    for _ in range(round(seconds / 20)):
        boxes.pass_s(20)
        await asyncio.sleep(0.03)


async def test_a_fork_goes_on_to_a_third_box(boxes: Boxes) -> None:
    made = [await boxes.open(name) for name in ("one", "other", "third")]
    branches = fork(2, 2, 2)
    await made[0].takes(*branches[0])
    await made[1].takes(*branches[1])
    await made[2].takes(*branches[0][:1])
    boxes.link(made[0], made[1])
    boxes.link(made[1], made[2])

    async def whole() -> bool:
        return all([len(await box.texts()) == 6 for box in made])

    await eventually(whole)
    await boxes.in_sync(*made)


async def test_a_row_flagged_for_nothing_finds_no_second_id_and_is_not_asked_for_again(
    boxes: Boxes,
) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    log = [RemoteAuthor("ana").says("1")]
    for box in (one, other):
        await box.takes(*log)
    handle = log[0].payload.log.handle
    await one.store.write(lambda tx: tx.flag_forked(handle))
    linked = boxes.link(one, other)
    await boxes.in_sync(one, other)
    assert await _forked(other, handle)
    repairs = len(linked.cable.dialler.said(RepairQuery))
    assert repairs == 1
    await _pass(boxes, 1_000)
    assert len(linked.cable.dialler.said(RepairQuery)) == repairs


def query(scope: LogScope, items: Sequence[Item] = ()) -> RepairQuery:
    return RepairQuery(scope, False, Client(ItemSet(items)).initiate())  # noqa: FBT003


async def test_items_that_end_no_repair_flag_nothing(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    log = [RemoteAuthor("ana").says("1")]
    await box.takes(*log)
    handle = log[0].payload.log.handle
    stranger = boxes.stranger(box)
    await stranger.hello()
    await stranger.say(RepairItems(LogScope(handle), True, ()))  # noqa: FBT003
    assert await stranger.closed() is CloseReason.ORDER
    assert not await _forked(box, handle)


async def test_a_reply_after_the_last_one_closes_the_link_and_breaks_nothing(
    boxes: Boxes,
) -> None:
    box = await boxes.open("gym")
    envelope = RemoteAuthor("ana").says("1")
    await box.takes(envelope)
    scope = LogScope(envelope.payload.log.handle)
    stranger = boxes.stranger(box, dials=False)
    await stranger.hello()
    await stranger.say(RepairAsk(scope))
    asked = await stranger.next(RepairQuery)
    same = Server(ItemSet([Item(1, envelope.id)])).reconcile(asked.message)
    await stranger.say(*[RepairReply(scope, False, same)] * 2)  # noqa: FBT003
    assert await stranger.closed() is CloseReason.ORDER
    assert (await stranger.ending()).breach


async def test_a_repair_serves_what_is_asked_for_even_if_it_crossed_before(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    envelope = RemoteAuthor("ana").says("1")
    stranger = boxes.stranger(box)
    await stranger.hello()
    await stranger.brings(envelope)
    await eventually(lambda: _has(box, 1))
    scope = LogScope(envelope.payload.log.handle)
    await stranger.say(query(scope))
    await stranger.next(RepairReply)
    lacked = RepairItem(What.LACKED, 0, envelope.id)
    await stranger.say(RepairItems(scope, False, (lacked,)))  # noqa: FBT003
    assert (await stranger.next(Data)).items[0].exact == envelope.exact


async def _has(box: Box, count: int) -> bool:
    return len(await box.texts()) == count


async def test_an_id_nobody_has_the_bytes_of_is_kept_and_its_position_is_told(
    boxes: Boxes,
) -> None:
    box = await boxes.open("gym")
    one, other = fork(1, 2, 1)
    await box.takes(*one)
    handle = one[0].payload.log.handle
    await box.store.write(lambda tx: tx.flag_forked(handle))
    stranger = boxes.stranger(box)
    await stranger.hello()
    await stranger.say(query(LogScope(handle)))
    await stranger.next(RepairReply)
    name = RepairItem(What.ID_ONLY, 2, other[1].id)
    await stranger.say(RepairItems(LogScope(handle), True, (name,)))  # noqa: FBT003

    async def known() -> bool:
        return other[1].id in {each.id for each in await box.store.ids(handle, 9)}

    await eventually(known)
    assert [list(told) for _, told in await box.store.told(None, 9)] == [[2]]
    await stranger.brings(other[1])
    await eventually(lambda: _has(box, 4))


async def test_a_log_in_a_room_that_is_not_the_pairs_is_not_repaired(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    secret = RoomId(b"s" * 32)
    envelope = RemoteAuthor("ana").says("1", room=secret)
    await box.takes(envelope)
    stranger = boxes.stranger(box)
    await stranger.hello(replace(HELLO, rooms=frozenset({EVERYONE})))
    scope = LogScope(envelope.payload.log.handle)
    lacked = RepairItem(What.LACKED, 0, envelope.id)
    await stranger.say(query(scope), RepairItems(scope, True, (lacked,)))  # noqa: FBT003
    await stranger.never(RepairReply, 0.3)
    assert not any(isinstance(frame, Data | RepairItems) for frame in stranger.heard)
    assert not await _forked(box, scope.handle)


async def test_a_peer_gets_no_more_repairs_than_its_share(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairing, "REPAIRS_BURST", 3)
    box = await boxes.open("gym")
    stranger = boxes.stranger(box)
    await stranger.hello()
    scopes = [LogScope(LogHandle(bytes([number]) * 8)) for number in range(9)]
    await stranger.say(*map(query, scopes))
    await stranger.never(Data, 0.3)
    assert sum(isinstance(frame, RepairReply) for frame in stranger.heard) == 3


async def test_a_repair_of_which_nothing_is_heard_makes_way_for_the_next(boxes: Boxes) -> None:
    box = await boxes.open("gym")
    stranger = boxes.stranger(box, dials=False)
    await stranger.hello()
    scopes = [LogScope(LogHandle(bytes([number]) * 8)) for number in (1, 2)]
    await stranger.say(*map(RepairAsk, scopes))
    assert (await stranger.next(RepairQuery)).scope == scopes[0]
    await stranger.never(RepairQuery, 0.3)
    boxes.pass_s(repairing.REPAIR_S)
    assert (await stranger.next(RepairQuery)).scope == scopes[1]


async def close_log(box: Box, handle: LogHandle) -> None:
    """Close a log, as the store does in idle time after two quiet weeks."""

    def work(tx: Transaction) -> int:
        db = connection_of(tx)
        return folding.close(db, [log.log_no for log in logs_of(db, handle)])

    assert await box.store.write(work) == 1


async def test_boxes_that_closed_different_logs_agree_in_the_end(boxes: Boxes) -> None:
    one, other = await boxes.open("one"), await boxes.open("other")
    logs = [RemoteAuthor(f"p{number}").says("x") for number in range(6)]
    await one.takes(*logs[:4])
    await other.takes(*logs[3:])
    for box, envelope in ((one, logs[0]), (one, logs[1]), (other, logs[5])):
        await close_log(box, envelope.payload.log.handle)
    linked = boxes.link(one, other)

    async def same() -> bool:
        boxes.pass_s(5)
        return await one.digests() == await other.digests()

    await eventually(same)
    assert linked.cable.dialler.said(RepairQuery)
    assert len(await one.texts()) == len(await other.texts()) == 1
    assert not await other.store.logs([logs[0].payload.log.handle])
