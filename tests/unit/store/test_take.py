"""What other boxes bring is taken once, fills what was missing, and never marks what was not."""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from node.protocol import hlc, kinds
from node.protocol.envelope import Envelope, seal
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.keys import SigningKey
from node.protocol.kinds import Kind, Message
from node.protocol.limits import MIN_TTL_S
from node.protocol.payload import FIRST_PREV, Payload
from node.protocol.ranges import Ranges
from node.protocol.row import Row
from node.store import gone, scrub, taking
from node.store.logs import logs_of
from node.store.store import Store, open_store
from node.store.transaction import Transaction
from tests.fakes.authors import RemoteAuthor
from tests.fakes.clock import START_MS, FakeClock
from tests.unit.store.conftest import BUDGET_BYTES, NODE_ID, Bring, connection_of, written

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]
RowOf = Callable[[Envelope], Awaitable[Row]]


def sealed(key: SigningKey, seq: int, **changes: Any) -> Envelope:  # noqa: ANN401 - any field
    """Return an envelope with any field chosen, as no honest author would write it."""
    fields: dict[str, Any] = {
        "kind": Kind.MESSAGE, "author": key.verify_key, "room": EVERYONE, "hlc": START_MS << 16,
        "epoch": 7, "seq": seq, "prev": FIRST_PREV, "class_": kinds.CHAT, "quality": 1,
        "ttl_s": MIN_TTL_S, "body": kinds.to_body(Message(f"at {seq}")),
    }  # fmt: skip
    return seal(key, Payload(**(fields | changes)))


async def _tell(store: Store, envelope: Envelope, first: int, last: int) -> None:
    def work(tx: Transaction) -> None:
        db = connection_of(tx)
        (log,) = logs_of(db, envelope.payload.log.handle)
        gone.tell(db, log, (first, last))

    await store.write(work)


async def test_an_envelope_is_taken_once(bring: Bring) -> None:
    (message,) = written("ana", 1)
    assert await bring(message, message) == ["stored", "seen"]
    assert await bring(message) == ["seen"]


async def test_its_place_in_time_is_its_authors_word_only_if_that_can_be_believed(
    bring: Bring, store: Store
) -> None:
    key = SigningKey(bytes(31) + b"\1")
    wild = sealed(key, 2, hlc=(START_MS + 10**9) << 16)
    unset = sealed(key, 3, quality=0, hlc=5 << 16)
    await bring(sealed(key, 1, hlc=(START_MS - 7) << 16), wild, unset)
    found = [(m.sort_ms - START_MS, m.time_certain) for m in await store.arrived(None, 9, 0)]
    assert found == [(-7, True), (0, False), (0, False)]


@pytest.mark.parametrize(
    ("ahead_ms", "quality", "merged"),
    [(60_000, 1, True), (60_000, 0, False), (300_001, 3, False), (-60_000, 1, True)],
)
async def test_the_hybrid_clock_follows_what_can_be_believed(
    bring: Bring, store: Store, *, ahead_ms: int, quality: int, merged: bool
) -> None:
    reading = (START_MS + ahead_ms) << 16
    await bring(sealed(SigningKey(bytes(32)), 1, hlc=reading, quality=quality))
    assert await store.write(lambda tx: tx.last_hlc()) == (reading if merged else 0)


async def test_the_hybrid_clock_never_falls(bring: Bring, store: Store) -> None:
    key = SigningKey(bytes(32))
    await bring(sealed(key, 1, hlc=9 << 16), sealed(key, 2, hlc=4 << 16))
    assert hlc.ms_of(await store.write(lambda tx: tx.last_hlc())) == 9


async def test_the_bytes_of_a_told_position_are_taken_and_change_no_row(
    bring: Bring, store: Store, row: RowOf
) -> None:
    log = written("ana", 4)
    await bring(log[3])
    await _tell(store, log[0], 1, 3)
    before = await row(log[0]), await store.digests(None)
    assert before[0].holes == ()
    assert await store.told(None, 9) == [(log[0].payload.log.handle, Ranges.of([(1, 3)]))]
    assert await bring(log[1], log[1]) == ["stored", "seen"]
    assert await row(log[0]) == before[0]
    assert (await store.digests(None))[1] == before[1][1]
    assert (await store.told(None, 9))[0][1] == Ranges.of([(1, 1), (3, 3)])
    await bring(log[0], log[2])
    assert await store.told(None, 9) == []


