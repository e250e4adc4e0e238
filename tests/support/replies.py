"""A reply as a locked page's script seals it, written by another hand."""

from __future__ import annotations

import json
import re

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from desktop.crypto.envelope_header import b64


def sealed_reply(public: bytes, file: bytes, token: bytes, text: str) -> bytes:
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    key = HKDF(SHA256(), 32, point + public, b"sealwell/reply/1").derive(shared)
    head = json.dumps({"v": 1, "file": b64(file), "key": b64(point), "nonce": b64(bytes(12))}).encode()
    index = json.dumps({"token": b64(token), "text": text}).encode()
    plain = len(index).to_bytes(4, "big") + index
    body = f"{b64(head)}.{b64(AESGCM(key).encrypt(bytes(12), plain, head))}"
    lines = "\n".join(re.findall(".{1,64}", body))
    return f"-----BEGIN SEALWELL REPLY-----\n{lines}\n-----END SEALWELL REPLY-----\n".encode()
