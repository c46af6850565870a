"""Envelopes, on their golden vectors: the exact bytes, and every reason to refuse."""

import dataclasses
from typing import Any

import pytest

from node.protocol import limits
from node.protocol.envelope import open_envelope, seal
from node.protocol.errors import DecodeError
from node.protocol.keys import SigningKey
from node.protocol.kinds import parse_body
from tests.unit.protocol.conftest import PayloadMaker
from tests.vectors.notation import load, value_of

_TAKEN = load("envelopes")["envelopes"]
_REFUSED = load("refused")["refused"]


@pytest.mark.parametrize("vector", _TAKEN, ids=lambda v: v["name"])
def test_an_envelope_opens_to_the_fields_of_its_vector(vector: dict[str, Any]) -> None:
    envelope = open_envelope(bytes.fromhex(vector["envelope"]))
    assert envelope.id.hex() == vector["id"]
    assert envelope.exact.hex() == vector["envelope"]
    fields = dataclasses.astuple(envelope.payload)
    assert (1, *fields) == value_of(vector["fields"])
    assert envelope.payload.log.handle.hex() == vector["handle"]


@pytest.mark.parametrize("vector", _TAKEN, ids=lambda v: v["name"])
def test_sealing_the_payload_again_gives_the_exact_bytes(vector: dict[str, Any]) -> None:
    envelope = open_envelope(bytes.fromhex(vector["envelope"]))
    assert seal(SigningKey(bytes.fromhex(vector["seed"])), envelope.payload) == envelope


def test_the_vectors_have_one_of_each_known_kind_and_of_the_unknown() -> None:
    kinds = {open_envelope(bytes.fromhex(v["envelope"])).payload.kind for v in _TAKEN}
    assert {1, 2, 3, 4, 5} < kinds
    assert any(kind >= limits.FIRST_FREE_KIND for kind in kinds)


@pytest.mark.parametrize("vector", _REFUSED, ids=lambda v: v["name"])
def test_bytes_that_break_a_rule_are_refused_for_their_reason(vector: dict[str, Any]) -> None:
    with pytest.raises(DecodeError) as refused:
        open_envelope(bytes.fromhex(vector["envelope"]))
    assert refused.value.reason == vector["reason"]


def test_every_flipped_bit_is_noticed() -> None:
    data = bytes.fromhex(_TAKEN[0]["envelope"])
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DecodeError):
            open_envelope(bytes(changed))


def test_every_truncation_is_noticed() -> None:
    data = bytes.fromhex(_TAKEN[0]["envelope"])
    for length in range(len(data)):
        with pytest.raises(DecodeError, match="framing"):
            open_envelope(data[:length])


def test_framing_is_refused_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("decoded")

    monkeypatch.setattr("node.protocol.cbor.decode", never)
    for vector in _REFUSED:
        data = bytes.fromhex(vector["envelope"])
        if vector["reason"] == "framing" or len(data) > limits.MAX_ENVELOPE_BYTES:
            with pytest.raises(DecodeError):
                open_envelope(data)


def test_kinds_are_looked_at_only_after_the_signature(make: PayloadMaker, key: SigningKey) -> None:
    data = bytearray(seal(key, make()).exact)
    data[data.index(b"hello") - 2] = 0x17
    with pytest.raises(DecodeError, match="signature"):
        open_envelope(bytes(data))


def test_a_payload_of_another_author_is_not_signed(make: PayloadMaker) -> None:
    with pytest.raises(ValueError, match="another author"):
        seal(SigningKey(b"\x02" * 32), make())


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": 0},
        {"seq": 0},
        {"hlc": -1},
        {"ttl_s": 1},
        {"class_": 4},
        {"prev": b""},
        {"body": {}},
        {"body": {0: "\ud800"}},
        {"body": {0: "x", 24: 0}},
        {"body": {0: "x", 4: bytes(limits.MAX_ENVELOPE_BYTES)}},
    ],
    ids=repr,
)
def test_what_every_box_would_refuse_is_never_sealed(
    make: PayloadMaker, key: SigningKey, fields: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        seal(key, make(**fields))


def test_a_name_is_taken_whether_or_not_it_is_normalised() -> None:
    vector = next(v for v in _TAKEN if "not NFC" in v["name"])
    payload = open_envelope(bytes.fromhex(vector["envelope"])).payload
    assert parse_body(payload.kind, payload.body) is not None


def test_the_order_of_keys_in_a_body_does_not_change_the_envelope(
    make: PayloadMaker, key: SigningKey
) -> None:
    assert seal(key, make(body={0: "x", 3: "y"})) == seal(key, make(body={3: "y", 0: "x"}))