async def test_a_told_position_that_breaks_the_chain_shows_the_fork(
    bring: Bring, store: Store, row: RowOf
) -> None:
    one, other = RemoteAuthor("ana"), RemoteAuthor("ana")
    left = [one.says("a"), one.says("b")]
    stranger = [other.says("A"), other.says("B")][0]
    await bring(left[1])
    await _tell(store, left[0], 1, 1)
    assert await bring(stranger) == ["stored"]
    assert (await row(left[0])).forked


async def test_other_bytes_at_a_head_that_was_lost_show_the_fork(
    bring: Bring, store: Store, row: RowOf
) -> None:
    (left,), right = written("ana", 1), RemoteAuthor("ana").says("another first one")
    await bring(left)

    def damage(tx: Transaction) -> None:
        connection_of(tx).execute("DELETE FROM envelope")
        scrub.scrub_log(connection_of(tx), 1)

    await store.write(damage)
    assert await bring(right) == ["stored"]
    assert (await row(left)).forked
    assert await bring(left) == ["stored"]
    assert (await row(left)).tip == bytes(
        a ^ b for a, b in zip(left.id[:4], right.id[:4], strict=True)
    )


async def test_a_lost_head_comes_back_without_a_fork(
    bring: Bring, store: Store, row: RowOf
) -> None:
    log = written("ana", 2)
    await bring(*log)
    before = await row(log[0])
    await store.write(lambda tx: connection_of(tx).execute("DELETE FROM envelope WHERE seq = 2"))
    assert await bring(log[1]) == ["stored"]
    assert await row(log[0]) == before


async def test_a_ninth_hole_is_refused_and_leaves_no_mark(bring: Bring, row: RowOf) -> None:
    log = written("ana", 19)
    await bring(*log[1:17:2])
    before = await row(log[0])
    assert len(before.holes) == 8
    assert await bring(log[18]) == ["refused"]
    assert await row(log[0]) == before
    assert await bring(log[0], log[18]) == ["stored", "stored"]


@pytest.mark.parametrize("noted", [False, True])
async def test_the_lowest_hole_said_to_be_gone_makes_room_for_a_ninth(
    bring: Bring, store: Store, row: RowOf, *, noted: bool
) -> None:
    log = written("ana", 19)
    handle = log[0].payload.log.handle
    await bring(*log[1:17:2])
    if noted:
        said = [(handle, Ranges.of([(5, 5), (9, 9)]))]
        peer = RemoteAuthor("peer").key.verify_key
        await store.write(lambda tx: tx.note_gone(peer, said))
    assert await bring(log[18], gone=[] if noted else [(5, 5), (9, 9)]) == ["stored"]
    assert await store.told(None, 9) == [(handle, Ranges.at([5]))]
    assert [hole.first for hole in (await row(log[0])).holes] == [1, 3, 7, 9, 11, 13, 15, 17]


async def test_a_hole_of_which_only_a_part_is_gone_makes_no_room(bring: Bring) -> None:
    log = written("ana", 30)
    await bring(*log[2:26:3])
    assert await bring(log[28], gone=[(1, 1), (4, 4)]) == ["refused"]
    assert await bring(log[28], gone=[(1, 1), (4, 5)]) == ["stored"]


async def test_room_is_made_even_where_the_envelope_itself_was_said_to_be_gone(
    bring: Bring, row: RowOf
) -> None:
    log = written("ana", 19)
    await bring(log[3], *log[5:19:2])
    assert len((await row(log[0])).holes) == 8
    assert await bring(log[1], gone=[(1, 3)]) == ["stored"]
    assert (await row(log[0])).holes[0].first == 5


async def test_a_room_that_is_not_carried_leaves_no_mark(
    path: Path, clock: FakeClock, ask: Ask
) -> None:
    store = await open_store(
        path, node_id=NODE_ID, clock=clock, budget_bytes=BUDGET_BYTES, machine=None,
        carried=frozenset([EVERYONE]),
    )  # fmt: skip
    author = RemoteAuthor("ana")
    here, elsewhere = author.says("a"), author.says("b", room=RoomId(bytes(32)))
    both = [here, elsewhere]
    found = await store.write(lambda tx: [tx.take(e, 0, START_MS, Ranges()) for e in both])
    assert found == ["stored", "refused"]
    assert ask("SELECT count(*) FROM log") == ask("SELECT count(*) FROM room") == [(1,)]
    await store.close()


