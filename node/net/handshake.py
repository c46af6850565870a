"""The handshake of a link, sans-IO: bytes in, bytes out, at the end two proven node ids."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from node.net.cipher import TAG_BYTES, CipherState, KeyPair
from node.net.errors import Fault, LinkError, NoiseError
from node.net.identity import LinkIdentity
from node.net.noise import HandshakeState, Keys, Pattern
from node.net.proof import PROOF_BYTES, Role, check, prove
from node.protocol.ids import VerifyKey

MAGIC: Final = b"DN\x01"
"""Begins every link: the protocol and its version."""
PREFACE_BYTES: Final = len(MAGIC) + 1
_LENGTH_BYTES: Final = 2
_STATIC_BYTES: Final = 32 + TAG_BYTES

DEFLATE: Final = 1
FLEET: Final = 2
"""Flags: fourth byte of the preface, and first of message 2."""


class State(Enum):
    """What is awaited."""

    PREFACE = "preface"
    MESSAGE_1 = "message 1"
    MESSAGE_2 = "message 2"
    MESSAGE_3 = "message 3"
    SECURED = "secured"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Secured:
    """What a handshake ends in."""

    peer: VerifyKey
    """Node id that the other side proved."""
    secret: bytes = field(repr=False)
    """The handshake hash: 32 bytes that neither side could know or choose before."""
    deflate: bool
    """Whether both directions are compressed."""
    send: CipherState
    receive: CipherState


class Handshake:
    """One side of the handshake; after any ``LinkError`` the connection must be dropped."""

    def __init__(
        self, role: Role, identity: LinkIdentity, ephemeral: KeyPair | None = None
    ) -> None:
        """Take this side's keys; ``ephemeral`` is drawn unless given, which only tests do."""
        self._role = role
        self._identity = identity
        self._ephemeral = ephemeral
        self._fleet = 0 if identity.fleet_key is None else FLEET
        self._flags = self._fleet | (DEFLATE if identity.deflate else 0)
        self._noise: HandshakeState | None = None
        self._held = bytearray()
        self._peer = VerifyKey(b"")
        self.state = State.MESSAGE_2 if role is Role.DIALLER else State.PREFACE
        self.secured: Secured | None = None
        """The result, once ``state`` is ``SECURED``."""

    def __repr__(self) -> str:
        """Return a text without any key, fit for a log."""
        return f"Handshake({self._role.name}, {self.state.name})"

    def start(self) -> bytes:
        """Return what is to be sent before anything is received; call once."""
        if self._role is Role.ACCEPTOR:
            return b""
        preface = MAGIC + bytes([self._flags])
        return preface + _framed(self._begin(preface).write())

    def feed(self, data: bytes | bytearray) -> bytes:
        """Take received bytes and return what is to be sent for them, maybe nothing.

        Raises:
            LinkError: the other side is none that a link can be made with.
        """
        self._held += data
        out = b""
        try:
            while (step := _STEPS.get(self.state)) is not None:
                part = self._part(step)
                if part is None:
                    break
                out += step.take(self, part)
                self.state = step.then
        except NoiseError as error:
            self.state = State.REFUSED
            raise LinkError(Fault.CIPHER, str(error)) from error
        except LinkError:
            self.state = State.REFUSED
            raise
        if self.state is State.REFUSED:
            raise LinkError(Fault.ENDED, "the handshake was refused")
        return out

    def rest(self) -> bytes:
        """Return what came behind the handshake, and forget it."""
        data, self._held = bytes(self._held), bytearray()
        return data

    def _part(self, step: "_Step") -> bytes | None:
        """Return what ``step`` waits for, taken from what is held; None until it is there."""
        size = step.size_bytes
        if step.framed:
            # Without a key as early as message 1, its empty payload has no tag.
            size += TAG_BYTES if self._fleet and self.state is State.MESSAGE_1 else 0
            said = int.from_bytes(self._held[:_LENGTH_BYTES])
            if len(self._held) >= _LENGTH_BYTES and said != size:
                raise LinkError(Fault.LENGTH, f"{self.state.value} of {said} bytes, not {size}")
        skip = _LENGTH_BYTES if step.framed else 0
        if len(self._held) < skip + size:
            return None
        part = bytes(self._held[skip : skip + size])
        del self._held[: skip + size]
        return part

    def _begin(self, preface: bytes) -> HandshakeState:
        identity = self._identity
        self._noise = HandshakeState(
            Pattern.XX_PSK3 if self._fleet else Pattern.XX,
            Keys(identity.static, identity.fleet_key, self._ephemeral or KeyPair.draw()),
            initiator=self._role is Role.DIALLER,
            prologue=preface,
        )
        return self._noise

    def take_preface(self, preface: bytes) -> bytes:
        """Agree on what the dialler offers."""
        if not preface.startswith(MAGIC):
            raise LinkError(Fault.PREFACE, f"began with {preface.hex()}")
        offered = preface[-1]
        if offered & ~(DEFLATE | FLEET) or offered & FLEET != self._fleet:
            raise LinkError(Fault.FLAGS, f"offered {offered:#04x}")
        self._flags &= offered
        self._begin(preface)
        return b""

    def take_message_1(self, message: bytes) -> bytes:
        """Answer the dialler's ephemeral key with all that proves this node."""
        noise = self._session
        noise.read(message)
        return _framed(noise.write_bound(lambda h: bytes([self._flags]) + self._proof(h)))

    def take_message_2(self, message: bytes) -> bytes:
        """Check the acceptor, and answer with all that proves this node."""
        noise = self._session
        payload = noise.read(message)
        accepted = payload[0]
        if accepted & ~self._flags or accepted & FLEET != self._fleet:
            raise LinkError(Fault.FLAGS, f"accepted {accepted:#04x} of {self._flags:#04x}")
        self._flags = accepted
        self._check(payload[1:], Role.ACCEPTOR)
        answer = _framed(noise.write_bound(self._proof))
        self._finish()
        return answer

    def take_message_3(self, message: bytes) -> bytes:
        """Check the dialler."""
        self._check(self._session.read(message), Role.DIALLER)
        self._finish()
        return b""

    @property
    def _session(self) -> HandshakeState:
        if self._noise is None:
            raise NoiseError("out of turn")
        return self._noise

    def _proof(self, bound_hash: bytes) -> bytes:
        return prove(self._identity, self._role, bound_hash)

    def _check(self, proof: bytes, role: Role) -> None:
        own = self._identity.node_key.verify_key
        self._peer = check(proof, role, self._session, own)

    def _finish(self) -> None:
        noise = self._session
        send, receive = noise.split()
        deflate = bool(self._flags & DEFLATE)
        self.secured = Secured(self._peer, noise.hash, deflate, send, receive)


class _Step(NamedTuple):
    """What one state waits for."""

    size_bytes: int
    framed: bool
    """Behind its length in two bytes."""
    take: Callable[[Handshake, bytes], bytes]
    then: State


_STEPS: Final[Mapping[State, _Step]] = {
    State.PREFACE: _Step(
        PREFACE_BYTES, framed=False, take=Handshake.take_preface, then=State.MESSAGE_1
    ),
    State.MESSAGE_1: _Step(32, framed=True, take=Handshake.take_message_1, then=State.MESSAGE_3),
    State.MESSAGE_2: _Step(
        32 + _STATIC_BYTES + 1 + PROOF_BYTES + TAG_BYTES,
        framed=True,
        take=Handshake.take_message_2,
        then=State.SECURED,
    ),
    State.MESSAGE_3: _Step(
        _STATIC_BYTES + PROOF_BYTES + TAG_BYTES,
        framed=True,
        take=Handshake.take_message_3,
        then=State.SECURED,
    ),
}


def _framed(message: bytes) -> bytes:
    return len(message).to_bytes(_LENGTH_BYTES) + message
