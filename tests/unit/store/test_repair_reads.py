"""Repair of a forked log ends with the same row on both sides."""

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from node.protocol.envelope import Envelope
from node.protocol.ids import EnvelopeId, LogHandle
from node.protocol.limits import MIN_TTL_S
from node.protocol.ranges import Ranges
from node.protocol.row import Row
from node.store import repair
from node.store.store import Store
from node.store.transaction import Transaction
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import FakeClock
from tests.unit.store.conftest import Bring, written

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]
RowOf = Callable[[Envelope], Awaitable[Row]]


def fork(count: int) -> tuple[list[Envelope], list[Envelope]]:
    """Return two branches of one log."""
    one, other = RemoteAuthor("ana"), RemoteAuthor("ana")
    texts = [str(number) for number in range(count)]
    return [one.says(f"left {t}") for t in texts], [other.says(f"right {t}") for t in texts]


def xor(*envelopes: Envelope) -> bytes:
    """Return the tip of a forked log of these."""
    tip = bytes(4)
    for each in envelopes:
        tip = bytes(a ^ b for a, b in zip(tip, each.id[:4], strict=True))
    return tip


def naming(handle: LogHandle, seq: int, envelope_id: EnvelopeId) -> Callable[[Transaction], None]:
    """Return the job that keeps an id without bytes."""
    return lambda tx: tx.take_tombstones(handle, [(seq, envelope_id)])


async def test_a_flag_is_taken_over_with_the_tip_of_all_ids(
    store: Store, bring: Bring, row: RowOf
) -> None:
    log = written("ana", 3)
    handle = log[0].payload.log.handle
    await bring(*log)
    before = await store.digests(None)
    await store.write(lambda tx: tx.flag_forked(handle))
    flagged = await row(log[0])
    assert (flagged.forked, flagged.tip) == (True, xor(*log))
    assert (await store.digests(None))[0] == before[0] + 1
    after = await store.digests(None)
    await store.write(lambda tx: tx.flag_forked(handle))
    await store.write(lambda tx: tx.flag_forked(LogHandle(bytes(8))))
    assert await store.digests(None) == after != before


async def test_every_id_is_named_held_or_not(store: Store, bring: Bring, clock: FakeClock) -> None:
    one, other = RemoteAuthor("ana"), RemoteAuthor("ana")
    left = [one.says("a", ttl_s=MIN_TTL_S), one.says("b")]
    right = [other.says("A", ttl_s=2 * MIN_TTL_S), other.says("B")]
    await bring(*left, *right)
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    handle = left[0].payload.log.handle
    found = await store.ids(handle, 99)
    assert {(each.seq, each.id, each.held) for each in found} == {
        (1, left[0].id, False), (1, right[0].id, True), (2, left[1].id, True),
        (2, right[1].id, True),
    }  # fmt: skip
    assert [each.seq for each in await store.ids(handle, 3)] == [1, 1, 2]
    held = await store.holding(handle, [left[0].id, right[1].id, EnvelopeId(bytes(32))])
    assert [each.arrival for each in held] == [4]


async def test_an_id_without_bytes_counts_is_told_and_is_filled_later(
    store: Store, bring: Bring, row: RowOf, ask: Ask
) -> None:
    left, right = fork(2)
    handle = left[0].payload.log.handle
    await bring(*left, right[1])
    await store.write(naming(handle, 1, right[0].id))
    named = await row(left[0])
    assert named.tip == xor(*left, *right)
    assert await store.told(None, 9) == [(handle, Ranges.at([1]))]
    assert (1, right[0].id, False) in {(i.seq, i.id, i.held) for i in await store.ids(handle, 9)}
    await store.write(naming(handle, 1, right[0].id))
    await store.write(naming(handle, 1, left[0].id))
    assert await row(left[0]) == named
    assert await bring(right[0], right[0]) == ["stored", "seen"]
    assert await row(left[0]) == named
    assert await store.told(None, 9) == []
    assert ask("SELECT count(*), count(exact) FROM envelope") == [(4, 4)]


async def test_ids_are_kept_only_of_forked_logs_and_within_their_head(
    store: Store, bring: Bring, row: RowOf
) -> None:
    honest = written("honest", 2)
    left, right = fork(1)
    await bring(*honest, *left, *right)
    before = [await row(honest[0]), await row(left[0])]
    strange = EnvelopeId(b"s" * 32)
    for handle, seq in (
        (honest[0].payload.log.handle, 1), (LogHandle(bytes(8)), 1),
        (left[0].payload.log.handle, 2), (left[0].payload.log.handle, 0),
    ):  # fmt: skip
        await store.write(naming(handle, seq, strange))
    assert [await row(honest[0]), await row(left[0])] == before
    assert await store.told(None, 9) == []


async def test_a_liar_invents_only_so_many_ids(
    store: Store, bring: Bring, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "MAX_STRANGE_IDS", 3)
    left, right = fork(1)
    await bring(*left, *right)
    handle = left[0].payload.log.handle
    for number in range(9):
        invented = EnvelopeId(bytes([number]) * 32)
        await store.write(naming(handle, 1, invented))
    assert ask("SELECT count(*) FROM envelope WHERE exact IS NULL") == [(3,)]


async def test_two_boxes_that_name_each_other_their_ids_have_one_row(
    store: Store, bring: Bring, row: RowOf
) -> None:
    """The ids of one side are named in any order to one that has the other branch."""
    left, right = fork(3)
    await bring(*left, right[2], left[0])
    handle = left[0].payload.log.handle
    for envelope in (right[1], right[0]):
        await store.write(naming(handle, envelope.payload.seq, envelope.id))
    named = await row(left[0])
    assert (named.tip, named.holes, named.head) == (xor(*left, *right), (), 3)


@pytest.mark.parametrize("seed", range(12))
async def test_both_branches_in_any_order_give_the_same_row(
    bring: Bring, row: RowOf, seed: int
) -> None:
    left, right = fork(4)
    every = [*left, *right]
    random.Random(seed).shuffle(every)  # noqa: S311 - it must replay
    await bring(*every)
    found = await row(left[0])
    assert (found.head, found.tip, found.holes, found.forked) == (4, xor(*every), (), True)