@pytest.mark.parametrize(
    ("ours", "current", "known", "renewed"),
    [
        (True, True, False, True),
        (False, True, False, False),
        (True, False, False, False),
        (True, True, True, False),
    ],
)
async def test_only_an_unknown_envelope_of_our_own_epoch_retires_it(  # noqa: PLR0913
    store: Store, bring: Bring, ask: Ask, *, ours: bool, current: bool, known: bool, renewed: bool
) -> None:
    epoch = ask("SELECT epoch FROM store")[0][0]
    author = RemoteAuthor("ana", epoch=epoch if current else epoch ^ 1)
    if ours:
        seed = hashlib.sha256(author.name.encode()).digest()
        await store.write(lambda tx: tx.add_person(seed, bytes(32)))
    message = author.says("who else writes this")
    if known:
        receipt = taking.Bringing(0, 1, time_certain=True)
        await store.write(lambda tx: tx.append(message, receipt, local=True))
    await bring(message)
    assert (ask("SELECT epoch FROM store")[0][0] != epoch) is renewed
    position = await store.write(
        lambda tx: tx.position(author.key.verify_key, kinds.CHAT, EVERYONE)
    )
    assert position.seq == (2 if current and not renewed else 1)


async def test_free_kinds_fill_their_share_and_no_more(
    store: Store, bring: Bring, ask: Ask, row: RowOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "FREE_KIND_SHARE", 2_500 / BUDGET_BYTES)
    key = SigningKey(bytes(32))
    filler = {"kind": 64, "class_": kinds.REST, "body": "x" * 700}
    log = [sealed(key, 1, **filler)]
    for seq in range(2, 13):
        log.append(sealed(key, seq, prev=log[-1].id[:8], **filler))
    assert await bring(*log[:3], log[9]) == ["stored"] * 4
    assert await bring(log[4], log[5]) == ["declined"] * 2
    assert await bring(log[4]) == ["seen"]
    assert await bring(log[10], log[11]) == ["stored"] * 2
    held = [seq for (seq,) in ask("SELECT seq FROM envelope ORDER BY seq")]
    assert held == [1, 2, 12]
    seen = await row(log[0])
    assert [seq for seq in range(1, 13) if seen.seen(seq)] == [1, 2, 3, 5, 6, 10, 11, 12]
    assert (await store.logs([seen.handle]))[seen.handle].told == Ranges()
    whole = ask("SELECT free_kind_bytes FROM store")
    assert whole == ask("SELECT sum(length(exact)) FROM envelope WHERE kind >= 64")


async def test_messages_are_taken_however_much_of_free_kinds_there_is(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "FREE_KIND_SHARE", -1)
    assert await bring(*written("ana", 3)[::-1]) == ["stored"] * 3


async def test_a_declined_envelope_of_a_forked_log_leaves_its_id(
    bring: Bring, ask: Ask, row: RowOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SigningKey(bytes(32))
    filler = {"kind": 64, "class_": kinds.REST}
    left, right = sealed(key, 3, **filler, body="left"), sealed(key, 3, **filler, body="right")
    late = sealed(key, 1, **filler, body="late")
    await bring(left, right)
    monkeypatch.setattr(taking, "FREE_KIND_SHARE", -1)
    assert await bring(late, late) == ["declined", "seen"]
    assert ask("SELECT tombstone, kind FROM envelope WHERE seq = 1") == [(late.id, 64)]
    tip = bytes(4)
    for each in (left, right, late):
        tip = bytes(a ^ b for a, b in zip(tip, each.id[:4], strict=True))
    assert (await row(left)).tip == tip


async def test_what_expired_before_a_fork_was_noticed_is_taken_once_more(
    bring: Bring, store: Store, clock: FakeClock, row: RowOf
) -> None:
    one, other = RemoteAuthor("ana"), RemoteAuthor("ana")
    left = [one.says("a", ttl_s=MIN_TTL_S), one.says("b"), one.says("c")]
    right = [other.says("A"), other.says("B")]
    await bring(*left)
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    assert await bring(left[0]) == ["seen"]
    assert await bring(right[1]) == ["stored"]
    assert (await row(left[0])).forked
    assert await bring(left[0], left[0]) == ["stored", "seen"]
    clock.pass_s(MIN_TTL_S + 1)
    await store.keep_time()
    assert await bring(left[0]) == ["seen"]


@pytest.mark.parametrize("first", [0, 1])
async def test_the_prev_of_a_first_position_flags_no_log_in_either_order(
    bring: Bring, row: RowOf, first: int
) -> None:
    key = SigningKey(bytes(32))
    strange = sealed(key, 1, prev=b"not zero")
    log = [strange, sealed(key, 2, prev=strange.id[:8])]
    await bring(log[first], log[1 - first])
    assert not (await row(strange)).forked
