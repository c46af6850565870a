"""Laws of the envelope: what is taken is exactly what its author sealed."""

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.protocol import cbor, payload
from node.protocol.envelope import Envelope, Payload, open_envelope, seal
from node.protocol.errors import DecodeError
from node.protocol.ids import RoomId
from node.protocol.kinds import parse_body, to_body
from tests.property.strategies import (
    KEY_OF,
    KEYS,
    counterexample,
    mangled,
    payloads,
    sloppy,
    values,
)

Opener = Callable[[bytes], Envelope]

_PREFIX = bytes.fromhex("d28443a10127a0")
_SIGNED = bytes.fromhex("846a5369676e61747572653143a101274d") + b"disasternet/1"


def signed(content: bytes) -> bytes:
    """Return any content, framed and signed as an envelope is."""
    framed = cbor.head(2, len(content)) + content
    return _PREFIX + framed + b"\x58\x40" + KEYS[0].sign(_SIGNED + framed)


@st.composite
def one_field_replaced(draw: st.DrawFn) -> bytes:
    """Return a signed envelope one field of which may be anything."""
    content = payload.decode(payload.encode(draw(payloads())))
    fields: list[cbor.Value] = [1, *dataclasses.astuple(content)]
    fields[2] = KEYS[0].verify_key
    fields[draw(st.integers(0, 11))] = draw(values)
    return signed(cbor.encode(tuple(fields)))


@st.composite
def one_number_replaced(draw: st.DrawFn) -> bytes:
    """Return a signed envelope one number of which is near an edge."""
    fields: list[cbor.Value] = [1, *dataclasses.astuple(draw(payloads()))]
    fields[2] = KEYS[0].verify_key
    edges = [-1, 0, 1, 2, 3, 4, 255, 256, 3_599, 2_592_001, 2**32 - 1, 2**32, 2**64 - 1]
    fields[draw(st.sampled_from([0, 1, 4, 5, 6, 8, 9, 10]))] = draw(st.sampled_from(edges))
    return signed(cbor.encode(tuple(fields)))


def sealed(content: Payload) -> bytes:
    return seal(KEY_OF[content.author], content).exact


hostile = st.one_of(
    payloads().map(sealed),
    payloads().map(sealed).flatmap(mangled),
    payloads().map(payload.encode).flatmap(mangled).map(signed),
    st.tuples(payloads().map(payload.encode), st.binary(min_size=1, max_size=3))
    .map(b"".join)
    .map(signed),
    one_field_replaced(),
    one_number_replaced(),
    sloppy.map(signed),
    st.integers(9_000, 9_300).map(lambda size: signed(b"a" * size)),
    st.binary(max_size=200),
)


def holds(opener: Opener, data: bytes) -> bool:
    """Return whether ``data`` is refused properly, or is what its author seals."""
    try:
        envelope = opener(data)
    except DecodeError:
        return True
    except Exception:  # noqa: BLE001 - any other exception is the fault looked for
        return False
    key = KEY_OF.get(envelope.payload.author)
    return key is not None and envelope.exact == data and seal(key, envelope.payload) == envelope


@settings(max_examples=1_000)
@given(hostile)
def test_what_is_taken_is_exactly_what_its_author_seals(data: bytes) -> None:
    assert holds(open_envelope, data)


@pytest.mark.parametrize(
    "reason",
    [
        "size", "framing", "truncated", "trailing", "head", "payload", "version", "kind", "author",
        "room", "hlc", "epoch", "seq", "prev", "class", "quality", "ttl", "body", "signature",
    ],
)  # fmt: skip
def test_that_law_notices_an_opener_that_takes_a_bad(reason: str) -> None:
    some = seal(KEYS[0], EXAMPLE)

    def lax(data: bytes) -> Envelope:
        try:
            return open_envelope(data)
        except DecodeError as refused:
            if refused.reason == reason:
                return some
            raise

    counterexample(hostile, lambda data: not holds(lax, data))


def test_that_law_notices_an_opener_that_lets_another_error_out() -> None:
    def leaky(data: bytes) -> Envelope:
        return open_envelope(data) if data[0] else open_envelope(b"")

    counterexample(hostile, lambda data: not holds(leaky, data))


@given(payloads())
def test_a_sealed_payload_opens_to_itself(content: Payload) -> None:
    opened = open_envelope(sealed(content))
    assert opened.payload == content
    known = parse_body(content.kind, content.body)
    assert known is None or to_body(known) == content.body


@given(payloads(), payloads())
def test_two_payloads_never_share_an_id(one: Payload, other: Payload) -> None:
    same = payload.encode(one) == payload.encode(other)
    ids = {seal(KEY_OF[each.author], each).id for each in (one, other)}
    assert (len(ids) == 1) is same


EXAMPLE = Payload(
    kind=3,
    author=KEYS[0].verify_key,
    room=RoomId(bytes(32)),
    hlc=1,
    epoch=1,
    seq=1,
    prev=bytes(8),
    class_=3,
    quality=0,
    ttl_s=3_600,
    body={},
)
