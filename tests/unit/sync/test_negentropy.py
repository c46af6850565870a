"""Negentropy V1 on its golden vectors, between two sides, and against hostile ones."""

import hashlib
import random
import time
from typing import Any

import pytest

from node.protocol import varint
from node.protocol.errors import DecodeError
from node.sync import limits
from node.sync.negentropy import Client, Item, ItemSet, Server
from node.sync.negentropy.items import INFINITY
from tests.vectors.frame_notation import refused_bytes
from tests.vectors.notation import load

_VECTORS = load("negentropy")


def item_id(number: int) -> bytes:
    size = max(1, (number.bit_length() + 7) // 8)
    return hashlib.sha256(number.to_bytes(size)).digest()


def numbers(runs: list[tuple[int, int]]) -> list[int]:
    return [number for first, below in runs for number in range(first, below)]


def items(noted: dict[str, Any]) -> list[Item]:
    first, step = int(noted["first"]), noted["step"]
    return [Item(first + step * n, item_id(n)) for n in numbers(noted["numbers"])]


def is_noted(message: bytes, noted: str | dict[str, Any]) -> bool:
    if isinstance(noted, str):
        return message.hex() == noted
    digest = hashlib.sha256(message).hexdigest()
    return (len(message), digest) == (noted["length"], noted["sha256"])


def some(count: int, seed: int = 0, first: int = 0) -> list[Item]:
    drawn = random.Random(seed)  # noqa: S311 - ids need only differ
    return [Item(first + number, drawn.randbytes(32)) for number in range(count)]


@pytest.mark.parametrize("vector", _VECTORS["fingerprints"], ids=lambda v: v["fingerprint"])
def test_a_set_has_exactly_the_fingerprint_of_its_vector(vector: dict[str, Any]) -> None:
    one = ItemSet(items(vector["items"]))
    assert one.fingerprint(0, len(one)).hex() == vector["fingerprint"]


@pytest.mark.parametrize("vector", _VECTORS["conversations"], ids=lambda v: v["name"])
def test_two_sides_say_exactly_what_their_vector_says(vector: dict[str, Any]) -> None:
    limit = vector["limit_bytes"]
    client = Client(ItemSet(items(vector["client"])), limit)
    server = Server(ItemSet(items(vector["server"])), limit)
    message: bytes | None = client.initiate()
    for asked, answered in zip(vector["messages"][::2], vector["messages"][1::2], strict=True):
        assert message is not None
        assert is_noted(message, asked)
        answer = server.reconcile(message)
        assert is_noted(answer, answered)
        message = client.reconcile(answer)
    assert message is None
    assert client.is_complete
    assert {item.id for item in client.have} == {item_id(n) for n in numbers(vector["have"])}
    assert client.need == {item_id(n) for n in numbers(vector["need"])}


@pytest.mark.parametrize("vector", _VECTORS["replies"], ids=lambda v: v["name"])
def test_a_server_answers_exactly_what_its_vector_says(vector: dict[str, Any]) -> None:
    server = Server(ItemSet(items(vector["items"])), 0)
    assert server.reconcile(bytes.fromhex(vector["message"])).hex() == vector["reply"]


@pytest.mark.parametrize("vector", _VECTORS["refused"], ids=lambda v: v["name"])
def test_what_is_no_message_is_refused_by_both_sides(vector: dict[str, Any]) -> None:
    few = ItemSet(Item(1_700_000_000 + n, item_id(n)) for n in range(3))
    message = refused_bytes(vector)
    with pytest.raises(DecodeError) as refused:
        Server(few).reconcile(message)
    assert refused.value.reason == vector["reason"]
    with pytest.raises(DecodeError) as refused:
        Client(few).reconcile(message)
    assert refused.value.reason == vector["reason"]


def test_a_client_takes_no_other_version() -> None:
    client = Client(ItemSet(()))
    with pytest.raises(DecodeError, match="version"):
        client.reconcile(b"\x62\x00\x00\x00")


@pytest.mark.parametrize(
    "wrong",
    [
        [Item(1, bytes(31))],
        [Item(-1, bytes(32))],
        [Item(INFINITY, bytes(32))],
        [Item(1, bytes(32)), Item(2, bytes(32)), Item(1, bytes(32))],
        [Item(number, bytes(32)) for number in range(limits.MAX_COMPARED + 1)],
    ],
    ids=["short id", "negative", "infinity", "twice", "too many"],
)
def test_a_set_of_what_cannot_be_compared_is_a_mistake_of_the_caller(wrong: list[Item]) -> None:
    with pytest.raises(ValueError, match="item"):
        ItemSet(wrong)


def test_a_frame_limit_in_which_an_answer_may_not_fit_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="limit"):
        Server(ItemSet(()), 4_095)


