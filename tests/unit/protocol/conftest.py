"""A key, and payloads that differ from a good one in what a test is about."""

import dataclasses
from collections.abc import Callable

import pytest

from node.protocol.envelope import FIRST_PREV, Payload
from node.protocol.ids import EVERYONE
from node.protocol.keys import SigningKey

PayloadMaker = Callable[..., Payload]


@pytest.fixture
def key() -> SigningKey:
    return SigningKey(b"\x01" * 32)


@pytest.fixture
def make(key: SigningKey) -> PayloadMaker:
    good = Payload(
        kind=5,
        author=key.verify_key,
        room=EVERYONE,
        hlc=1_790_000_000_000 << 16,
        epoch=1,
        seq=1,
        prev=FIRST_PREV,
        class_=2,
        quality=1,
        ttl_s=1_209_600,
        body={0: "hello"},
    )

    def change(**fields: object) -> Payload:
        return dataclasses.replace(good, **fields)  # type: ignore[arg-type]

    return change
