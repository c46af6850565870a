"""Any COSE library verifies our envelopes, and would have made the same bytes."""

from typing import Any

import pytest
from hypothesis import given, settings

from node.protocol import payload
from node.protocol.envelope import Payload, open_envelope, seal
from node.protocol.errors import DecodeError
from tests.oracles.reference import cbor2, cose_sign, cose_verify, dumps
from tests.property.strategies import KEYS, payloads
from tests.vectors.notation import load, value_of

_TAKEN = load("envelopes")["envelopes"]
_REFUSED = load("refused")["refused"]


@pytest.mark.parametrize("vector", _TAKEN, ids=lambda v: v["name"])
def test_a_golden_envelope_is_what_general_libraries_make_of_its_fields(
    vector: dict[str, Any],
) -> None:
    fields, seed = value_of(vector["fields"]), bytes.fromhex(vector["seed"])
    assert isinstance(fields, tuple)
    author = fields[2]
    assert isinstance(author, bytes)
    content = dumps(fields)
    data = cose_sign(content, author, seed)
    assert data.hex() == vector["envelope"]
    assert cose_verify(data, author) == content


def test_the_first_vector_shows_every_step() -> None:
    first = _TAKEN[0]
    content = dumps(value_of(first["fields"]))
    assert content.hex() == first["payload"]
    structure = ["Signature1", b"\xa1\x01\x27", b"disasternet/1", content]
    assert dumps(structure).hex() == first["sig_structure"]
    assert first["envelope"].endswith(first["signature"])


@settings(max_examples=200)
@given(payloads())
def test_cwt_verifies_what_we_seal_and_seals_the_same_bytes(content: Payload) -> None:
    number = [key.verify_key for key in KEYS].index(content.author)
    envelope = seal(KEYS[number], content)
    assert cose_verify(envelope.exact, content.author) == payload.encode(content)
    seed = bytes([number + 1]) * 32
    assert cose_sign(payload.encode(content), content.author, seed) == envelope.exact
    assert open_envelope(cose_sign(payload.encode(content), content.author, seed)) == envelope


@pytest.mark.parametrize("position", [10, 60, 120, 150, 190])
def test_cwt_refuses_a_flipped_bit(position: int) -> None:
    data = bytearray.fromhex(_TAKEN[0]["envelope"])
    author = KEYS[0].verify_key
    assert cose_verify(bytes(data), author) is not None
    data[position] ^= 1
    assert cose_verify(bytes(data), author) is None


def test_cwt_refuses_another_author() -> None:
    assert cose_verify(bytes.fromhex(_TAKEN[0]["envelope"]), KEYS[1].verify_key) is None


@pytest.mark.parametrize("vector", _REFUSED, ids=lambda v: v["name"])
def test_a_refused_envelope_is_refused_by_us_whatever_cwt_says(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["envelope"])
    found = cose_verify(data, bytes.fromhex(vector["author"]))
    assert ("refuses" if found is None else "accepts") == vector["cwt"]
    with pytest.raises(DecodeError) as refused:
        open_envelope(data)
    assert refused.value.reason == vector["reason"]


def test_a_general_library_alone_would_let_one_message_have_two_forms() -> None:
    plain = bytes.fromhex(_TAKEN[0]["envelope"])
    junk = next(v for v in _REFUSED if v["name"] == "junk in the unprotected header")
    other = bytes.fromhex(junk["envelope"])
    author = KEYS[0].verify_key
    assert other != plain
    assert cose_verify(other, author) == cose_verify(plain, author) is not None
    assert cbor2.loads(other).value[2] == cbor2.loads(plain).value[2]
