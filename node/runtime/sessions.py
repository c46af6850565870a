"""Session secrets: drawn here, kept only as hashes."""

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
