"""Carry keys: a secret is one key everywhere, and a proof serves the two authors it names."""

import pytest

from node.protocol.carry import SECRET_BYTES, carry_key, prove, proves
from node.protocol.ids import VerifyKey
from node.protocol.keys import SigningKey
from tests.vectors.notation import load

OLD, NEW, OTHER = (SigningKey(bytes([number]) * 32).verify_key for number in (1, 2, 3))


@pytest.mark.parametrize("vector", load("persons")["carry"], ids=lambda v: v["secret"])
def test_a_secret_gives_the_key_and_the_proof_of_its_vector(vector: dict[str, str]) -> None:
    key = carry_key(bytes.fromhex(vector["secret"]))
    old, new = (VerifyKey(bytes.fromhex(vector[side])) for side in ("old", "new"))
    assert key.verify_key.hex() == vector["key"]
    assert prove(key, old, new).hex() == vector["proof"]
    assert proves(key.verify_key, old, new, bytes.fromhex(vector["proof"]))


@pytest.mark.parametrize(("old", "new"), [(OLD, OTHER), (OTHER, NEW), (NEW, OLD), (OLD, OLD)])
def test_a_proof_serves_no_other_pair_of_authors(old: VerifyKey, new: VerifyKey) -> None:
    key = carry_key(bytes(SECRET_BYTES))
    assert proves(key.verify_key, OLD, NEW, prove(key, OLD, NEW))
    assert not proves(key.verify_key, old, new, prove(key, OLD, NEW))


def test_a_proof_by_another_secret_proves_nothing() -> None:
    key, other = carry_key(bytes(SECRET_BYTES)), carry_key(b"\x01" * SECRET_BYTES)
    assert not proves(key.verify_key, OLD, NEW, prove(other, OLD, NEW))


@pytest.mark.parametrize("proof", [b"", bytes(63), bytes(64), bytes(65)])
def test_what_is_no_signature_is_false_and_no_error(proof: bytes) -> None:
    assert proves(carry_key(bytes(SECRET_BYTES)).verify_key, OLD, NEW, proof) is False


@pytest.mark.parametrize("size_bytes", [0, 15, 17, 32])
def test_a_secret_of_another_length_is_refused(size_bytes: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        carry_key(bytes(size_bytes))
