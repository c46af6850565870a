"""How a node proves its id on a link: a signature that fits this handshake and no other."""

from enum import IntEnum
from typing import Final

from node.net.errors import Fault, LinkError
from node.net.identity import LinkIdentity
from node.net.noise import HandshakeState
from node.protocol.ids import KEY_BYTES, VerifyKey
from node.protocol.keys import SIGNATURE_BYTES, verify

CONTEXT: Final = b"disasternet/1 link"
"""Begins what is signed, so that no signature for another purpose fits."""
PROOF_BYTES: Final = KEY_BYTES + SIGNATURE_BYTES


class Role(IntEnum):
    """Which side a node is on; part of what it signs, so that no proof can be sent back."""

    DIALLER = 0
    ACCEPTOR = 1


def prove(identity: LinkIdentity, role: Role, bound_hash: bytes) -> bytes:
    """Return node id and signature over what was said so far in this handshake."""
    key = identity.node_key
    return key.verify_key + key.sign(_to_sign(identity.static.public, role, bound_hash))


def check(proof: bytes, role: Role, session: HandshakeState, own: VerifyKey) -> VerifyKey:
    """Return the node id that the last message of ``session`` proves.

    Args:
        proof: as received.
        role: of the side that sent it.
        session: which has just read that message.
        own: node id of this node.

    Raises:
        LinkError: ``OWN`` or ``IDENTITY``.
    """
    peer = VerifyKey(proof[:KEY_BYTES])
    if peer == own:
        raise LinkError(Fault.OWN, "this node itself")
    signed = _to_sign(session.remote_static, role, session.bound_hash)
    if not verify(peer, signed, proof[KEY_BYTES:]):
        raise LinkError(Fault.IDENTITY, f"not proven by {peer.hex()}")
    return peer


def _to_sign(static: bytes, role: Role, bound_hash: bytes) -> bytes:
    return CONTEXT + static + bytes([role]) + bound_hash
