"""Our encoding is cbor2's canonical one, and we take all of it that the protocol allows."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.protocol import cbor, limits
from node.protocol.errors import DecodeError
from tests.oracles.reference import cbor2, dumps
from tests.property.strategies import counterexample, scalars, sloppy, values
from tests.vectors.notation import load, value_of

_DEPTH = 4
_VECTORS = load("cbor")
Encoder = Callable[[cbor.Value], bytes]
Decoder = Callable[[bytes], cbor.Value]

_foreign = st.recursive(
    st.one_of(scalars, st.none(), st.floats(), st.integers(-(2**70), 2**70)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.integers(-2, 26) | st.text(max_size=2), inner, max_size=4),
        st.tuples(st.integers(6, 900), inner).map(lambda pair: cbor2.CBORTag(*pair)),
    ),
    max_leaves=12,
)


def decode(data: bytes) -> cbor.Value:
    return cbor.decode(data, max_depth=_DEPTH)


def frozen(value: Any) -> Any:  # noqa: ANN401 - whatever cbor2 gives
    """Return ``value`` with tuples for lists, as our decoder gives them."""
    kind = cast("type[object]", type(value))
    if kind is list:
        return tuple(map(frozen, value))
    if kind is dict:
        return {key: frozen(item) for key, item in value.items()}
    return value


def allowed(value: Any, depth: int = _DEPTH) -> bool:  # noqa: ANN401 - whatever cbor2 gives
    """Return whether the protocol has a place for a value."""
    kind = cast("type[object]", type(value))
    if kind is int:
        return bool(-(2**64) <= value < 2**64)
    if kind is list:
        return depth > 0 and all(allowed(item, depth - 1) for item in value)
    if kind is dict:
        keys = all(type(key) is int and 0 <= key <= limits.MAX_MAP_KEY for key in value)
        return keys and depth > 0 and all(allowed(item, depth - 1) for item in value.values())
    return kind in (bool, bytes, str)


def expected(data: bytes) -> Any:  # noqa: ANN401 - whatever cbor2 gives
    """Return what ``data`` must decode to by cbor2 and the rules of the protocol, or None."""
    try:
        value = cbor2.loads(data)
        canonical = dumps(value)
    except Exception:  # noqa: BLE001 - cbor2 has many errors for hostile bytes
        return None
    return frozen(value) if canonical == data and allowed(value) else None


def decoders_agree(decoder: Decoder, data: bytes) -> bool:
    """Return whether ours takes ``data`` just when cbor2's value is allowed, and the same."""
    wanted = expected(data)
    try:
        value = decoder(data)
    except DecodeError:
        return wanted is None
    except Exception:  # noqa: BLE001 - any other exception is a fault
        return False
    return wanted is not None and value == wanted and dumps(value) == data


def encoders_agree(encoder: Encoder, value: cbor.Value) -> bool:
    data = encoder(value)
    return data == dumps(value) and frozen(cbor2.loads(data)) == value


@given(values)
def test_every_value_is_encoded_as_cbor2_does(value: cbor.Value) -> None:
    assert encoders_agree(cbor.encode, value)


def _unsorted(value: cbor.Value) -> bytes:
    if isinstance(value, dict):
        pairs = sorted(value.items(), reverse=True)
        inner = b"".join(cbor.encode(key) + _unsorted(item) for key, item in pairs)
        return cbor.head(5, len(value)) + inner
    return cbor.encode(value)


def _long_heads(value: cbor.Value) -> bytes:
    if type(value) is int and 0 <= value < 256:
        return bytes([0x18, value])
    return cbor.encode(value)


@pytest.mark.parametrize("wrong", [_unsorted, _long_heads])
def test_that_comparison_notices_an_encoder_with(wrong: Encoder) -> None:
    counterexample(values, lambda value: not encoders_agree(wrong, value))


@given(st.one_of(values.map(dumps), _foreign.map(dumps), _foreign.map(cbor2.dumps)))
def test_what_cbor2_writes_is_taken_just_when_the_protocol_allows_it(data: bytes) -> None:
    assert decoders_agree(decode, data)


@given(sloppy.filter(lambda data: len(data) < limits.MAX_ITEMS))
def test_what_looks_like_cbor_is_taken_just_when_it_is_canonical(data: bytes) -> None:
    assert decoders_agree(decode, data)


def _strict_too_far(data: bytes) -> cbor.Value:
    value = decode(data)
    if value == {}:
        raise DecodeError("empty", "a decoder that refuses empty maps")
    return value


def _lax(data: bytes) -> cbor.Value:
    try:
        return decode(data)
    except DecodeError as refused:
        if refused.reason != "head":
            raise
        value: cbor.Value = frozen(cbor2.loads(data))
        return value


@pytest.mark.parametrize("wrong", [_strict_too_far, _lax])
def test_that_comparison_notices_a_decoder_that_is(wrong: Decoder) -> None:
    counterexample(sloppy, lambda data: not decoders_agree(wrong, data))


@pytest.mark.parametrize("vector", _VECTORS["accepted"], ids=lambda v: v["bytes"][:24])
def test_a_golden_value_has_the_bytes_cbor2_gives_it(vector: dict[str, Any]) -> None:
    assert dumps(value_of(vector["value"])).hex() == vector["bytes"]


@pytest.mark.parametrize("vector", _VECTORS["refused"], ids=lambda v: v["bytes"][:24])
def test_cbor2_says_of_refused_bytes_what_the_vector_says(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["bytes"])
    try:
        cbor2.loads(data)
    except Exception:  # noqa: BLE001 - cbor2 has many errors for hostile bytes
        assert vector["cbor2"] == "refuses"
    else:
        assert vector["cbor2"] == "accepts"
    with pytest.raises(DecodeError):
        decode(data)
