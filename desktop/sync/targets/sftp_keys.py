"""Addresses and keys of SFTP: the server's, which is pinned, and the private one that signs in."""

from __future__ import annotations

import binascii
import io
from base64 import b64decode
from contextlib import suppress
from urllib.parse import unquote, urlsplit

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from paramiko.pkey import UnknownKeyType

from desktop.errors import InputError
from desktop.models.safekeeping import Place
from desktop.sync.targets.base import TargetError, tag_of

PORT = 22
PRIVATE = "-----BEGIN "
_KINDS: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


def parts_of(place: Place) -> tuple[str, int, str]:
    """Host, port and folder of `sftp://host[:port]/folder`; `/~/folder` lies where one signs in.

    An address that names the practice's own folder there means the folder around it. Raises
    InputError `target-address-wrong`.
    """
    try:
        parts = urlsplit(place.address.strip())
        port = parts.port
    except ValueError as error:
        raise InputError("target-address-wrong") from error
    path = unquote(parts.path).rstrip("/")
    plain = not parts.query and not parts.fragment and parts.username is None and "\0" not in path
    if parts.scheme != "sftp" or not parts.hostname or not plain or port == 0:
        raise InputError("target-address-wrong")
    head, _, last = path.rpartition("/")
    path = head if tag_of(last) is not None else path
    if path == "/~" or path.startswith("/~/"):
        path = f".{path[2:]}"
    return parts.hostname, port or PORT, path


def pinned_key(line: str) -> paramiko.PKey:
    """A key as OpenSSH writes it. Raises InputError `target-host-key-wrong`."""
    kind, _, rest = line.strip().partition(" ")
    try:
        return paramiko.PKey.from_type_string(kind, b64decode(rest.split(" ")[0], validate=True))
    except (paramiko.SSHException, UnknownKeyType, binascii.Error, ValueError, IndexError):
        raise InputError("target-host-key-wrong") from None


def private_key(secret: str) -> paramiko.PKey:
    """A private key in any form that people have. Raises TargetError `target-key-wrong`."""
    data = secret.strip().encode("utf-8") + b"\n"
    try:
        if b"BEGIN OPENSSH" in data:
            loaded = serialization.load_ssh_private_key(data, None)
        else:
            loaded = serialization.load_pem_private_key(data, None)  # type: ignore[assignment]
        plain = loaded.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        ).decode("ascii")
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it has a passphrase
        raise TargetError("target-key-wrong") from None
    for kind in _KINDS:
        with suppress(paramiko.SSHException):
            return kind.from_private_key(io.StringIO(plain))
    raise TargetError("target-key-wrong")
