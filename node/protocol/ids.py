"""Identifiers as types, so that one is never passed for another."""

import hashlib
from typing import Final, NewType

EnvelopeId = NewType("EnvelopeId", bytes)
"""32 bytes: SHA-256 of what was signed."""
RoomId = NewType("RoomId", bytes)
"""32 bytes: id of the ``room.create`` envelope, or ``EVERYONE``."""
VerifyKey = NewType("VerifyKey", bytes)
"""32 bytes: an Ed25519 public key; names an author or a node."""
LogHandle = NewType("LogHandle", bytes)
"""8 bytes: short name of a log between peers."""

ID_BYTES: Final = 32
KEY_BYTES: Final = 32
HANDLE_BYTES: Final = 8
PREV_BYTES: Final = 8
"""How much of the id before an envelope quotes."""

EVERYONE: Final = RoomId(hashlib.sha256(b"disasternet/1 room everyone").digest())
"""The room that is on every box; no envelope made it."""
