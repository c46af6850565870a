"""The signed unit of the log: a COSE_Sign1 (RFC 9052) of fixed framing over one payload."""

import hashlib
from dataclasses import dataclass
from typing import Final

from node.protocol import cbor, limits, payload
from node.protocol.errors import DecodeError
from node.protocol.ids import EnvelopeId
from node.protocol.keys import SIGNATURE_BYTES, SigningKey, verify
from node.protocol.kinds import check_kind
from node.protocol.payload import FIRST_PREV, Payload

__all__ = ["FIRST_PREV", "Envelope", "Payload", "open_envelope", "seal"]

_BSTR: Final = 2
_BEFORE_PAYLOAD: Final = bytes.fromhex("D28443A10127A0")
"""Tag 18, array of 4, protected header {1: -8} (EdDSA), empty unprotected header."""
_BEFORE_SIGNATURE: Final = cbor.head(_BSTR, SIGNATURE_BYTES)
_BEFORE_SIGNED: Final = (
    bytes.fromhex("846A") + b"Signature1" + bytes.fromhex("43A101274D") + b"disasternet/1"
)
"""Sig_structure up to the payload: context, protected header, external data."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with a valid signature; only ``seal`` and ``open_envelope`` make one."""

    id: EnvelopeId
    payload: Payload
    exact: bytes
    """The bytes to store and to pass on, never encoded anew."""


def seal(key: SigningKey, content: Payload) -> Envelope:
    """Return ``content`` signed; the same bytes for the same key and content.

    Raises:
        ValueError: it is another author's, or breaks a rule by which every box would refuse
            it. Nothing left this function: correct it and use the same seq.
    """
    if content.author != key.verify_key:
        raise ValueError("the payload names another author")
    framed = _bstr(payload.encode(content))
    signature = key.sign(_BEFORE_SIGNED + framed)
    try:
        return open_envelope(_BEFORE_PAYLOAD + framed + _BEFORE_SIGNATURE + signature)
    except DecodeError as error:
        raise ValueError(f"no box would take this payload: {error}") from error


def open_envelope(data: bytes) -> Envelope:
    """Return the envelope whose bytes ``data`` are, verified.

    Whether it is taken depends on ``data`` alone: on no clock, no store, and no version of
    Python or Unicode.

    Args:
        data: anything, from anybody.

    Raises:
        DecodeError: a rule of docs/protocol.md is broken; keep nothing of it. Checked in
            this order: size, framing, encoding, range of each field, signature, kind.
    """
    encoded, signature = _unframe(data)
    content = payload.decode(encoded)
    signed = _BEFORE_SIGNED + _bstr(encoded)
    if not verify(content.author, signed, signature):
        raise DecodeError("signature", "not by the author")
    check_kind(
        content.kind,
        room=content.room,
        ttl_s=content.ttl_s,
        body=content.body,
        size_bytes=len(data),
    )
    return Envelope(EnvelopeId(hashlib.sha256(signed).digest()), content, data)


def reopen(exact: bytes) -> Envelope:
    """Return the envelope of bytes that ``open_envelope`` once took; nothing is verified again.

    For bytes out of one's own store only: a signature costs twenty times the rest.

    Raises:
        DecodeError: they are not such bytes; the store is damaged.
    """
    encoded, _ = _unframe(exact)
    signed = _BEFORE_SIGNED + _bstr(encoded)
    return Envelope(EnvelopeId(hashlib.sha256(signed).digest()), payload.decode(encoded), exact)


def _unframe(data: bytes) -> tuple[bytes, bytes]:
    """Return payload and signature of the one framing there is, decoding nothing."""
    if len(data) > limits.MAX_ENVELOPE_BYTES:
        raise DecodeError("size", f"{len(data)} bytes")
    end = len(data) - len(_BEFORE_SIGNATURE) - SIGNATURE_BYTES
    for head_bytes in (1, 2, 3):
        start = len(_BEFORE_PAYLOAD) + head_bytes
        if end < start or data[end:-SIGNATURE_BYTES] != _BEFORE_SIGNATURE:
            break
        head = cbor.head(_BSTR, end - start)
        if len(head) == head_bytes and data.startswith(_BEFORE_PAYLOAD + head):
            return data[start:end], data[-SIGNATURE_BYTES:]
    raise DecodeError("framing", "not the COSE_Sign1 of an envelope")


def _bstr(data: bytes) -> bytes:
    return cbor.head(_BSTR, len(data)) + data
