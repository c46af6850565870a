"""Chaining key and handshake hash of a Noise session (Noise, revision 34, 5.2): SHA256."""

import hashlib
import hmac

from node.net.cipher import CipherState


def _hkdf(key: bytes, material: bytes, outputs: int) -> list[bytes]:
    seed = hmac.digest(key, material, "sha256")
    found: list[bytes] = []
    for number in range(1, outputs + 1):
        last = found[-1] if found else b""
        found.append(hmac.digest(seed, last + bytes([number]), "sha256"))
    return found


class SymmetricState:
    """The chaining key and the hash over everything said so far (Noise 5.2)."""

    __slots__ = ("_chaining_key", "_cipher", "hash")

    def __init__(self, protocol: bytes) -> None:
        size = hashlib.sha256().digest_size
        short = len(protocol) <= size
        self.hash = protocol.ljust(size, b"\0") if short else hashlib.sha256(protocol).digest()
        self._chaining_key = self.hash
        self._cipher: CipherState | None = None

    def __repr__(self) -> str:
        """Return a text without any key, fit for a log."""
        return f"SymmetricState(encrypts={self.encrypts})"

    @property
    def encrypts(self) -> bool:
        """Return whether a key was agreed on yet."""
        return self._cipher is not None

    def mix_hash(self, data: bytes) -> None:
        """Bind everything that follows to ``data``."""
        self.hash = hashlib.sha256(self.hash + data).digest()

    def mix_key(self, material: bytes) -> None:
        """Make the key depend on ``material`` too."""
        self._chaining_key, key = _hkdf(self._chaining_key, material, 2)
        self._cipher = CipherState(key)

    def mix_key_and_hash(self, material: bytes) -> None:
        """Make key and hash depend on ``material``, a pre-shared key."""
        self._chaining_key, data, key = _hkdf(self._chaining_key, material, 3)
        self.mix_hash(data)
        self._cipher = CipherState(key)

    def seal(self, plaintext: bytes) -> bytes:
        """Return ``plaintext``, encrypted once there is a key, and mix it in."""
        sealed = self._cipher.seal(plaintext, self.hash) if self._cipher else plaintext
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed: bytes) -> bytes:
        """Return what ``seal`` was given on the other side, and mix it in.

        Raises:
            NoiseError: it was altered, or the two sides heard different things before.
        """
        plaintext = self._cipher.open(sealed, self.hash) if self._cipher else sealed
        self.mix_hash(sealed)
        return plaintext

    def split(self) -> tuple[CipherState, CipherState]:
        """Return the transport states: initiator to responder, and back."""
        first, second = _hkdf(self._chaining_key, b"", 2)
        return CipherState(first), CipherState(second)
