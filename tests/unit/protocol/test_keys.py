"""Keys: what is signed, what is believed, what is shown."""

import copy
import pickle
from typing import Any

import pytest

from node.protocol.ids import VerifyKey
from node.protocol.keys import SigningKey, fingerprint, verify
from tests.vectors.notation import load

_DATA = b"disasternet"


@pytest.mark.parametrize("vector", load("keys")["keys"], ids=lambda v: v["fingerprint"])
def test_a_seed_gives_the_key_signature_and_fingerprint_of_its_vector(
    vector: dict[str, str],
) -> None:
    key = SigningKey(bytes.fromhex(vector["seed"]))
    assert key.verify_key.hex() == vector["key"]
    assert fingerprint(key.verify_key) == vector["fingerprint"]
    assert key.sign(_DATA).hex() == vector["signature"]
    assert verify(key.verify_key, _DATA, key.sign(_DATA))


@pytest.mark.parametrize("case", load("ed25519_speccheck")["cases"], ids=lambda c: c["signature"])
def test_every_edge_case_of_ed25519_is_refused(case: dict[str, str]) -> None:
    message, key, signature = (
        bytes.fromhex(case[part]) for part in ("message", "pub_key", "signature")
    )
    assert not verify(VerifyKey(key), message, signature)


def test_the_edge_cases_are_twelve() -> None:
    assert len(load("ed25519_speccheck")["cases"]) == 12


@pytest.mark.parametrize("position", range(0, 64, 7))
def test_a_flipped_bit_in_the_signature_is_seen(key: SigningKey, position: int) -> None:
    signature = bytearray(key.sign(_DATA))
    signature[position] ^= 0x10
    assert not verify(key.verify_key, _DATA, bytes(signature))


@pytest.mark.parametrize(
    ("author", "signature"),
    [(b"", b""), (bytes(31), bytes(64)), (bytes(33), bytes(64)), (bytes(32), bytes(63))],
)
def test_a_wrong_length_is_false_and_no_error(author: bytes, signature: bytes) -> None:
    assert verify(VerifyKey(author), _DATA, signature) is False


def test_the_identity_point_signs_nothing() -> None:
    identity = b"\x01" + bytes(31)
    assert not verify(VerifyKey(identity), _DATA, identity + bytes(32))


def test_the_seed_is_in_no_text_and_in_no_copy(key: SigningKey) -> None:
    secret = (b"\x01" * 32).hex()
    assert secret not in repr(key)
    assert secret not in str(key)
    attempts: list[Any] = [pickle.dumps, copy.copy, copy.deepcopy]
    for attempt in attempts:
        with pytest.raises(TypeError):
            attempt(key)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey(bytes(length))
