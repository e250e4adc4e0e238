"""The signed part of a received mail, found without parsing the rest of it.

Bytes in, bytes out: what was signed must stay exactly as it came (RFC 1847 2.1), and a
stranger's header is looked at for three fields only. Every step is one pass over the data.
"""

from __future__ import annotations

import binascii
import re

from desktop.errors import InputError
from desktop.frozen import dataclass

MAX_MAIL_BYTES = 40 * 1024 * 1024
"""A mail of 25 MB in base64, and room."""
_MAX_HEADER_BYTES = 256 * 1024
_LINE_END = re.compile(rb"\r?\n")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_TYPE = re.compile(rb"\s*([\w.+-]{1,80}/[\w.+-]{1,80})")
_PARAMETER = re.compile(rb';\s*([\w-]{1,40})\s*=\s*(?:"([^"]{0,400})"|([^\s;"]{1,400}))')
_OPAQUE = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_DETACHED = ("application/pkcs7-signature", "application/x-pkcs7-signature")


@dataclass(frozen=True)
class SignedPart:
    """A CMS structure, and the content that it signs from outside (None: it is inside)."""

    cms: bytes
    content: bytes | None


@dataclass(frozen=True)
class _Part:
    kind: str
    parameters: dict[str, str]
    encoding: str
    body: bytes


def signed_part(data: bytes) -> SignedPart:
    """The signature in a mail, or in a saved `smime.p7m` (DER).

    Raises InputError `signed-mail-too-large`, `signed-mail-none` where the mail as a whole
    is not signed with S/MIME, `signed-mail-unreadable` where its parts are not as they should be.
    """
    if len(data) > MAX_MAIL_BYTES:
        raise InputError("signed-mail-too-large", limit=MAX_MAIL_BYTES // (1024 * 1024))
    if data[:1] == b"\x30":
        return SignedPart(data, None)
    mail = _part(_LINE_END.sub(b"\r\n", data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")))
    if mail.kind in _OPAQUE and mail.parameters.get("smime-type", "signed-data") == "signed-data":
        return SignedPart(_decoded(mail), None)
    if mail.kind != "multipart/signed" or mail.parameters.get("protocol", "").lower() not in _DETACHED:
        raise InputError("signed-mail-none")
    content, signature = _two(mail)
    return SignedPart(_decoded(_part(signature)), content)


def _part(data: bytes) -> _Part:
    """The fields of an entity that matter here; a field that stands there twice means nothing good."""
    if data.startswith(b"\r\n"):
        head, body = b"", data[2:]
    else:
        head, _, body = data.partition(b"\r\n\r\n")
    if len(head) > _MAX_HEADER_BYTES:
        raise InputError("signed-mail-unreadable")
    fields: dict[str, bytes] = {}
    for line in _FOLD.sub(b"", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        field = name.strip().lower().decode("latin-1")
        if field in ("content-type", "content-transfer-encoding"):
            if field in fields:
                raise InputError("signed-mail-unreadable")
            fields[field] = value
    value = fields.get("content-type", b"")
    kind = _TYPE.match(value)
    return _Part(
        kind=kind[1].decode("latin-1").lower() if kind else "",
        parameters={
            name.decode("latin-1").lower(): (quoted or plain).decode("latin-1")
            for name, quoted, plain in _PARAMETER.findall(value)
        },
        encoding=fields.get("content-transfer-encoding", b"").strip().lower().decode("latin-1"),
        body=body,
    )


def _two(mail: _Part) -> tuple[bytes, bytes]:
    """The two parts of a multipart/signed, without the line ends that belong to its boundaries."""
    boundary = mail.parameters.get("boundary", "").encode("latin-1")
    if not boundary:
        raise InputError("signed-mail-unreadable")
    mark = re.compile(rb"\r\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r\n|\Z)")
    body = b"\r\n" + mail.body
    marks = []
    for found in mark.finditer(body):
        marks.append(found)
        if found[1] or len(marks) > 3:
            break
    if len(marks) != 3 or not marks[2][1]:
        raise InputError("signed-mail-unreadable")
    return body[marks[0].end() + 2 : marks[1].start()], body[marks[1].end() + 2 : marks[2].start()]


def _decoded(part: _Part) -> bytes:
    if part.encoding != "base64":
        raise InputError("signed-mail-unreadable")
    try:
        return binascii.a2b_base64(part.body)
    except binascii.Error as problem:
        raise InputError("signed-mail-unreadable") from problem
