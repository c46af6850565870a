"""The one encoding: RFC 8949 §4.2.1 without tags, floats, null and indefinite lengths."""

from collections.abc import Mapping
from typing import Final, TypeAlias, TypeGuard

from node.protocol import limits
from node.protocol.errors import DecodeError

Value: TypeAlias = int | bytes | str | tuple["Value", ...] | Mapping[int, "Value"]
"""What can be written: integers of 64 bits with sign, booleans, byte and text strings, arrays, and
maps with keys 0 to 23."""

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 0, 1, 2, 3, 4, 5, 7
_FALSE, _TRUE = 20, 21
_DIRECT: Final = 24
"""Arguments below stand in the head itself."""
_SHORTEST_FROM: Final = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}
"""Additional information, and the smallest argument that needs it (RFC 8949 §3)."""
_INDEFINITE: Final = 31


def head(major: int, argument: int) -> bytes:
    """Return the head of a data item in its shortest form.

    Raises:
        ValueError: ``argument`` does not fit 64 bits.
    """
    if not 0 <= argument <= limits.MAX_UINT64:
        raise ValueError(f"{argument} does not fit a CBOR head")
    if argument < _DIRECT:
        return bytes([major << 5 | argument])
    info = max(info for info, least in _SHORTEST_FROM.items() if argument >= least)
    return bytes([major << 5 | info]) + argument.to_bytes(1 << (info - 24))


def encode(value: Value) -> bytes:
    """Return the only encoding of ``value``.

    Raises:
        ValueError: an integer, a key or a character that has no encoding here.
        TypeError: a value of another type. Both mean a mistake of the caller.
    """
    match value:
        case bool():
            return head(_SIMPLE, _TRUE if value else _FALSE)
        case int():
            return head(_UNSIGNED, value) if value >= 0 else head(_NEGATIVE, -1 - value)
        case bytes():
            return head(_BYTES, len(value)) + value
        case str():
            text = value.encode()
            return head(_TEXT, len(text)) + text
        case tuple():
            return head(_ARRAY, len(value)) + b"".join(map(encode, value))
        case Mapping():
            return head(_MAP, len(value)) + b"".join(map(_encode_entry, sorted(value.items())))
    raise TypeError(f"{type(value).__name__} has no encoding")


def decode(data: bytes, *, max_depth: int, max_items: int = limits.MAX_ITEMS) -> Value:
    """Return the value whose encoding ``data`` is: ``encode`` of it gives ``data`` again.

    A length is believed only as far as there are bytes, so no claim reserves memory.

    Args:
        data: anything, from anybody.
        max_depth: how deep arrays and maps may stand in one another; 0 allows none.
        max_items: how many data items there may be in all.

    Raises:
        DecodeError: ``data`` is anything else than that encoding; never another error.
    """
    reader = _Reader(data, max_items)
    value = reader.value(max_depth)
    if reader.left:
        raise DecodeError("trailing", f"{reader.left} bytes after the value")
    return value


def _encode_entry(entry: tuple[int, Value]) -> bytes:
    key, value = entry
    if not _is_key(key):
        raise ValueError(f"{key!r} is no key of a map")
    return encode(key) + encode(value)


def _is_key(value: Value) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= limits.MAX_MAP_KEY


class _Reader:
    """Reads data items from the front; the position never passes the end."""

    def __init__(self, data: bytes, max_items: int) -> None:
        self._data = data
        self._at = 0
        self._items_left = max_items

    @property
    def left(self) -> int:
        """Return how many bytes are unread."""
        return len(self._data) - self._at

    def value(self, depth_left: int) -> Value:
        """Read one data item with all that is in it."""
        if not self._items_left:
            raise DecodeError("items", "too many data items")
        self._items_left -= 1
        major, argument = self._head()
        match major:
            case 0:
                value: Value = argument
            case 1:
                value = -1 - argument
            case 2:
                value = self._take(argument)
            case 3:
                value = self._text(argument)
            case 4:
                value = self._array(argument, depth_left)
            case 5:
                value = self._map(argument, depth_left)
            case _:
                value = argument == _TRUE
        return value

    def _head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        major, info = first >> 5, first & 31
        if major == _SIMPLE and info not in (_FALSE, _TRUE):
            raise DecodeError("simple", f"float or simple value {first:#04x}")
        if major not in (_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE):
            raise DecodeError("tag", f"tag {first:#04x}")
        if info < _DIRECT:
            return major, info
        if info not in _SHORTEST_FROM:
            reason = "indefinite" if info == _INDEFINITE else "reserved"
            raise DecodeError(reason, f"head {first:#04x}")
        argument = int.from_bytes(self._take(1 << (info - 24)))
        if argument < _SHORTEST_FROM[info]:
            raise DecodeError("head", f"{argument} written longer than needed")
        return major, argument

    def _take(self, size: int) -> bytes:
        if size > self.left:
            raise DecodeError("truncated", f"{size} bytes wanted, {self.left} left")
        start, self._at = self._at, self._at + size
        return self._data[start : self._at]

    def _text(self, size: int) -> str:
        try:
            return self._take(size).decode()
        except UnicodeDecodeError as error:
            raise DecodeError("utf8", error.reason) from None

    def _array(self, count: int, depth_left: int) -> tuple[Value, ...]:
        self._enter(count, depth_left)
        return tuple(self.value(depth_left - 1) for _ in range(count))

    def _map(self, count: int, depth_left: int) -> dict[int, Value]:
        self._enter(2 * count, depth_left)
        entries: dict[int, Value] = {}
        last = -1
        for _ in range(count):
            key = self.value(0)
            if not _is_key(key):
                raise DecodeError("key", f"a map key above {limits.MAX_MAP_KEY} or no integer")
            if key <= last:
                raise DecodeError("order", f"key {key} after {last}")
            last = key
            entries[key] = self.value(depth_left - 1)
        return entries

    def _enter(self, count: int, depth_left: int) -> None:
        if not depth_left:
            raise DecodeError("depth", "nested too deeply")
        if count > self.left:
            raise DecodeError("truncated", f"{count} items claimed, {self.left} bytes left")
