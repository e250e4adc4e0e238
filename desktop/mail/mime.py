"""The one writer of MIME: canonical bytes, 7-bit, CRLF, made once and never re-serialised.

Bytes that are signed here travel unchanged (RFC 3156 5, RFC 8551 3.1). Boundaries
start with `=_`, which neither quoted-printable nor base64 can produce (RFC 2045 6.7,
6.8), so that no content can end its part.
"""

from __future__ import annotations

import binascii
import hashlib
import html as html_escape
import mimetypes
import re
from dataclasses import field
from functools import lru_cache
from struct import iter_unpack
from urllib.parse import quote

from desktop.frozen import dataclass
from desktop.mail.headers import Header, block, one_line

_KINDS = mimetypes.MimeTypes()
_NEWLINES = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_RISKY_LINES = (b"\n.", b"\nFrom ")
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_BODY = re.compile(r"<body[^>]*>", re.IGNORECASE)
_LEGACY = 'hp-legacy-display="1"'


@dataclass(frozen=True)
class Attachment:
    """A file inside a message; its name is that of the sealed part."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Picture:
    """What a page shows of its own: it travels inside the message (RFC 2387), never fetched.

    `name` is the practice's word for it; `kind` its media type.
    """

    name: str
    kind: str
    data: bytes = field(repr=False)


def picture_id(name: str) -> str:
    """What a page names it by, `cid:` and this (RFC 2392)."""
    return f"{name}@picture.invalid"


@dataclass(frozen=True)
class Entity:
    """One MIME entity: its structural fields and its body, which ends with CRLF."""

    fields: tuple[Header, ...]
    body: bytes = field(repr=False)

    def __bytes__(self) -> bytes:
        return block(self.fields) + b"\r\n" + self.body


def canonical(text: str) -> str:
    """`text` with every line ended by CRLF and no control characters but the tab."""
    bare = text.replace("\r\n", "\n")
    if bare.replace("\n", "").replace("\t", "").isprintable():  # nothing to take out: most pages
        return (bare.removesuffix("\n") + "\n").replace("\n", "\r\n") if bare else ""
    lines = _NEWLINES.split(_CONTROLS.sub("", text))
    if lines[-1] == "":
        lines.pop()
    return "".join(f"{line}\r\n" for line in lines)


def text_entity(
    text: str,
    html: str | None = None,
    attachments: tuple[Attachment, ...] = (),
    legacy_subject: str = "",
    token: str = "",
    pictures: tuple[Picture, ...] = (),
) -> Entity:
    """The content of a message: text, perhaps also as a page with its pictures, perhaps with files.

    `legacy_subject` repeats the subject at the head of the text for mail programs that do
    not know header protection, and marks it so that others hide it (RFC 9788 2.1.2). `token`
    is for the outermost boundary (`correlation.py`), here and below.
    """
    content = _text(
        "plain", f"Subject: {legacy_subject}\r\n\r\n{text}" if legacy_subject else text, legacy_subject
    )
    if html is not None:
        page = _text("html", _html(html, legacy_subject), legacy_subject)
        if pictures:
            parts = (page, *(_embedded(picture) for picture in pictures))
            page = _multipart("related", parts, '\r\n type="text/html";')
        content = _multipart("alternative", (content, page), token="" if attachments else token)
    if attachments:
        content = _multipart("mixed", (content, *(attached(file) for file in attachments)), token=token)
    return content


def _html(html: str, legacy_subject: str) -> str:
    if not legacy_subject:
        return html
    shown = html_escape.escape(f"Subject: {legacy_subject}")
    return above(f'<div class="header-protection-legacy-display"><pre>{shown}</pre></div>', html)


def above(fragment: str, html: str) -> str:
    """`fragment` as the first thing that a page shows."""
    body = _BODY.search(html)
    return f"{html[: body.end()]}{fragment}\r\n{html[body.end() :]}" if body else f"{fragment}\r\n{html}"


@lru_cache(maxsize=8)
def _embedded(picture: Picture) -> Entity:
    """Written once for all letters that show it."""
    return Entity(
        (
            ("Content-Type", picture.kind),
            ("Content-Transfer-Encoding", "base64"),
            ("Content-ID", f"<{picture_id(picture.name)}>"),
            ("Content-Disposition", "inline"),
        ),
        base64_lines(picture.data),
    )


def _text(subtype: str, text: str, legacy_subject: str) -> Entity:
    encoding, body = _encoded(canonical(text).encode("utf-8"))
    mark = f";\r\n {_LEGACY}" if legacy_subject else ""
    return Entity(
        (("Content-Type", f"text/{subtype}; charset=utf-8{mark}"), ("Content-Transfer-Encoding", encoding)),
        body,
    )


_PLAIN = bytes((*b"\r\n", *range(0x20, 0x7F)))
"""Bytes that quoted-printable leaves as they are."""
_LOOK = 4096


def _encoded(data: bytes) -> tuple[str, bytes]:
    """Quoted-printable, unless a relay could mistake a line of it, or base64 is shorter.

    A page all in one line would be broken anywhere, nearly always before some full stop too.
    """
    begins = data[:_LOOK]
    longest = max(map(len, data.split(b"\n")))
    if longest <= _LOOK and len(begins.translate(None, _PLAIN)) * 5 <= len(begins):
        quoted = binascii.b2a_qp(data, istext=True)
        if not any(risky in b"\n" + quoted for risky in _RISKY_LINES):
            return "quoted-printable", quoted
    return "base64", base64_lines(data)


def base64_lines(data: bytes) -> bytes:
    """Base64 in lines of 76 (RFC 2045 6.8), each ended by CRLF."""
    whole = binascii.b2a_base64(data, newline=False)
    last = len(whole) // 76 * 76
    lines = [line for (line,) in iter_unpack("76s", whole[:last])]
    return b"\r\n".join([*lines, whole[last:], b""] if last < len(whole) else [*lines, b""])


def media_type(name: str) -> str:
    """By the built-in table; what could be read as further parts of this message is octets."""
    kind = _KINDS.guess_type(name)[0] or "application/octet-stream"
    return "application/octet-stream" if kind.startswith(("multipart/", "message/")) else kind


def attached(file: Attachment, kind: str = "") -> Entity:
    """One file as a part; the name as RFC 2231 where it is not short plain ASCII."""
    return Entity(
        (
            ("Content-Type", kind or media_type(file.name)),
            ("Content-Transfer-Encoding", "base64"),
            ("Content-Disposition", f"attachment{_file_name(file.name)}"),
        ),
        base64_lines(file.data),
    )


def _file_name(name: str) -> str:
    if _SAFE_NAME.fullmatch(name):
        return f';\r\n filename="{name}"'
    pieces: list[str] = []
    line = "utf-8''"
    for char in one_line(name):
        coded = quote(char, safe="")
        if len(line) + len(coded) > 55:
            pieces.append(line)
            line = ""
        line += coded
    pieces.append(line)
    if len(pieces) == 1:
        return f";\r\n filename*={pieces[0]}"
    return "".join(f";\r\n filename*{number}*={piece}" for number, piece in enumerate(pieces))


def _multipart(subtype: str, parts: tuple[Entity, ...], parameters: str = "", token: str = "") -> Entity:
    raw = [bytes(part) for part in parts]
    own = token or hashlib.sha256(subtype.encode() + b"".join(raw)).hexdigest()[:32]
    mark = b"=_" + own.encode("ascii")
    body = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in raw) + b"--" + mark + b"--\r\n"
    kind = f'multipart/{subtype};{parameters}\r\n boundary="{mark.decode()}"'
    return Entity((("Content-Type", kind),), body)


def gathered(text: str, mails: tuple[bytes, ...]) -> Entity:
    """A text, and whole mails just as they came (RFC 2046 5.2.1, which lets none be encoded)."""
    kept = tuple(
        Entity(
            (
                ("Content-Type", "message/rfc822"),
                ("Content-Transfer-Encoding", "binary"),
                ("Content-Disposition", f'attachment; filename="message-{number}.eml"'),
            ),
            mail,
        )
        for number, mail in enumerate(mails, start=1)
    )
    return _multipart("mixed", (text_entity(text), *kept))


def protected(entity: Entity, inner: tuple[Header, ...], outer: tuple[Header, ...]) -> Entity:
    """`entity` as a payload that carries its own header (RFC 9788 5.2, `hp="cipher"`).

    `inner` are the true fields, `outer` those that everyone on the way can read.
    """
    (name, kind), *rest = entity.fields
    seen = tuple(("HP-Outer", f"{outer_name}:\r\n {value}") for outer_name, value in outer)
    return Entity((*inner, *seen, (name, f'{kind};\r\n hp="cipher"'), *rest), entity.body)


def pgp_encrypted(armored: bytes, token: str = "") -> Entity:
    """RFC 3156 4 around one armored message that is signed and encrypted at once (6.2)."""
    data = armored.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    control = Entity((("Content-Type", "application/pgp-encrypted"),), b"Version: 1\r\n")
    sealed = Entity(
        (
            ("Content-Type", 'application/octet-stream; name="encrypted.asc"'),
            ("Content-Disposition", 'inline; filename="encrypted.asc"'),
        ),
        data if data.endswith(b"\r\n") else data + b"\r\n",
    )
    return _multipart("encrypted", (control, sealed), '\r\n protocol="application/pgp-encrypted";', token)


def smime_enveloped(der: bytes, smime_type: str = "enveloped-data") -> Entity:
    """RFC 8551 3.3 and 3.4 around a CMS EnvelopedData or AuthEnvelopedData."""
    kind = f'application/pkcs7-mime; smime-type={smime_type};\r\n name="smime.p7m"'
    return Entity(
        (
            ("Content-Type", kind),
            ("Content-Transfer-Encoding", "base64"),
            ("Content-Disposition", 'attachment; filename="smime.p7m"'),
        ),
        base64_lines(der),
    )


def with_file(text: str, name: str, locked: bytes, kind: str, token: str = "") -> Entity:
    """A neutral text with the locked file beside it; `name` says nothing either."""
    return _multipart(
        "mixed", (_text("plain", text, ""), attached(Attachment(name, locked), kind)), token=token
    )


def outer(fields: tuple[Header, ...], entity: Entity) -> bytes:
    """The message as it goes on the wire."""
    return block((*fields, ("MIME-Version", "1.0"), *entity.fields)) + b"\r\n" + entity.body
