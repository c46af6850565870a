"""Unsigned integers in base 128, most significant digit first, as negentropy writes them."""

from typing import Final

from node.protocol.errors import DecodeError

_MORE: Final = 0x80


def encode(number: int) -> bytes:
    """Return the shortest form: 7 bits a byte, the high bit set on all but the last.

    Raises:
        ValueError: ``number`` is negative.
    """
    if number < 0:
        raise ValueError(f"{number} is negative")
    digits = bytearray([number & 0x7F])
    while number := number >> 7:
        digits.append(_MORE | number & 0x7F)
    digits.reverse()
    return bytes(digits)


def decode(data: bytes, at: int, *, maximum: int) -> tuple[int, int]:
    """Return the number that starts at ``at`` and the position after it.

    Raises:
        DecodeError: it is cut off, not in its shortest form, or above ``maximum``. Reading
            stops at the first byte that shows it, however long the number claims to be.
    """
    number = 0
    for position in range(at, len(data)):
        byte = data[position]
        if position == at and byte == _MORE:
            raise DecodeError("varint", "leading zero digit")
        number = number << 7 | byte & 0x7F
        if number > maximum:
            raise DecodeError("varint", f"number above {maximum}")
        if byte < _MORE:
            return number, position + 1
    raise DecodeError("truncated", "number cut off")
