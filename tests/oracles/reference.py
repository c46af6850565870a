"""What general libraries say: cbor2 on encodings, cwt on COSE signatures.

They live in an environment of their own, without which this module does not import.
"""

import base64
import importlib
from typing import Any

_AAD = b"disasternet/1"

cbor2: Any = importlib.import_module("cbor2")
_cwt: Any = importlib.import_module("cwt")


def dumps(value: object) -> bytes:
    """Return the canonical encoding of ``value`` by cbor2."""
    data: bytes = cbor2.dumps(value, canonical=True)
    return data


def cose_verify(data: bytes, author: bytes) -> bytes | None:
    """Return the payload if cwt finds ``data`` signed by ``author``, None if it finds a fault."""
    try:
        payload: bytes = _cwt.COSE.new().decode(data, _key({"x": author}), external_aad=_AAD)
    except Exception:  # noqa: BLE001 - cwt has many errors for hostile bytes
        return None
    return payload


def cose_sign(payload: bytes, author: bytes, seed: bytes) -> bytes:
    """Return the COSE_Sign1 that cwt makes of ``payload``."""
    sender = _cwt.COSE.new(alg_auto_inclusion=True)
    data: bytes = sender.encode(payload, _key({"x": author, "d": seed}), external_aad=_AAD)
    return data


def _key(parts: dict[str, bytes]) -> Any:  # noqa: ANN401 - no types without the library
    encoded = {
        name: base64.urlsafe_b64encode(part).rstrip(b"=").decode() for name, part in parts.items()
    }
    return _cwt.COSEKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", **encoded})
