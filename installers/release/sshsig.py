"""Detached signatures that everybody's `ssh-keygen -Y verify` reads (OpenSSH, PROTOCOL.sshsig).

The key is the one of the update list, which already is an OpenSSH key; the namespace keeps a signature
for one purpose from counting for another. Ed25519 alone.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAMESPACE = "sealwell-release"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_MAGIC, _VERSION = b"SSHSIG", struct.pack(">I", 1)
_KIND, _HASH = b"ssh-ed25519", b"sha512"
_LINE = 70


class NotSigned(Exception):
    """No key of ours has signed this."""


def sign(content: bytes, key: Ed25519PrivateKey, namespace: str = NAMESPACE) -> bytes:
    """The armoured signature."""
    public = _strings(_KIND, key.public_key().public_bytes_raw())
    signature = _strings(_KIND, key.sign(_signed(content, namespace)))
    body = _MAGIC + _VERSION + _strings(public, namespace.encode(), b"", _HASH, signature)
    text = base64.b64encode(body).decode("ascii")
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\n".join((_BEGIN, *lines, _END, "")).encode()


def verify(content: bytes, armoured: bytes, keys: Iterable[bytes], namespace: str = NAMESPACE) -> bytes:
    """The public key of `keys` (32 octets each) that signed `content`. Raises NotSigned.

    A signature has one form only, so it is made anew from its last 64 octets and compared.
    """
    lines = armoured.decode("ascii", "replace").split("\n")
    try:
        body = base64.b64decode("".join(lines[1:-2]), validate=True)
    except ValueError as error:
        raise NotSigned("not a signature") from error
    for public in keys:
        form = _strings(_strings(_KIND, public), namespace.encode(), b"", _HASH)
        if body[:-64] == _MAGIC + _VERSION + form + _before_signature():
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(body[-64:], _signed(content, namespace))
            except InvalidSignature as error:
                raise NotSigned("the signature is not of this file") from error
            return public
    raise NotSigned("no key of ours")


def _signed(content: bytes, namespace: str) -> bytes:
    return _MAGIC + _strings(namespace.encode(), b"", _HASH, hashlib.sha512(content).digest())


def _before_signature() -> bytes:
    inner = _strings(_KIND, bytes(64))
    return struct.pack(">I", len(inner)) + inner[:-64]


def _strings(*values: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(value)) + value for value in values)
