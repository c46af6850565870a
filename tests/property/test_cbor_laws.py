"""Laws of the encoding: one form for each value, one error for everything else."""

from collections.abc import Callable

import pytest
from hypothesis import given

from node.protocol import cbor
from node.protocol.errors import DecodeError
from tests.property.strategies import counterexample, sloppy, values

Decoder = Callable[[bytes], cbor.Value]

_REASONS = (
    "truncated", "trailing", "head", "indefinite", "reserved", "tag", "simple", "utf8", "key",
    "order", "depth", "items",
)  # fmt: skip


def decode(data: bytes) -> cbor.Value:
    return cbor.decode(data, max_depth=4)


def holds(decoder: Decoder, data: bytes) -> bool:
    """Return whether ``data`` is refused properly, or is what its value encodes to."""
    try:
        return cbor.encode(decoder(data)) == data
    except DecodeError:
        return True
    except Exception:  # noqa: BLE001 - any other exception is the fault looked for
        return False


@given(sloppy)
def test_only_the_one_encoding_is_taken_and_only_one_error_raised(data: bytes) -> None:
    assert holds(decode, data)


@pytest.mark.parametrize("reason", _REASONS)
def test_that_law_notices_a_decoder_that_takes(reason: str) -> None:
    def lax(data: bytes) -> cbor.Value:
        try:
            return decode(data)
        except DecodeError as refused:
            if refused.reason == reason:
                return ()
            raise

    assert not holds(lax, counterexample(sloppy, lambda data: not holds(lax, data)))


def test_that_law_notices_a_decoder_that_lets_another_error_out() -> None:
    def leaky(data: bytes) -> cbor.Value:
        try:
            return decode(data)
        except DecodeError as refused:
            if refused.reason == "utf8":
                raise UnicodeError from None
            raise

    counterexample(sloppy, lambda data: not holds(leaky, data))


@given(values)
def test_a_value_survives_its_encoding(value: cbor.Value) -> None:
    data = cbor.encode(value)
    assert cbor.encode(cbor.decode(data, max_depth=30, max_items=200)) == data
    assert cbor.decode(data, max_depth=30, max_items=200) == value


def test_that_law_notices_a_decoder_that_mixes_up_true_and_one() -> None:
    def mixing(data: bytes) -> cbor.Value:
        value = decode(data)
        return int(value) if isinstance(value, bool) else value

    counterexample(sloppy, lambda data: not holds(mixing, data))
