"""The carry vectors, made again by libraries that the node does not use for them."""

import hashlib
import importlib
from typing import Any

import pytest

from tests.vectors.notation import load

VECTORS = load("persons")["carry"]

_ed25519: Any = importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519")


def _remade(secret: bytes, old: bytes, new: bytes) -> dict[str, str]:
    seed = hashlib.sha256(b"disasternet/1 carry secret" + secret).digest()
    key = _ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    proof = key.sign(b"disasternet/1 carry" + old + new)
    return {"key": key.public_key().public_bytes_raw().hex(), "proof": proof.hex()}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["secret"])
def test_another_library_makes_the_same_key_and_proof(vector: dict[str, Any]) -> None:
    secret, old, new = (bytes.fromhex(vector[part]) for part in ("secret", "old", "new"))
    assert _remade(secret, old, new).items() <= vector.items()
    assert not _remade(secret, new, old).items() <= vector.items()
