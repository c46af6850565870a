"""Two boxes about to link, with keys that come again."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from node.net.cipher import KeyPair
from node.net.handshake import DEFLATE, MAGIC, Handshake, Secured
from node.net.identity import LinkIdentity
from node.net.noise import HandshakeState, Keys, Pattern
from node.net.proof import CONTEXT, Role
from node.protocol.keys import SigningKey

FLEET_KEY = b"fleet key of 32 bytes for tests."


def seed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def box(name: str, *, fleet_key: bytes | None = None, deflate: bool = True) -> LinkIdentity:
    """Return the identity of the box of this name, the same at each call."""
    return LinkIdentity(
        SigningKey(seed(f"{name} node")), KeyPair(seed(f"{name} static")), fleet_key, deflate
    )


def dialler(identity: LinkIdentity, ephemeral: str = "dialler") -> Handshake:
    return Handshake(Role.DIALLER, identity, KeyPair(seed(f"{ephemeral} ephemeral")))


def acceptor(identity: LinkIdentity, ephemeral: str = "acceptor") -> Handshake:
    return Handshake(Role.ACCEPTOR, identity, KeyPair(seed(f"{ephemeral} ephemeral")))


def shake(dials: Handshake, accepts: Handshake) -> list[bytes]:
    """Run a handshake to its end; return preface and message 1, message 2, message 3."""
    first = dials.start()
    second = accepts.feed(first)
    third = dials.feed(second)
    assert accepts.feed(third) == b""
    return [first, second, third]


def secured(handshake: Handshake) -> Secured:
    assert handshake.secured is not None
    return handshake.secured


def linked(*, deflate: bool = False, fleet_key: bytes | None = None) -> tuple[Secured, Secured]:
    """Return both ends of a finished handshake, the dialler's first."""
    dials = dialler(box("A", deflate=deflate, fleet_key=fleet_key))
    accepts = acceptor(box("B", deflate=deflate, fleet_key=fleet_key))
    shake(dials, accepts)
    return secured(dials), secured(accepts)


@dataclass
class Forger:
    """A dialler that speaks Noise as it should, and proves what it likes."""

    identity: LinkIdentity
    flags: int = DEFLATE

    def prove(self, bound_hash: bytes, role: Role = Role.DIALLER) -> bytes:
        """Return the proof an honest node would give."""
        key = self.identity.node_key
        signed = CONTEXT + self.identity.static.public + bytes([role]) + bound_hash
        return key.verify_key + key.sign(signed)

    def meet(self, accepts: Handshake, payload: Callable[[bytes], bytes]) -> None:
        """Dial ``accepts`` with this payload in message 3."""
        preface = MAGIC + bytes([self.flags])
        keys = Keys(self.identity.static)
        noise = HandshakeState(Pattern.XX, keys, initiator=True, prologue=preface)
        answer = accepts.feed(preface + framed(noise.write()))
        noise.read(answer[2:])
        assert accepts.feed(framed(noise.write_bound(payload))) == b""

    def accept(self, dials: Handshake, payload: Callable[[bytes], bytes]) -> bytes:
        """Answer ``dials`` with this payload in message 2; return its message 3."""
        first = dials.start()
        keys = Keys(self.identity.static)
        noise = HandshakeState(Pattern.XX, keys, initiator=False, prologue=first[:4])
        noise.read(first[6:])
        return dials.feed(framed(noise.write_bound(payload)))


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(2) + message
