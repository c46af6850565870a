"""Ed25519 keys: sign, verify, and the short form people compare."""

import hashlib
from functools import lru_cache
from typing import Final

import nacl.bindings
import nacl.exceptions
import nacl.signing

from node.protocol.ids import KEY_BYTES, VerifyKey

SIGNATURE_BYTES: Final = 64
SEED_BYTES: Final = 32

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FINGERPRINT_BITS: Final = 20

_KNOWN_KEYS: Final = 4_096
"""Keys whose point check is remembered, about 1 MB: it costs nearly as much as a signature, and
authors write many messages. A stranger who changes keys only pays the full price again."""


class SigningKey:
    """An Ed25519 private key; never shown, printed or sent."""

    __slots__ = ("_key", "verify_key")

    def __init__(self, seed: bytes) -> None:
        """Take a seed of 32 random bytes.

        Raises:
            ValueError: the seed has another length; make a new one.
        """
        if len(seed) != SEED_BYTES:
            raise ValueError(f"a seed has {SEED_BYTES} bytes")
        self._key = nacl.signing.SigningKey(seed)
        self.verify_key = VerifyKey(bytes(self._key.verify_key))
        """The public half: the author's id."""

    def __repr__(self) -> str:
        """Return a text without the seed, fit for a log."""
        return f"SigningKey(of {self.verify_key.hex()})"

    def __reduce__(self) -> str:
        """Refuse to be copied or pickled, so that no seed leaves by accident."""
        raise TypeError("a signing key is not serialised")

    def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature over ``data``; the same for the same data."""
        return self._key.sign(data).signature


def verify(key: VerifyKey, data: bytes, signature: bytes) -> bool:
    """Return whether ``key`` signed ``data``; never raises, whatever it is given.

    Stricter than RFC 8032: a key must be a canonical point of the prime-order subgroup.
    Lax verifiers take keys under which one signature fits many or all messages.
    """
    if len(key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        nacl.bindings.crypto_sign_open(signature + data, key)
    except nacl.exceptions.CryptoError:
        return False
    return _is_valid_point(bytes(key))


@lru_cache(maxsize=_KNOWN_KEYS)
def _is_valid_point(key: bytes) -> bool:
    """Return whether ``key`` is a canonical point of the prime-order subgroup, not its identity."""
    return nacl.bindings.crypto_core_ed25519_is_valid_point(key)


def fingerprint(key: VerifyKey) -> str:
    """Return four characters that tell two people of one name apart; never proof of identity.

    The first 20 bits of SHA-256 of the key, in Crockford's base 32.
    """
    bits = int.from_bytes(hashlib.sha256(key).digest()[:4]) >> (32 - _FINGERPRINT_BITS)
    return "".join(_CROCKFORD[bits >> shift & 31] for shift in (15, 10, 5, 0))
