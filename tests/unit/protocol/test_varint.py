"""Variable-length integers: one form each, nothing believed beyond its bound."""

from typing import Any

import pytest

from node.protocol import varint
from node.protocol.errors import DecodeError
from tests.vectors.notation import load


@pytest.mark.parametrize("vector", load("frontier")["varints"], ids=lambda v: v["bytes"])
def test_a_number_has_exactly_the_bytes_of_its_vector(vector: dict[str, Any]) -> None:
    number, data = vector["number"], bytes.fromhex(vector["bytes"])
    assert varint.encode(number) == data
    assert varint.decode(b"\xff" + data + b"\x00", 1, maximum=number) == (number, 1 + len(data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "truncated"),
        (b"\x81", "truncated"),
        (b"\x80\x01", "varint"),
        (b"\x64", "varint"),
        (b"\xff" * 1_000_000, "varint"),
    ],
)
def test_a_number_cut_off_too_long_or_too_large_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DecodeError) as refused:
        varint.decode(data, 0, maximum=99)
    assert refused.value.reason == reason


def test_zeros_inside_a_number_are_no_longer_form() -> None:
    assert varint.decode(b"\x81\x80\x00", 0, maximum=2**21) == (2**14, 3)


def test_a_negative_number_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="negative"):
        varint.encode(-1)
