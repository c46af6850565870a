"""Session secrets: drawn or derived here, kept only as hashes."""

import hashlib
from dataclasses import dataclass
from typing import Final

from node.contract.people import User

TOKEN_BYTES: Final = 32  # 256 bits: nobody guesses one, so the hash needs no salt and no stretching


@dataclass(frozen=True, slots=True)
class Session:
    """A request's proven identity."""

    user: User
    token: str
    """The secret it was proven with, 64 hex digits."""


def token_hash(token: str) -> bytes:
    """Return what the store keeps of a session secret or admin token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def derive(form_key: bytes, purpose: str, *parts: bytes, size_bytes: int = TOKEN_BYTES) -> bytes:
    """Return a secret that only the holder of ``form_key`` can make, the same each time.

    So an answer that was lost on its way, also by a power cut, can be given again, and no secret
    is kept for it.

    Args:
        form_key: of this store, never shown.
        purpose: one word for each use, so that one secret never stands for another.
        parts: what it is derived from.
        size_bytes: of the secret, at most 64.
    """
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hashlib.blake2b(
        framed, key=form_key, person=purpose.encode(), digest_size=size_bytes
    ).digest()
