"""The strict CBOR codec, on its golden vectors and at its bounds."""

from typing import Any, cast

import pytest

from node.protocol import cbor
from node.protocol.errors import DecodeError
from tests.vectors.notation import load, value_of

_VECTORS = load("cbor")


@pytest.mark.parametrize("vector", _VECTORS["accepted"], ids=lambda v: v["bytes"][:24])
def test_a_value_has_exactly_the_bytes_of_its_vector(vector: dict[str, Any]) -> None:
    value, data = value_of(vector["value"]), bytes.fromhex(vector["bytes"])
    assert cbor.encode(value) == data
    decoded = cbor.decode(data, max_depth=4)
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize("vector", _VECTORS["refused"], ids=lambda v: v["bytes"][:24])
def test_bytes_outside_the_encoding_are_refused_for_their_reason(vector: dict[str, Any]) -> None:
    with pytest.raises(DecodeError) as refused:
        cbor.decode(bytes.fromhex(vector["bytes"]), max_depth=4)
    assert refused.value.reason == vector["reason"]


def test_a_general_decoder_takes_much_of_what_ours_refuses() -> None:
    lax = [v["reason"] for v in _VECTORS["refused"] if v["cbor2"] == "accepts"]
    assert {"head", "indefinite", "tag", "simple", "key", "order", "items"} <= set(lax)


@pytest.mark.parametrize(
    "claim", ["5b7fffffffffffffff", "9b7fffffffffffffff", "7b00ffffffffffffff"]
)
def test_a_claimed_length_reserves_no_memory(claim: str) -> None:
    with pytest.raises(DecodeError, match="truncated"):
        cbor.decode(bytes.fromhex(claim), max_depth=4)


@pytest.mark.parametrize("data", [b"\x83\x00\x00", b"\xa2\x00\x00\x00"])
def test_a_claimed_count_is_refused_before_its_items_are_read(data: bytes) -> None:
    with pytest.raises(DecodeError, match="truncated"):
        cbor.decode(data, max_depth=1, max_items=2)


@pytest.mark.parametrize("depth", range(5))
def test_nesting_is_taken_to_the_depth_allowed_and_no_further(depth: int) -> None:
    data = b"\x81" * depth + b"\x00"
    assert cbor.encode(cbor.decode(data, max_depth=depth)) == data
    with pytest.raises(DecodeError, match="depth"):
        cbor.decode(b"\x81" + data, max_depth=depth)


def test_items_are_taken_to_the_number_allowed_and_no_further() -> None:
    assert cbor.decode(b"\x82\x00\x00", max_depth=1, max_items=3) == (0, 0)
    with pytest.raises(DecodeError, match="items"):
        cbor.decode(b"\x82\x00\x00", max_depth=1, max_items=2)


def test_map_keys_are_written_in_rising_order() -> None:
    assert cbor.encode({23: 0, 1: 0, 5: 0}) == bytes.fromhex("a3010005001700")


@pytest.mark.parametrize("value", [2**64, -(2**64) - 1, "\ud800", {24: 0}, {-1: 0}, {True: 0}])
def test_a_value_without_encoding_is_a_mistake_of_the_caller(value: cbor.Value) -> None:
    with pytest.raises(ValueError, match=r"."):
        cbor.encode(value)


@pytest.mark.parametrize("value", [None, 1.5, [1], {1}])
def test_a_type_without_encoding_is_a_mistake_of_the_caller(value: object) -> None:
    with pytest.raises(TypeError):
        cbor.encode(cast("cbor.Value", value))
