"""Keys of a Noise session (Noise, revision 34, 4 and 5.1): 25519 and ChaChaPoly."""

from typing import Final

import nacl.exceptions
from nacl.bindings import (
    crypto_aead_chacha20poly1305_ietf_decrypt,
    crypto_aead_chacha20poly1305_ietf_encrypt,
    crypto_scalarmult,
    crypto_scalarmult_base,
    randombytes,
)

from node.net.errors import NoiseError

KEY_BYTES: Final = 32
TAG_BYTES: Final = 16

_MAX_NONCE: Final = 2**64 - 1
"""Kept for REKEY; never used for a message."""


class KeyPair:
    """An X25519 key pair; its secret half is never shown."""

    __slots__ = ("_secret", "public")

    def __init__(self, secret: bytes) -> None:
        """Take 32 random bytes.

        Raises:
            ValueError: they are not 32.
        """
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._secret = secret
        self.public: Final = crypto_scalarmult_base(secret)

    @classmethod
    def draw(cls) -> "KeyPair":
        """Return a new one."""
        return cls(randombytes(KEY_BYTES))

    def __repr__(self) -> str:
        """Return a text without the secret half, fit for a log."""
        return f"KeyPair(of {self.public.hex()})"

    def shared_with(self, public: bytes) -> bytes:
        """Return what only the two key pairs can compute.

        Raises:
            NoiseError: ``public`` is a point of small order, with which it would be all zeros.
        """
        try:
            return crypto_scalarmult(self._secret, public)
        except nacl.exceptions.RuntimeError as error:
            raise NoiseError("a public key of small order") from error


class CipherState:
    """A key and the number of the next message under it; one direction of a session."""

    __slots__ = ("_key", "_nonce")

    def __init__(self, key: bytes, nonce: int = 0) -> None:
        self._key = key
        self._nonce = nonce

    def __repr__(self) -> str:
        """Return a text without the key, fit for a log."""
        return f"CipherState(nonce={self._nonce})"

    @property
    def nonce(self) -> int:
        """Return how many messages have been sealed or opened."""
        return self._nonce

    def seal(self, plaintext: bytes, bound: bytes = b"") -> bytes:
        """Return ``plaintext`` encrypted and tagged, the tag over ``bound`` too.

        Raises:
            NoiseError: no nonce is left.
        """
        nonce = self._next()
        self._nonce += 1
        return crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, bound, nonce, self._key)

    def open(self, ciphertext: bytes, bound: bytes = b"") -> bytes:
        """Return what was sealed; a failure uses up no nonce.

        Raises:
            NoiseError: it was not sealed with this key, nonce and ``bound``.
        """
        nonce = self._next()
        try:
            plaintext = crypto_aead_chacha20poly1305_ietf_decrypt(
                ciphertext, bound, nonce, self._key
            )
        except (nacl.exceptions.CryptoError, nacl.exceptions.ValueError) as error:
            raise NoiseError("decryption failed") from error
        self._nonce += 1
        return plaintext

    def rekey(self) -> None:
        """Replace the key by one from which it cannot be computed (Noise 4.2, REKEY)."""
        nonce = _nonce_bytes(_MAX_NONCE)
        sealed = crypto_aead_chacha20poly1305_ietf_encrypt(bytes(KEY_BYTES), b"", nonce, self._key)
        self._key = sealed[:KEY_BYTES]

    def _next(self) -> bytes:
        if self._nonce >= _MAX_NONCE:
            raise NoiseError("no nonce is left")
        return _nonce_bytes(self._nonce)


def _nonce_bytes(number: int) -> bytes:
    return bytes(4) + number.to_bytes(8, "little")
