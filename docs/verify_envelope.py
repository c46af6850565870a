"""Verify an envelope with a general COSE library: python verify_envelope.py FILE."""  # noqa: INP001

import base64
import sys
from pathlib import Path

import cbor2
from cwt import COSE, COSEKey

data = Path(sys.argv[1]).read_bytes()
author = base64.urlsafe_b64encode(cbor2.loads(cbor2.loads(data).value[2])[2]).rstrip(b"=").decode()
key = COSEKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": author})
payload = COSE.new().decode(data, key, external_aad=b"disasternet/1")
sys.stdout.write(f"verified {cbor2.loads(payload)}\n")