def test_one_item_under_two_timestamps_is_two_items() -> None:
    ItemSet([Item(1, bytes(32)), Item(2, bytes(32))])


def test_twenty_thousand_items_are_compared_without_adding_them_up_again() -> None:
    shared = some(20_000)
    client = Client(ItemSet([*shared, *some(5, seed=1)]))
    server = Server(ItemSet([*shared, *some(7, seed=2)]))
    began_s = time.process_time()
    message: bytes | None = client.initiate()
    while message is not None:
        message = client.reconcile(server.reconcile(message))
    assert time.process_time() - began_s < 0.5
    assert len(client.have) == 5
    assert len(client.need) == 7


def test_a_client_stops_after_its_rounds_and_says_that_it_is_not_done() -> None:
    client = Client(ItemSet(some(100)))
    client.initiate()
    endless = random.Random(3)  # noqa: S311 - ids need only differ
    more = 0
    # A server that claims another id each time, and a part that still differs.
    for _ in range(limits.MAX_REPAIR_ROUNDS + 5):
        claim = b"\x61\x32\x00\x02\x01" + endless.randbytes(32)
        more += client.reconcile(claim + b"\x00\x00\x01" + endless.randbytes(16)) is not None
    assert more == limits.MAX_REPAIR_ROUNDS - 1
    assert not client.is_complete


def test_a_server_answers_no_more_than_a_client_may_ask() -> None:
    server = Server(ItemSet(some(100)))
    for _ in range(limits.MAX_REPAIR_ROUNDS):
        assert server.reconcile(b"\x61\x00\x00\x01" + bytes(16)) != b"\x61"
    with pytest.raises(DecodeError, match="messages"):
        server.reconcile(b"\x61")


_PART = b"\x00\x01" + bytes(16)
_FLOODS = {
    "skips": b"\x01\x00\x00",
    "rising skips": b"\x03\x00\x00",
    "fingerprints of nothing": b"\x01" + _PART,
    "fingerprints of seven items each": b"\x08" + _PART,
    "fingerprints of forty items each": b"\x29" + _PART,
    "empty lists": b"\x01\x00\x02\x00",
    "empty lists of two items each": b"\x03\x00\x02\x00",
    "bounds inside one timestamp": b"\x01\x00\x01" + bytes(16),
}


@pytest.mark.parametrize("flood", _FLOODS.values(), ids=_FLOODS.keys())
def test_a_frame_full_of_ranges_costs_little_and_is_answered_within_a_frame(flood: bytes) -> None:
    most = min(limits.MAX_REPAIR_RANGES, limits.MAX_REPAIR_MESSAGE_BYTES // len(flood) - 1)
    message = b"\x61" + flood * most
    compared = ItemSet(some(20_000))
    for side in (Server(compared), Client(compared)):
        began_s = time.process_time()
        answer = side.reconcile(message)
        assert time.process_time() - began_s < 1.0
        assert answer is None or len(answer) <= limits.MAX_REPAIR_MESSAGE_BYTES


def test_announced_ids_are_not_believed_before_they_are_there() -> None:
    message = b"\x61\x00\x00\x02" + varint.encode(2**60)
    with pytest.raises(DecodeError):
        Server(ItemSet(())).reconcile(message)
