"""Carry keys: how an author of one box is continued by an author of another."""

import hashlib
from typing import Final

from node.protocol.ids import VerifyKey
from node.protocol.keys import SigningKey, verify

SECRET_BYTES: Final = 16
"""128 bits: fits twelve words, and nobody guesses it from the public key."""

_OF_SECRET: Final = b"disasternet/1 carry secret"
_OF_PROOF: Final = b"disasternet/1 carry"


def carry_key(secret: bytes) -> SigningKey:
    """Return the carry key that ``secret`` stands for; the same on every box.

    Raises:
        ValueError: the secret has not ``SECRET_BYTES`` bytes; ask for it again.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a carry secret has {SECRET_BYTES} bytes")
    return SigningKey(hashlib.sha256(_OF_SECRET + secret).digest())


def prove(key: SigningKey, old: VerifyKey, new: VerifyKey) -> bytes:
    """Return the proof that ``new`` may continue ``old``, by a carry key of ``old``.

    It names both, so whoever copies it can do nothing with it.
    """
    return key.sign(_OF_PROOF + old + new)


def proves(key: VerifyKey, old: VerifyKey, new: VerifyKey, proof: bytes) -> bool:
    """Return whether ``proof`` is by ``key``, a carry key of ``old``, for ``new``; never raises."""
    return verify(key, _OF_PROOF + old + new, proof)
