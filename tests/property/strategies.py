"""What the laws are tried on: values, sloppy bytes, payloads and what becomes of them."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from node.protocol import cbor, limits
from node.protocol.envelope import Payload
from node.protocol.fields import Body
from node.protocol.ids import EVERYONE, EnvelopeId, RoomId, VerifyKey
from node.protocol.keys import SigningKey
from node.protocol.kinds import Category, Kind, Message, Profile, RoomCreate, RoomJoin, to_body

T = TypeVar("T")

KEYS = tuple(SigningKey(bytes([number]) * 32) for number in (1, 2))
KEY_OF = {key.verify_key: key for key in KEYS}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
uint64s = st.one_of(st.integers(0, 300), st.integers(0, limits.MAX_UINT64))
scalars: st.SearchStrategy[cbor.Value] = st.one_of(
    uint64s,
    uint64s.map(lambda number: -1 - number),
    st.booleans(),
    st.binary(max_size=40),
    texts,
)
values: st.SearchStrategy[cbor.Value] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(st.integers(0, limits.MAX_MAP_KEY), inner, max_size=5),
    ),
    max_leaves=20,
)


def counterexample(strategy: st.SearchStrategy[T], broken: Callable[[T], bool]) -> T:
    """Return something drawn from ``strategy`` for which ``broken`` is true.

    The control of a law: with a wrong implementation there must be one.

    Raises:
        NoSuchExample: none was found, so the law would not notice.
    """
    search = settings(max_examples=5_000, deadline=None, database=None, phases=[Phase.generate])
    return find(strategy, broken, settings=search)


def heads(major: int, argument: int) -> st.SearchStrategy[bytes]:
    """Return heads for ``argument``: the shortest one often, a longer one at times."""
    shortest = cbor.head(major, argument)
    longer = [
        bytes([major << 5 | info]) + argument.to_bytes(size)
        for info, size in ((24, 1), (25, 2), (26, 4), (27, 8))
        if argument < 1 << 8 * size
    ]
    return st.sampled_from([*[shortest] * 8, *longer])


def _string(major: int, content: bytes) -> st.SearchStrategy[bytes]:
    return heads(major, len(content)).map(lambda head: head + content)


def _array(items: list[bytes]) -> st.SearchStrategy[bytes]:
    content = b"".join(items)
    definite = heads(4, len(items)).map(lambda head: head + content)
    return st.one_of(definite, definite, st.just(b"\x9f" + content + b"\xff"))


def _map(items: list[bytes]) -> st.SearchStrategy[bytes]:
    pairs = len(items) // 2
    content = b"".join(items[: 2 * pairs])
    return heads(5, pairs).map(lambda head: head + content)


_numbers = st.tuples(st.sampled_from([0, 1]), uint64s).flatmap(lambda pair: heads(*pair))
_odd_heads = st.sampled_from([*range(0x1C, 0x20), *range(0xC0, 0x100)]).map(lambda b: bytes([b]))
_leaves = st.one_of(
    _numbers,
    st.integers(0, 23).map(lambda key: bytes([key])),
    st.binary(max_size=30).flatmap(lambda content: _string(2, content)),
    texts.flatmap(lambda text: _string(3, text.encode())),
    st.binary(max_size=4).flatmap(lambda content: _string(3, content)),
    st.sampled_from([b"\xf4", b"\xf5"]),
    _odd_heads,
    st.lists(st.integers(0, 25), max_size=4).map(
        lambda keys: cbor.head(5, len(keys)) + b"".join(bytes([key, 0]) for key in keys)
    ),
)
_fragments = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6).flatmap(_array),
        st.lists(inner, max_size=8).flatmap(_map),
        st.tuples(_odd_heads, inner).map(b"".join),
    ),
    max_leaves=15,
)


def mangled(data: bytes) -> st.SearchStrategy[bytes]:
    """Return ``data`` with one piece cut out, put in, or replaced."""
    places = st.integers(0, len(data))
    return st.tuples(places, places, st.binary(max_size=3)).map(
        lambda cut: data[: min(cut[:2])] + cut[2] + data[max(cut[:2]) :]
    )


sloppy = st.one_of(
    _fragments,
    _fragments.flatmap(mangled),
    st.tuples(_fragments, _leaves).map(b"".join),
    st.integers(0, 600).map(lambda count: cbor.head(4, count) + bytes(count)),
    st.integers(1, 40).map(lambda depth: b"\x81" * depth + b"\x00"),
    st.binary(max_size=60),
)
"""Bytes that look like CBOR, most of them broken in one way."""

id32s = st.binary(min_size=32, max_size=32)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=limits.MAX_NAME_CHARS)
_profiles = st.builds(
    Profile,
    name=names,
    carry_key=st.none() | id32s.map(VerifyKey),
    continues=st.none() | st.tuples(id32s.map(VerifyKey), st.binary(min_size=64, max_size=64)),
    not_me=st.lists(id32s.map(VerifyKey), max_size=3).map(tuple),
)
_messages = st.builds(
    Message,
    text=texts,
    category=st.none() | st.sampled_from(Category),
    reply_to=st.none() | id32s.map(EnvelopeId),
    place=st.none() | texts,
)
_kinds_and_bodies: st.SearchStrategy[tuple[int, Body]] = st.one_of(
    st.tuples(st.just(int(Kind.PROFILE)), _profiles.map(to_body)),
    st.tuples(st.just(int(Kind.ROOM_CREATE)), st.builds(RoomCreate, names).map(to_body)),
    st.tuples(st.sampled_from([3, 4]), st.just(to_body(RoomJoin()))),
    st.tuples(st.just(int(Kind.MESSAGE)), _messages.map(to_body)),
    st.tuples(
        st.integers(6, limits.MAX_KIND),
        texts | st.dictionaries(st.integers(0, 23), scalars, max_size=3),
    ),
)


@st.composite
def payloads(draw: st.DrawFn) -> Payload:
    """Return payloads that every box takes."""
    kind, body = draw(_kinds_and_bodies)
    lasting = kind <= Kind.ROOM_CREATE
    return Payload(
        kind=kind,
        author=draw(st.sampled_from(KEYS)).verify_key,
        room=EVERYONE if lasting else RoomId(draw(id32s)),
        hlc=draw(uint64s),
        epoch=draw(st.integers(0, limits.MAX_EPOCH)),
        seq=draw(st.integers(1, limits.MAX_SEQ)),
        prev=draw(st.binary(min_size=8, max_size=8)),
        class_=draw(st.integers(0, limits.MAX_CLASS)),
        quality=draw(st.integers(0, limits.MAX_QUALITY)),
        ttl_s=0 if lasting else draw(st.integers(limits.MIN_TTL_S, limits.MAX_TTL_S)),
        body=body,
    )
