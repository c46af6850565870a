"""An envelope is stored once, in whatever order it comes, with everything that follows from it."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from node.protocol import kinds
from node.protocol.frontier import Row, TooManyHolesError
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.kinds import Kind, RoomCreate, RoomJoin, RoomLeave
from node.store.store import Store
from node.store.transaction import Transaction
from node.store.urgency import URGENT_QUOTA
from tests.fakes.authors import RemoteAuthor
from tests.unit.store.conftest import Take, connection_of

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[tuple[Any, ...]]]


async def test_the_same_envelope_twice_changes_nothing(take: Take, ask: Ask) -> None:
    message = RemoteAuthor("ana").says("hello")
    assert await take([message]) == [1]
    before = ask("SELECT arrivals, changed_n FROM store")
    assert await take([message, message]) == [None, None]
    assert ask("SELECT arrivals, changed_n FROM store") == before
    assert ask("SELECT count(*) FROM envelope") == [(1,)]


async def test_every_order_of_arrival_gives_the_same_row_sums_and_names(
    store: Store, take: Take, ask: Ask
) -> None:
    author = RemoteAuthor("ana")
    envelopes = [author.introduces("Ana"), author.introduces("Ana B"), *map(author.says, "abc")]
    results: set[tuple[Any, ...]] = set()
    for number, order in enumerate(itertools.permutations(envelopes)):
        if number % 12 == 0:  # ten of the 120, spread
            await store.write(_empty)
            await take(order)
            digests = tuple((await store.totals()).digests)
            rows = tuple(ask("SELECT class, frontier, head_id8 FROM log ORDER BY class"))
            results.add((digests, rows, *ask("SELECT name FROM author")))
    assert len(results) == 1
    assert ("Ana B",) in next(iter(results))


def _empty(tx: Transaction) -> None:
    for table in ("envelope", "log", "frontier_sum", "author"):
        connection_of(tx).execute(f"DELETE FROM {table}")  # noqa: S608 - a test's broom


async def test_a_hole_is_remembered_and_closed(take: Take, ask: Ask) -> None:
    author = RemoteAuthor("ana")
    first, second, third = map(author.says, "abc")
    await take([first, third])
    (frontier,) = ask("SELECT frontier FROM log")[0]
    assert [tuple(hole) for hole in Row.decode(frontier).holes] == [(2, 2)]
    await take([second])
    (frontier,) = ask("SELECT frontier FROM log")[0]
    assert Row.decode(frontier).holes == ()


async def test_a_ninth_hole_is_refused_and_the_rest_of_the_batch_kept(
    store: Store, take: Take, ask: Ask
) -> None:
    author = RemoteAuthor("ana")
    log = [author.says(str(number)) for number in range(19)]
    await take(log[1:17:2])
    with pytest.raises(TooManyHolesError):
        await take([log[18]])
    assert ask("SELECT count(*), max(seq) FROM envelope") == [(8, 16)]
    assert (await store.totals()).messages == 8


async def test_two_ids_at_one_position_are_both_kept_and_the_log_is_flagged(
    take: Take, ask: Ask
) -> None:
    one, other = RemoteAuthor("ana"), RemoteAuthor("ana")
    await take([one.says("left"), other.says("right")])
    assert ask("SELECT seq, branch FROM envelope ORDER BY branch") == [(1, 0), (1, 1)]
    assert Row.decode(ask("SELECT frontier FROM log")[0][0]).forked


@pytest.mark.parametrize("late", [False, True])
async def test_a_broken_chain_flags_the_log_in_either_order(
    take: Take, ask: Ask, *, late: bool
) -> None:
    one, other = RemoteAuthor("ana"), RemoteAuthor("ana")
    first = one.says("left")
    other.says("right")
    second = other.says("follows right")
    await take([second, first] if late else [first, second])
    assert Row.decode(ask("SELECT frontier FROM log")[0][0]).forked


async def test_an_honest_log_is_never_flagged(take: Take, ask: Ask) -> None:
    author = RemoteAuthor("ana")
    log = [author.says(str(number)) for number in range(6)]
    await take([log[0], log[2], log[1], log[5], log[4], log[3]])
    assert not Row.decode(ask("SELECT frontier FROM log")[0][0]).forked


async def test_the_later_word_about_membership_counts(store: Store, take: Take) -> None:
    author = RemoteAuthor("ana")
    made = author.signs(Kind.ROOM_CREATE, RoomCreate("Gym"), EVERYONE, kinds.SAFETY, 0)
    room = RoomId(made.id)
    join = author.signs(Kind.ROOM_JOIN, RoomJoin(), room, kinds.REST)
    leave = author.signs(Kind.ROOM_LEAVE, RoomLeave(), room, kinds.REST)
    await take([leave, join, made])
    found = await store.room(room, author.key.verify_key)
    assert found is not None
    assert (found.name, found.members, found.joined) == ("Gym", 0, False)


async def test_a_room_is_listed_once_its_name_is_known(store: Store, take: Take) -> None:
    author = RemoteAuthor("ana")
    made = author.signs(Kind.ROOM_CREATE, RoomCreate("Gym"), EVERYONE, kinds.SAFETY, 0)
    await take([author.says("early", room=RoomId(made.id))])
    assert [room.name for room in await store.rooms(None)] == ["everyone"]
    await take([made])
    names = {room.name: room for room in await store.rooms(None)}
    assert names["Gym"].last_message_ms is not None


async def test_urgent_beyond_the_quota_travels_as_chat(take: Take, ask: Ask) -> None:
    author = RemoteAuthor("ana")
    await take([author.says(f"help {n}", urgent=True) for n in range(URGENT_QUOTA + 2)])
    assert ask("SELECT class, count(*) FROM envelope GROUP BY class ORDER BY class") == [
        (kinds.URGENT, URGENT_QUOTA),
        (kinds.CHAT, 2),
    ]


async def test_arrival_numbers_are_never_used_again(take: Take, store: Store) -> None:
    author = RemoteAuthor("ana")
    assert await take([author.says("a"), author.says("b")]) == [1, 2]
    await store.write(
        lambda tx: connection_of(tx).execute("DELETE FROM envelope WHERE arrival = 2")
    )
    assert await take([author.says("c")]) == [3]
