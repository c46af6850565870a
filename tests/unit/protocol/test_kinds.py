"""Kinds: classes, rooms, lives, and what a body says."""

import pytest

from node.protocol import limits
from node.protocol.errors import DecodeError
from node.protocol.ids import EVERYONE, EnvelopeId, RoomId, VerifyKey
from node.protocol.kinds import (
    Body,
    Category,
    Kind,
    KnownBody,
    Message,
    Profile,
    RoomCreate,
    RoomJoin,
    RoomLeave,
    check_kind,
    effective_class,
    parse_body,
    signed_class,
    to_body,
)

_OTHER_ROOM = RoomId(bytes(32))
_KEY = VerifyKey(bytes(range(32)))


@pytest.mark.parametrize(
    ("kind", "known", "body"),
    [
        (Kind.PROFILE, Profile("Ana"), {0: "Ana"}),
        (
            Kind.PROFILE,
            Profile("Ana", _KEY, (_KEY, bytes(64)), (_KEY,)),
            {0: "Ana", 1: _KEY, 2: (_KEY, bytes(64)), 3: (_KEY,)},
        ),
        (Kind.ROOM_CREATE, RoomCreate("Water"), {0: "Water"}),
        (Kind.ROOM_JOIN, RoomJoin(), {}),
        (Kind.ROOM_LEAVE, RoomLeave(), {}),
        (Kind.MESSAGE, Message("hello"), {0: "hello"}),
        (
            Kind.MESSAGE,
            Message("hello", Category.INFO, EnvelopeId(bytes(32)), "gym"),
            {0: "hello", 1: 5, 2: bytes(32), 3: "gym"},
        ),
    ],
)
def test_a_known_body_is_this_map_and_back(kind: Kind, known: KnownBody, body: Body) -> None:
    assert to_body(known) == body
    assert parse_body(kind, body) == known


def test_numbers_of_kinds_and_categories_never_change() -> None:
    assert {kind.name: kind.value for kind in Kind} == {
        "PROFILE": 1, "ROOM_CREATE": 2, "ROOM_JOIN": 3, "ROOM_LEAVE": 4, "MESSAGE": 5,
    }  # fmt: skip
    assert {category.name: category.value for category in Category} == {
        "SAFE": 1, "HELP": 2, "LOOKING": 3, "OFFER": 4, "INFO": 5,
    }  # fmt: skip


@pytest.mark.parametrize("kind", [6, 31, 32, 63, 64, 255])
@pytest.mark.parametrize("body", ["text", {}, {7: b"x"}])
def test_an_unknown_kind_says_nothing_and_is_no_error(kind: int, body: Body) -> None:
    assert parse_body(kind, body) is None


def test_unknown_keys_and_categories_are_ignored() -> None:
    assert parse_body(Kind.MESSAGE, {0: "x", 1: 6, 17: True}) == Message("x")
    assert parse_body(Kind.ROOM_JOIN, {5: "later"}) == RoomJoin()


@pytest.mark.parametrize(
    ("kind", "urgent", "category", "signed"),
    [
        (Kind.PROFILE, False, None, 1),
        (Kind.ROOM_CREATE, True, Category.HELP, 1),
        (Kind.ROOM_JOIN, True, None, 3),
        (Kind.ROOM_LEAVE, False, None, 3),
        (Kind.MESSAGE, False, None, 2),
        (Kind.MESSAGE, True, None, 0),
        (Kind.MESSAGE, True, Category.INFO, 0),
        (Kind.MESSAGE, False, Category.SAFE, 1),
        (Kind.MESSAGE, False, Category.HELP, 1),
        (Kind.MESSAGE, False, Category.LOOKING, 1),
        (Kind.MESSAGE, False, Category.OFFER, 2),
        (Kind.MESSAGE, False, Category.INFO, 2),
    ],
)
def test_the_class_to_sign(
    kind: Kind, category: Category | None, signed: int, *, urgent: bool
) -> None:
    assert signed_class(kind, urgent=urgent, category=category) == signed
    assert effective_class(kind, signed) == signed


def test_nothing_here_signs_an_unknown_kind() -> None:
    with pytest.raises(ValueError, match="6"):
        signed_class(6)


@pytest.mark.parametrize(
    ("kind", "best"),
    [(1, 1), (2, 1), (3, 3), (4, 3), (5, 0), (6, 2), (31, 2), (32, 1), (63, 1), (64, 3), (255, 3)],
)
def test_a_class_never_gets_better_than_its_kind_or_its_signature(kind: int, best: int) -> None:
    assert [effective_class(kind, signed) for signed in range(4)] == [
        max(signed, best) for signed in range(4)
    ]


@pytest.mark.parametrize(
    ("kind", "ttl_s", "taken"),
    [
        (1, 0, True), (1, 3_600, False), (2, 0, True), (2, 1, False),
        (3, 0, False), (3, 3_599, False), (3, 3_600, True), (4, 2_592_000, True),
        (5, limits.DEFAULT_TTL_S, True), (5, 2_592_000, True), (5, 2_592_001, False),
        (6, 0, False), (255, 3_600, True),
    ],
)  # fmt: skip
def test_each_kind_has_its_range_of_life(kind: int, ttl_s: int, *, taken: bool) -> None:
    body: Body = {0: ""}
    if taken:
        check_kind(kind, room=EVERYONE, ttl_s=ttl_s, body=body, size_bytes=200)
        return
    with pytest.raises(DecodeError, match="ttl"):
        check_kind(kind, room=EVERYONE, ttl_s=ttl_s, body=body, size_bytes=200)


@pytest.mark.parametrize("kind", [3, 4, 5, 6])
def test_other_kinds_are_at_home_in_any_room(kind: int) -> None:
    check_kind(kind, room=_OTHER_ROOM, ttl_s=3_600, body={0: ""}, size_bytes=200)


@pytest.mark.parametrize("kind", [1, 2])
def test_profiles_and_rooms_are_told_to_everyone(kind: int) -> None:
    with pytest.raises(DecodeError, match="room"):
        check_kind(kind, room=_OTHER_ROOM, ttl_s=0, body={0: ""}, size_bytes=200)


@pytest.mark.parametrize(("kind", "most"), [(63, 9_216), (64, 1_024), (255, 1_024)])
def test_free_kinds_are_small(kind: int, most: int) -> None:
    check_kind(kind, room=_OTHER_ROOM, ttl_s=3_600, body={}, size_bytes=most)
    if kind >= limits.FIRST_FREE_KIND:
        with pytest.raises(DecodeError, match="size"):
            check_kind(kind, room=_OTHER_ROOM, ttl_s=3_600, body={}, size_bytes=most + 1)
