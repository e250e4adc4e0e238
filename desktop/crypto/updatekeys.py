"""The signature over the list of the newest version: Ed25519 (RFC 8032) over canonical JSON (RFC 8785).

The document has one form only: what comes must be, octet by octet, what its own content is written
as. So nobody has to ask what a second "version" in it, a space or another order means.
`docs/formats/update-manifest.md` has it in full.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop.errors import InputError

MOST = 64 * 1024
"""Octets of a document: a list of one version with its notes in two languages has room four times over."""
_PURPOSE = b"sealwell-update-1\n"
"""Stands before what is signed: no signature made for anything else counts here."""
_KEY_BYTES = 32
_FIELDS = {"key", "list", "signature"}


def key_id(public: bytes) -> str:
    """The first 16 hex digits of the SHA-256 of the 32 octets of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def keys_of(document: bytes) -> dict[str, bytes]:
    """The public keys of a key file by their ids; it is ours, so ValueError for one that is not sound."""
    given = json.loads(document)
    keys = {str(one["id"]): base64.b64decode(one["public"], validate=True) for one in given["keys"]}
    if given["format"] != "sealwell-update-keys-1" or len(keys) != len(given["keys"]):
        raise ValueError("no key file")
    if any(len(public) != _KEY_BYTES or name != key_id(public) for name, public in keys.items()):
        raise ValueError("a key that is none")
    return keys


def signed(content: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """The document: the content, the id of the key and the signature."""
    signature = key.sign(_PURPOSE + rfc8785.dumps(dict(content)))
    return rfc8785.dumps(
        {
            "key": key_id(public_bytes(key)),
            "list": dict(content),
            "signature": base64.b64encode(signature).decode("ascii"),
        }
    )


def opened(document: bytes, keys: Mapping[str, bytes]) -> dict[str, Any]:
    """The content, once one of `keys` has signed it.

    Raises InputError "update-not-readable", "update-unknown-key", "update-signature".
    """
    given = _parsed(document)
    public = keys.get(given["key"])
    if public is None:
        raise InputError("update-unknown-key")
    try:
        signature = base64.b64decode(given["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _PURPOSE + rfc8785.dumps(given["list"]))
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise InputError("update-signature") from error
    content: dict[str, Any] = given["list"]
    return content


def _parsed(document: bytes) -> dict[str, Any]:
    """In its one form; of what stands in it only the frame is known to be right."""
    if len(document) > MOST:
        raise InputError("update-not-readable")
    try:
        given = json.loads(document)
        same = rfc8785.dumps(given) == document
    except (ValueError, RecursionError, rfc8785.CanonicalizationError) as error:
        raise InputError("update-not-readable") from error
    if not same or not isinstance(given, dict) or given.keys() != _FIELDS:
        raise InputError("update-not-readable")
    if not (
        isinstance(given["key"], str)
        and isinstance(given["signature"], str)
        and isinstance(given["list"], dict)
    ):
        raise InputError("update-not-readable")
    return given
