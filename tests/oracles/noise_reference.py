"""The ``noiseprotocol`` package as one side of a link.

It lives in an environment of its own, without which this module does not import.
"""

import hashlib
import importlib
import warnings
from collections.abc import Callable
from typing import Any

import nacl.signing
from nacl.bindings import crypto_scalarmult_base

_connection: Any = importlib.import_module("noise.connection")

XX = b"Noise_XX_25519_ChaChaPoly_SHA256"
XX_PSK3 = b"Noise_XXpsk3_25519_ChaChaPoly_SHA256"

_MARK = b"the payload to come"


def seed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


class Reference:
    """One side of a Noise session by ``noiseprotocol``."""

    def __init__(
        self,
        keys: tuple[bytes, bytes],
        *,
        initiator: bool,
        prologue: bytes,
        psk: bytes | None = None,
    ) -> None:
        """Take static and ephemeral secret, and what both sides know before."""
        self._noise = _connection.NoiseConnection.from_name(XX if psk is None else XX_PSK3)
        if initiator:
            self._noise.set_as_initiator()
        else:
            self._noise.set_as_responder()
        kinds = _connection.Keypair
        for kind, secret in zip((kinds.STATIC, kinds.EPHEMERAL), keys, strict=True):
            self._noise.set_keypair_from_private_bytes(kind, secret)
        if psk is not None:
            self._noise.set_psks(psk)
        self._noise.set_prologue(prologue)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the given ephemeral keys
            self._noise.start_handshake()
        self._state = self._noise.noise_protocol.handshake_state

    def write(self, payload_for: Callable[[bytes], bytes]) -> bytes:
        """Return the next message; the payload is made from the hash just before it."""
        symmetric = self._state.symmetric_state
        honest = symmetric.encrypt_and_hash

        def bound(plaintext: bytes) -> bytes:
            real = payload_for(bytes(symmetric.h)) if plaintext == _MARK else plaintext
            sealed: bytes = honest(real)
            return sealed

        symmetric.encrypt_and_hash = bound
        message = bytes(self._noise.write_message(_MARK))
        symmetric.encrypt_and_hash = honest
        return message

    def read(self, message: bytes) -> tuple[bytes, bytes]:
        """Return the payload of the next message and the hash just before it."""
        symmetric = self._state.symmetric_state
        honest = symmetric.decrypt_and_hash
        before: list[bytes] = []

        def watched(sealed: bytes) -> bytes:
            before.append(bytes(symmetric.h))
            plaintext: bytes = honest(sealed)
            return plaintext

        symmetric.decrypt_and_hash = watched
        payload = bytes(self._noise.read_message(message))
        symmetric.decrypt_and_hash = honest
        return payload, before[-1]

    @property
    def hash(self) -> bytes:
        """Return the handshake hash."""
        return bytes(self._noise.get_handshake_hash())

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return the next transport message."""
        return bytes(self._noise.encrypt(plaintext))

    def decrypt(self, message: bytes) -> bytes:
        """Return what the other side's next transport message says."""
        return bytes(self._noise.decrypt(message))

    def rekey_outward(self) -> None:
        """Renew the key of what is sent."""
        self._noise.rekey_outbound_cipher()

    def rekey_inward(self) -> None:
        """Renew the key of what is received."""
        self._noise.rekey_inbound_cipher()


def proof(name: str, role: int, bound_hash: bytes) -> bytes:
    """Return what the box of this name proves itself with, by docs/protocol.md alone."""
    key = nacl.signing.SigningKey(seed(f"{name} node"))
    public = crypto_scalarmult_base(seed(f"{name} static"))
    signed = b"disasternet/1 link" + public + bytes([role]) + bound_hash
    return bytes(key.verify_key) + key.sign(signed).signature


def framed(message: bytes) -> bytes:
    """Return ``message`` behind its length."""
    return len(message).to_bytes(2) + message


def transcript(case: dict[str, Any]) -> tuple[list[str], Reference, Reference]:
    """Return what boxes A and B say in the handshake of a vector, and both sides of it.

    All of it by ``noiseprotocol`` and docs/protocol.md, nothing by ``node``.
    """
    fleet_key = bytes.fromhex(case["fleet_key"]) if case["fleet_key"] else None
    fleet = 2 if fleet_key else 0
    preface = b"DN\x01" + bytes([fleet | case["dialler_offers_deflate"]])
    deflate = case["dialler_offers_deflate"] and case["acceptor_takes_deflate"]
    accepted = bytes([fleet | deflate])
    dials, accepts = (
        Reference(
            (seed(f"{name} static"), seed(f"{role} ephemeral")),
            initiator=name == "A",
            prologue=preface,
            psk=fleet_key,
        )
        for name, role in (("A", "dialler"), ("B", "acceptor"))
    )
    first = dials.write(lambda _h: b"")
    accepts.read(first)
    second = accepts.write(lambda h: accepted + proof("B", 1, h))
    dials.read(second)
    third = dials.write(lambda h: proof("A", 0, h))
    accepts.read(third)
    return (
        [(preface + framed(first)).hex(), framed(second).hex(), framed(third).hex()],
        dials,
        accepts,
    )


def conversation(case: dict[str, Any]) -> list[str]:
    """Return the records of a vector's frames, each side's key renewed as the vector says."""
    _, dials, accepts = transcript(case)
    ends = {"dialler": (dials, accepts), "acceptor": (accepts, dials)}
    counts = dict.fromkeys(ends, 0)
    records: list[str] = []
    for entry in case["frames"]:
        sender, receiver = ends[entry["from"]]
        if counts[entry["from"]] and counts[entry["from"]] % case["rekey_interval"] == 0:
            sender.rekey_outward()
            receiver.rekey_inward()
        counts[entry["from"]] += 1
        sealed = sender.encrypt(bytes.fromhex(entry["plaintext"]))
        assert receiver.decrypt(sealed).hex() == entry["plaintext"]
        records.append(framed(sealed).hex())
    return records
