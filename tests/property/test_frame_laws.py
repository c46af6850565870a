"""Laws of frames: each survives its encoding, and nothing else is taken for one."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.protocol import limits as protocol_limits
from node.protocol.errors import DecodeError
from node.protocol.frontier import Row
from node.protocol.ids import EVERYONE, LogHandle, RoomId
from node.protocol.ranges import Ranges
from node.sync import limits
from node.sync.frames import (
    Asked,
    Buckets,
    Close,
    ClosedScope,
    CloseReason,
    Data,
    DataItem,
    Delta,
    Frame,
    Gone,
    Hello,
    Keepalive,
    LogScope,
    RepairAsk,
    RepairItem,
    RepairItems,
    RepairQuery,
    RepairReply,
    Rows,
    RowsMode,
    Stored,
    StoredEntry,
    Summary,
    Want,
    What,
    decode_frame,
)
from tests.property.strategies import counterexample, id32s, mangled
from tests.vectors.frame_notation import refused_bytes
from tests.vectors.notation import load

_TOP = protocol_limits.MAX_SEQ


def up_to(maximum: int) -> st.SearchStrategy[int]:
    return st.integers(0, 300) | st.integers(0, maximum) | st.just(maximum)


def fixed(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


_counts = up_to(limits.MAX_COUNT)
_handles = fixed(8).map(LogHandle)
_rooms = id32s.map(RoomId)
_seqs = st.integers(1, 300) | st.integers(1, _TOP)


@st.composite
def rows(draw: st.DrawFn, *, holes: bool = True) -> Row:
    """Return rows, forked or not, some with holes."""
    row = Row(draw(_handles)).with_seen(draw(_seqs), draw(fixed(8)))
    if holes or row.head == 1:
        for seq in draw(st.lists(_seqs, max_size=3)) if holes else []:
            row = row.with_seen(seq, draw(fixed(8)))
    elif row.head > 1:
        row = row.with_told(1, row.head - 1)
    return row.as_forked([draw(fixed(8))]) if draw(st.booleans()) else row


@st.composite
def few(draw: st.DrawFn, top: int = _TOP) -> Ranges:
    """Return sets that one WANT may ask for."""
    ends = st.integers(1, min(300, top)) | st.integers(1, top)
    runs = draw(st.lists(st.tuples(ends, st.integers(0, 40)), min_size=1, max_size=5))
    return Ranges.of((first, min(top, first + more)) for first, more in runs)


@st.composite
def hellos(draw: st.DrawFn) -> Hello:
    """Return HELLO."""
    listed = st.frozensets(_rooms, max_size=4).map(lambda some: some | {EVERYONE})
    return Hello(
        incarnation=draw(fixed(8)),
        boot=draw(up_to(limits.MAX_BOOT)),
        now_ms=draw(up_to(limits.MAX_WALL_MS)),
        quality=draw(st.integers(0, protocol_limits.MAX_QUALITY)),
        your_incarnation=draw(fixed(8)),
        your_changed_n=draw(_counts),
        budgets=tuple(draw(st.none() | up_to(limits.MAX_COUNT - 1)) for _ in range(4)),
        rooms=draw(st.none() | listed),
        name=draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=40)),
    )


@st.composite
def turns(draw: st.DrawFn) -> Rows:
    """Return ROWS of every mode."""
    mode = draw(st.sampled_from(RowsMode))
    shown = draw(st.lists(rows(), max_size=12))
    served = [
        (index, draw(st.integers(2, row.head + 1)))
        for index, row in enumerate(shown)
        if draw(st.booleans())
    ]
    newest = mode is RowsMode.NEWEST
    return Rows(
        mode,
        turn_ends=draw(st.booleans()),
        final=draw(st.booleans()),
        changed_n=draw(_counts),
        rows=tuple(shown),
        lowest_served=tuple(served),
        rest_count=draw(up_to(limits.MAX_REST)) if newest else 0,
        rest_sum=draw(up_to(2**64 - 1)) if newest else 0,
        bitmap=draw(fixed(32)) if mode is RowsMode.BUCKETED else bytes(32),
    )


@st.composite
def wants(draw: st.DrawFn) -> Want:
    """Return WANT, with open ends."""
    answers = draw(st.integers(0, 20))
    asked: list[Asked] = []
    for index in range(answers):
        if not draw(st.booleans()):
            continue
        head = draw(_seqs)
        entry = Asked.of(index, draw(few(head)), head if draw(st.booleans()) else _TOP + 1)
        asked.append(entry)
    return Want(
        answers, tuple(asked), tuple(draw(st.lists(st.tuples(_handles, few()), max_size=3)))
    )


_items = st.builds(DataItem, up_to(limits.MAX_AGE_S), st.binary(min_size=1, max_size=150))
_scopes = st.builds(LogScope, _handles) | st.builds(ClosedScope, st.integers(2, 3), _rooms)
_messages = st.binary(min_size=1, max_size=60)


def _repair_items(scope: LogScope | ClosedScope) -> st.SearchStrategy[RepairItems]:
    def seqs(what: What) -> st.SearchStrategy[int]:
        if isinstance(scope, ClosedScope):
            return st.just(0)
        return up_to(_TOP) if what is What.LACKED else _seqs

    items = st.sampled_from(What).flatmap(
        lambda what: st.builds(RepairItem, st.just(what), seqs(what), id32s)
    )
    return st.builds(RepairItems, st.just(scope), st.booleans(), st.lists(items).map(tuple))


frames: st.SearchStrategy[Frame] = st.one_of(
    st.builds(Close, st.sampled_from(CloseReason)),
    hellos(),
    turns(),
    st.lists(up_to(2**48 - 1), min_size=1, max_size=8).map(
        lambda sums: Buckets(tuple((sums * 256)[:256]))
    ),
    wants(),
    st.lists(_items, min_size=1, max_size=5).map(lambda items: Data(tuple(items))),
    st.lists(st.tuples(_handles, few()), min_size=1, max_size=4).map(lambda e: Gone(tuple(e))),
    st.lists(st.builds(StoredEntry, _handles, few(), fixed(4)), min_size=1, max_size=4).map(
        lambda entries: Stored(tuple(entries))
    ),
    st.lists(rows(holes=False), min_size=1, max_size=4).map(lambda some: Delta(tuple(some))),
    st.builds(RepairAsk, _scopes),
    st.builds(RepairQuery, _scopes, st.booleans(), _messages),
    st.builds(RepairReply, _scopes, st.booleans(), _messages),
    _scopes.flatmap(_repair_items),
    st.builds(
        Keepalive,
        _counts,
        st.none() | st.builds(Summary, _counts, st.tuples(*[fixed(8)] * 4)),
    ),
)

_REFUSED = [
    (vector["reason"], data)
    for vector in load("frames")["refused"]
    if len(data := refused_bytes(vector)) < 2_000
]
_near_misses = st.sampled_from([data for _, data in _REFUSED])
_near = _near_misses | _near_misses.flatmap(mangled)
_bytes = st.one_of(
    _near,
    frames.map(lambda frame: frame.encode()),
    frames.map(lambda frame: frame.encode()).flatmap(mangled),
    st.tuples(st.integers(0, 11), st.binary(max_size=60)).map(lambda p: bytes([p[0]]) + p[1]),
    st.tuples(
        st.integers(0, 11),
        st.lists(st.sampled_from([b"\0", b"\1", b"\2", b"\x80", b"\xff", bytes(8)]), max_size=60),
    ).map(lambda pair: bytes([pair[0]]) + b"".join(pair[1])),
)
Decoder = Callable[[bytes], Frame]


@given(frames)
@settings(max_examples=600)
def test_a_frame_survives_its_encoding(frame: Frame) -> None:
    assert decode_frame(frame.encode()) == frame


def one_form(decode: Decoder, data: bytes) -> bool:
    try:
        return decode(data).encode() == data
    except DecodeError:
        return True
    except Exception:  # noqa: BLE001 - any other exception is the fault looked for
        return False


@given(_bytes)
@settings(max_examples=1_500)
def test_only_the_one_form_of_a_frame_is_taken_and_only_one_error_raised(data: bytes) -> None:
    assert one_form(decode_frame, data)


@pytest.mark.parametrize("reason", sorted({reason for reason, _ in _REFUSED}))
def test_that_law_notices_a_decoder_that_takes(reason: str) -> None:
    def lax(data: bytes) -> Frame:
        try:
            return decode_frame(data)
        except DecodeError as refused:
            if refused.reason == reason:
                return Close(CloseReason.FAULT)
            raise

    counterexample(_near, lambda data: not one_form(lax, data))


def one_meaning(decode: Decoder, frame: Frame) -> bool:
    """Return whether neither more nor fewer bytes mean the same frame."""
    data = frame.encode()
    for other in (data[:-1], data + b"\0", b"\0" + data, data + data, data[1:]):
        try:
            if decode(other) == frame:
                return False
        except DecodeError:
            continue
    return True


@given(frames)
def test_more_or_fewer_bytes_never_mean_the_same_frame(frame: Frame) -> None:
    assert one_meaning(decode_frame, frame)


def test_that_law_notices_a_decoder_that_ignores_what_follows() -> None:
    def lax(data: bytes) -> Frame:
        try:
            return decode_frame(data)
        except DecodeError as refused:
            if refused.reason == "trailing":
                return decode_frame(data[:-1])
            raise

    counterexample(frames, lambda frame: not one_meaning(lax, frame))
