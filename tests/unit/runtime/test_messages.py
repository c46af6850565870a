"""A message is signed once, in its place, and comes back as it was written."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from node.contract.clock import ClockQuality
from node.contract.messages import Message
from node.contract.people import User
from node.contract.problems import (
    CONFLICT,
    CURSOR,
    INVALID,
    NO_IDENTITY,
    OTHER_STORE,
    UNKNOWN_MESSAGE,
    UNKNOWN_ROOM,
    Problem,
    RefusedError,
)
from node.protocol.envelope import Envelope, open_envelope
from node.protocol.ids import EVERYONE, EnvelopeId, RoomId
from node.protocol.kinds import Category
from node.protocol.limits import MAX_AHEAD_MS, MAX_PLACE_CHARS, MAX_TEXT_CHARS
from node.runtime.messages import MAX_PAGE_BYTES, Post
from node.runtime.node import Node
from tests.fakes.clock import START_MS, FakeClock

pytestmark = pytest.mark.anyio


async def _envelope(node: Node, message: Message) -> Envelope:
    exact = await node.messages.envelope(EnvelopeId(bytes.fromhex(message.id)))
    return open_envelope(exact)


async def test_what_was_posted_comes_back_signed_by_its_author(node: Node, ana: User) -> None:
    post = Post("I am safe", Category.SAFE, place="School", urgent=True, client_id="c1")
    message = await node.messages.post(ana, EVERYONE, post)
    envelope = await _envelope(node, message)
    assert envelope.id.hex() == message.id
    assert envelope.payload.author.hex() == ana.id
    assert (message.category, message.place, message.urgent) == ("safe", "School", True)
    assert message.author.via == node.people.box.id
    assert (message.sort_ms, message.time_certain) == (START_MS, True)
    assert (await node.messages.page(EVERYONE, limit=1)).items == [message]


async def test_posts_at_once_never_fork_the_log(node: Node, ana: User) -> None:
    posts = [Post(str(number)) for number in range(64)]
    messages = await asyncio.gather(*(node.messages.post(ana, EVERYONE, p) for p in posts))
    envelopes = [await _envelope(node, message) for message in messages]
    log = sorted(envelopes, key=lambda envelope: envelope.payload.seq)
    assert [envelope.payload.seq for envelope in log] == list(range(1, 65))
    assert all(b.payload.prev == a.id[:8] for a, b in itertools.pairwise(log))
    assert len({envelope.payload.hlc for envelope in log}) == 64


async def test_a_retry_is_the_same_message_even_at_the_same_time(node: Node, ana: User) -> None:
    post = Post("hello", client_id="c1")
    messages = await asyncio.gather(*(node.messages.post(ana, EVERYONE, post) for _ in range(8)))
    assert len({message.id for message in messages}) == 1
    assert len((await node.messages.page(EVERYONE, limit=9)).items) == 1


async def test_a_client_id_is_its_users_own(node: Node, ana: User) -> None:
    ben = (await node.people.introduce("Ben", None, None))[0].user
    one = await node.messages.post(ana, EVERYONE, Post("from ana", client_id="c1"))
    other = await node.messages.post(ben, EVERYONE, Post("from ben", client_id="c1"))
    assert one.id != other.id


async def test_posting_joins_and_a_refused_post_does_not(node: Node, ana: User) -> None:
    ben = (await node.people.introduce("Ben", None, None))[0].user
    room = RoomId(bytes.fromhex((await node.rooms.create(ana, "Gym")).id))
    with pytest.raises(RefusedError):
        await node.messages.post(ben, room, Post("x" * (MAX_TEXT_CHARS + 1)))
    assert [r.members for r in await node.rooms.all(ben) if r.name == "Gym"] == [1]
    await node.messages.post(ben, room, Post("here"))
    assert [(r.members, r.joined) for r in await node.rooms.all(ben) if r.name == "Gym"] == [
        (2, True)
    ]


@pytest.mark.parametrize(
    "post",
    [
        Post(""),
        Post(" \n\t"),
        Post("\x00\x1b"),
        Post("x" * (MAX_TEXT_CHARS + 1)),
        Post("half \ud800"),
        Post("ok", place="x" * (MAX_PLACE_CHARS + 1)),
    ],
)
async def test_what_cannot_be_shown_is_refused_and_uses_no_position(
    node: Node, ana: User, post: Post
) -> None:
    with pytest.raises(RefusedError) as refused:
        await node.messages.post(ana, EVERYONE, post)
    assert refused.value.problem is INVALID
    message = await node.messages.post(ana, EVERYONE, Post("next"))
    assert (await _envelope(node, message)).payload.seq == 1


async def test_longest_text_of_the_widest_characters_fits(node: Node, ana: User) -> None:
    text = "\U0001f600" * MAX_TEXT_CHARS
    message = await node.messages.post(ana, EVERYONE, Post(text, place="\U0001f600" * 80))
    assert message.text == text


async def test_control_characters_are_left_out(node: Node, ana: User) -> None:
    message = await node.messages.post(ana, EVERYONE, Post("a\x00b\x1b[31m\nc\td\x85"))
    assert message.text == "ab[31m\nc\td"


async def test_a_stranger_to_this_box_cannot_write(node: Node, ana: User) -> None:
    stranger = replace(ana, id="ee" * 32)
    with pytest.raises(RefusedError) as refused:
        await node.messages.post(stranger, EVERYONE, Post("hello"))
    assert refused.value.problem is NO_IDENTITY


@pytest.mark.parametrize(
    ("quality", "certain"), [(ClockQuality.NONE, False), (ClockQuality.PHONES, True)]
)
async def test_time_is_certain_only_if_the_clock_was_set(
    node: Node, ana: User, clock: FakeClock, quality: ClockQuality, *, certain: bool
) -> None:
    clock.known = quality
    message = await node.messages.post(ana, EVERYONE, Post("hello"))
    assert message.time_certain is certain


async def test_the_hybrid_clock_rises_while_the_wall_clock_falls(
    node: Node, ana: User, clock: FakeClock
) -> None:
    clock.known = ClockQuality.NONE
    first = await node.messages.post(ana, EVERYONE, Post("later"))
    clock.now_ms = 0
    second = await node.messages.post(ana, EVERYONE, Post("earlier"))
    assert int(second.hlc) > int(first.hlc)


@pytest.mark.parametrize("back_to_ms", [0, -5_000, START_MS - 86_400_000])
async def test_what_is_written_after_the_clock_went_back_is_still_the_newest(
    node: Node, ana: User, clock: FakeClock, back_to_ms: int
) -> None:
    clock.known = ClockQuality.NONE
    for number in range(5):
        await node.messages.post(ana, EVERYONE, Post(f"before {number}"))
        clock.pass_s(1)
    clock.now_ms = back_to_ms
    after = [await node.messages.post(ana, EVERYONE, Post(f"after {n}")) for n in range(20)]
    page = await node.messages.page(EVERYONE, limit=20)
    assert page.items == after


async def test_a_better_clock_brings_the_time_back_by_a_new_epoch(
    node: Node, ana: User, clock: FakeClock
) -> None:
    clock.known = ClockQuality.NONE
    clock.now_ms = START_MS + MAX_AHEAD_MS + 1
    first = await _envelope(node, await node.messages.post(ana, EVERYONE, Post("fast")))
    clock.now_ms, clock.known = START_MS, ClockQuality.REFERENCE
    second = await _envelope(node, await node.messages.post(ana, EVERYONE, Post("right")))
    assert second.payload.epoch != first.payload.epoch
    assert (second.payload.seq, second.payload.hlc >> 16) == (1, START_MS)


async def test_pages_lead_back_to_the_first_message_without_gap_or_repeat(
    node: Node, ana: User, clock: FakeClock
) -> None:
    for number in range(25):
        clock.pass_s(1)
        await node.messages.post(ana, EVERYONE, Post(str(number)))
    texts: list[str] = []
    page = await node.messages.page(EVERYONE, limit=10)
    while True:
        texts = [message.text for message in page.items] + texts
        if page.next is None:
            break
        page = await node.messages.page(EVERYONE, limit=10, before=page.next)
    assert texts == [str(number) for number in range(25)]


async def test_large_messages_make_short_pages_and_none_is_skipped(
    node: Node, ana: User, clock: FakeClock
) -> None:
    for number in range(30):
        clock.pass_s(1)
        text = f"{number} ".ljust(MAX_TEXT_CHARS, "\U0001f600")
        await node.messages.post(ana, EVERYONE, Post(text))
    back: list[Message] = []
    pages, before = 0, None
    while pages == 0 or before is not None:
        page = await node.messages.page(EVERYONE, limit=200, before=before)
        size_bytes = sum(len(message.text.encode()) for message in page.items)
        assert size_bytes <= MAX_PAGE_BYTES
        back, before, pages = page.items + back, page.next, pages + 1
    assert [int(message.text.split()[0]) for message in back] == list(range(30))
    assert pages == 2


async def test_after_follows_arrival(node: Node, ana: User) -> None:
    first = await node.messages.post(ana, EVERYONE, Post("0"))
    for number in range(1, 8):
        await node.messages.post(ana, EVERYONE, Post(str(number)))
    page = await node.messages.page(EVERYONE, limit=5, after=first.cursor)
    assert page.next is not None
    rest = await node.messages.page(EVERYONE, limit=5, after=page.next)
    assert [m.text for m in page.items + rest.items] == [str(n) for n in range(1, 8)]
    assert rest.next is None


@pytest.mark.parametrize(
    ("cursor", "problem"),
    [
        ("", CURSOR),
        ("x" * 500, CURSOR),
        ("0" * 16 + ".1", OTHER_STORE),
        ("{own}.-1", CURSOR),
        ("{own}.01", CURSOR),
        ("{own}." + "9" * 19, CURSOR),
        ("{own}.999", CURSOR),
    ],
)
async def test_a_cursor_that_is_none_of_this_store_is_refused(
    node: Node, ana: User, cursor: str, problem: Problem
) -> None:
    message = await node.messages.post(ana, EVERYONE, Post("hello"))
    own = message.cursor.split(".")[0]
    with pytest.raises(RefusedError) as refused:
        await node.messages.page(EVERYONE, limit=5, before=cursor.format(own=own))
    assert refused.value.problem is problem


async def test_unknown_rooms_and_messages_are_said_to_be_unknown(node: Node, ana: User) -> None:
    room = RoomId(bytes(32))
    attempts = [
        (node.messages.post(ana, room, Post("x")), UNKNOWN_ROOM),
        (node.messages.page(room, limit=1), UNKNOWN_ROOM),
        (node.rooms.join(ana, room), UNKNOWN_ROOM),
        (node.messages.envelope(EnvelopeId(bytes(32))), UNKNOWN_MESSAGE),
        (node.rooms.leave(ana, EVERYONE), CONFLICT),
    ]
    for attempt, problem in attempts:
        with pytest.raises(RefusedError) as refused:
            await attempt
        assert refused.value.problem is problem


async def test_unread_counts_what_others_wrote_after_the_read_mark(node: Node, ana: User) -> None:
    ben = (await node.people.introduce("Ben", None, None))[0].user
    first = await node.messages.post(ben, EVERYONE, Post("one"))
    second = await node.messages.post(ben, EVERYONE, Post("two"))
    await node.messages.post(ana, EVERYONE, Post("mine"))
    assert (await node.rooms.all(ana))[0].unread == 2
    assert (await node.rooms.read(ana, EVERYONE, first.cursor)).unread == 1
    assert (await node.rooms.read(ana, EVERYONE, second.cursor)).unread == 0
    assert (await node.rooms.read(ana, EVERYONE, first.cursor)).unread == 0
    assert (await node.rooms.all(None))[0].unread == 0
