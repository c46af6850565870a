"""Noise_XX and Noise_XXpsk3 over 25519, ChaChaPoly and SHA256 (Noise, revision 34), sans-IO."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from node.net.cipher import KEY_BYTES, TAG_BYTES, CipherState, KeyPair
from node.net.errors import NoiseError
from node.net.symmetric import SymmetricState

PSK_BYTES: Final = 32
MAX_MESSAGE_BYTES: Final = 65_535

_Messages = tuple[tuple[str, ...], ...]
_XX: Final[_Messages] = (("e",), ("e", "ee", "s", "es"), ("s", "se"))


class Pattern(Enum):
    """What each message does, by Noise's tokens; the initiator writes the first."""

    XX = (b"Noise_XX_25519_ChaChaPoly_SHA256", _XX)
    XX_PSK3 = (b"Noise_XXpsk3_25519_ChaChaPoly_SHA256", (*_XX[:2], (*_XX[2], "psk")))

    def __init__(self, protocol: bytes, messages: _Messages) -> None:
        self.protocol = protocol
        """Name that both sides hash first."""
        self.messages = messages

    @property
    def uses_psk(self) -> bool:
        """Return whether both sides must know a key beforehand."""
        return any("psk" in tokens for tokens in self.messages)


@dataclass(frozen=True, slots=True)
class Keys:
    """What one side brings to a handshake."""

    static: KeyPair
    psk: bytes | None = field(default=None, repr=False)
    """Known to both sides, for patterns that use one."""
    ephemeral: KeyPair = field(default_factory=KeyPair.draw)
    """For one handshake only; given in tests alone."""


class HandshakeState:
    """One side of a handshake: messages are written and read in turn, then it is split."""

    def __init__(
        self, pattern: Pattern, keys: Keys, *, initiator: bool, prologue: bytes = b""
    ) -> None:
        """Take the keys, and a prologue that must be the same on both sides.

        Raises:
            ValueError: ``keys.psk`` is not what the pattern asks for.
        """
        if (None if keys.psk is None else len(keys.psk)) != (
            PSK_BYTES if pattern.uses_psk else None
        ):
            raise ValueError(
                f"{pattern.name}: {PSK_BYTES} bytes of psk, or none where none is used"
            )
        self._pattern = pattern
        self._initiator = initiator
        self._keys = keys
        self._remote_ephemeral = b""
        self.remote_static = b""
        """The other side's static key, once its message was read."""
        self._symmetric = SymmetricState(pattern.protocol)
        self._symmetric.mix_hash(prologue)
        self._step = 0
        self._dead = False
        self.bound_hash = b""
        """``hash`` just before the payload of the last message: what that payload may sign."""

    def __repr__(self) -> str:
        """Return a text without any key, fit for a log."""
        return f"HandshakeState({self._pattern.name}, step={self._step})"

    @property
    def hash(self) -> bytes:
        """Return 32 bytes that agree on both sides if all that was said does."""
        return self._symmetric.hash

    @property
    def finished(self) -> bool:
        """Return whether all messages were said."""
        return self._step == len(self._pattern.messages)

    def write(self, payload: bytes = b"") -> bytes:
        """Return the next message.

        Raises:
            NoiseError: it is not our turn, or the other side's key is of small order.
        """
        return self.write_bound(lambda _hash: payload)

    def write_bound(self, payload_for: Callable[[bytes], bytes]) -> bytes:
        """Return the next message, its payload made from ``bound_hash``.

        Raises:
            NoiseError: as ``write`` does.
        """
        out = bytearray()
        for token in self._take_turn(writes=True):
            match token:
                case "e":
                    out += self._keys.ephemeral.public
                    self._mix_ephemeral(self._keys.ephemeral.public)
                case "s":
                    out += self._symmetric.seal(self._keys.static.public)
                case _:
                    self._mix(token)
        self.bound_hash = self.hash
        out += self._symmetric.seal(payload_for(self.bound_hash))
        if len(out) > MAX_MESSAGE_BYTES:
            raise NoiseError("a message longer than Noise allows")
        return self._end_turn(bytes(out))

    def read(self, message: bytes) -> bytes:
        """Return the payload of the other side's next message.

        Raises:
            NoiseError: it is not their turn, or the message is not theirs; drop the session.
        """
        rest = message
        for token in self._take_turn(writes=False):
            match token:
                case "e":
                    self._remote_ephemeral, rest = _cut(rest, KEY_BYTES)
                    self._mix_ephemeral(self._remote_ephemeral)
                case "s":
                    tag_bytes = TAG_BYTES if self._symmetric.encrypts else 0
                    sealed, rest = _cut(rest, KEY_BYTES + tag_bytes)
                    self.remote_static = self._symmetric.open(sealed)
                case _:
                    self._mix(token)
        self.bound_hash = self.hash
        return self._end_turn(self._symmetric.open(rest))

    def split(self) -> tuple[CipherState, CipherState]:
        """Return the transport states, of what is sent and of what is received.

        Raises:
            NoiseError: the handshake is not over.
        """
        if self._dead or not self.finished:
            raise NoiseError("the handshake is not over")
        self._dead = True
        outward, inward = self._symmetric.split()
        return (outward, inward) if self._initiator else (inward, outward)

    def _take_turn(self, *, writes: bool) -> tuple[str, ...]:
        # Dead until the message is done: no half-read message is ever gone on from.
        ours = (self._step % 2 == 0) == self._initiator
        if self._dead or self.finished or ours != writes:
            raise NoiseError("out of turn")
        self._dead = True
        return self._pattern.messages[self._step]

    def _end_turn(self, result: bytes) -> bytes:
        self._step += 1
        self._dead = False
        return result

    def _mix_ephemeral(self, public: bytes) -> None:
        self._symmetric.mix_hash(public)
        if self._pattern.uses_psk:  # Noise 9.2: there an ephemeral key is key material too
            self._symmetric.mix_key(public)

    def _mix(self, token: str) -> None:
        match token:
            case "psk":
                self._symmetric.mix_key_and_hash(self._keys.psk or b"")
            case _:
                ours, theirs = token[0], token[1]
                if not self._initiator:
                    ours, theirs = theirs, ours
                local = self._keys.ephemeral if ours == "e" else self._keys.static
                remote = self._remote_ephemeral if theirs == "e" else self.remote_static
                self._symmetric.mix_key(local.shared_with(remote))


def _cut(data: bytes, size_bytes: int) -> tuple[bytes, bytes]:
    if len(data) < size_bytes:
        raise NoiseError("the message ends too soon")
    return data[:size_bytes], data[size_bytes:]
