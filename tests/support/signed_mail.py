"""Mail that is encrypted or signed, as people's programs write it: made by gpg and OpenSSL."""

from __future__ import annotations

import base64
from pathlib import Path

from desktop.crypto.smime import Identity
from tests.support.gpg import Correspondents
from tests.support.smime_readers import OpenSsl

TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nMay I come on Tuesday?\r\n"
INNER = (
    b"Content-Type: multipart/mixed; boundary=in\r\nSubject: About my visit\r\n\r\n--in\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nMay I come on Tuesday?\r\n--in\r\n"
    b'Content-Type: application/pdf; name="results.pdf"\r\n\r\nPDF\r\n--in--\r\n'
)
"""A mail with words, a subject of its own and a file."""


def head(sender: str, subject: str = "...") -> bytes:
    return f"From: <{sender}>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n".encode()


def by_pgp(armored: bytes, sender: str) -> bytes:
    """RFC 3156 4."""
    return (
        head(sender)
        + b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=e\r\n\r\n'
        b"--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--e\r\n"
        b'Content-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n' + armored + b"\r\n--e--\r\n"
    )


def signed_by_pgp(people: Correspondents, key: str, sender: str, content: bytes = INNER) -> bytes:
    """RFC 3156 5."""
    signature = people.run("--armor", "--local-user", key, "--detach-sign", data=content).stdout
    return (
        head(sender, "Signed")
        + b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=s\r\n\r\n'
        b"--s\r\n" + content + b"\r\n--s\r\n"
        b'Content-Type: application/pgp-signature; name="signature.asc"\r\n\r\n'
        + signature
        + b"\r\n--s--\r\n"
    )


def by_smime(der: bytes, sender: str, kind: str = "enveloped-data") -> bytes:
    """RFC 8551 3.3."""
    return (
        head(sender)
        + f'Content-Type: application/pkcs7-mime; smime-type={kind}; name="smime.p7m"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n".encode()
        + base64.encodebytes(der)
    )


def signed_by_smime(
    folder: Path, own: Identity, sender: str, content: bytes = INNER, *, opaque: bool = False
) -> bytes:
    """Clear (RFC 8551 3.5.3) or around its content (3.5.2); without `sender` an entity to encrypt."""
    program = OpenSsl(folder, "signer", own)
    if opaque:
        der = program.sign(content, "-nodetach", "-outform", "DER")
        return by_smime(der, sender, "signed-data")
    der = program.sign(content, "-outform", "DER")
    return (
        (head(sender, "Signed") if sender else b"")
        + b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=s\r\n\r\n'
        b"--s\r\n" + content + b"\r\n--s\r\n"
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(der) + b"\r\n--s--\r\n"
    )
