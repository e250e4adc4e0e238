"""A mail file as something to check: its subject, its texts and its files.

Read with the standard library's parser in its oldest, most forgiving policy; what is
broken is read as far as it goes.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from urllib.parse import unquote

from desktop.config import ContentLimits
from desktop.errors import InputError
from desktop.mail.content_text import decoded
from desktop.mail.content_values import ContentFile, ContentInput, Known

_FOLD = re.compile(r"\r?\n[ \t]")
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)


def read_mail(data: bytes, known: Known, limits: ContentLimits) -> ContentInput:
    """Raises InputError where it is too large or nested too deeply to be a mail that somebody wrote."""
    if len(data) > limits.mail_bytes:
        raise InputError("content-too-large", mebibytes=limits.mail_bytes // 1024 // 1024)
    if sum(1 for _ in _BOUNDARY.finditer(data)) > limits.mail_parts:
        raise InputError("content-too-complex")
    try:
        message = message_from_bytes(data, policy=compat32)
        parts = list(message.walk())
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise InputError("content-damaged") from error
    if len(parts) > limits.mail_parts:
        raise InputError("content-too-complex")
    texts: list[str] = []
    pages: list[str] = []
    files: list[ContentFile] = []
    subjects = [_words(message["Subject"])]
    for part in parts:
        if part.get_content_maintype() == "message" and part is not message:
            subjects.extend(_words(inner["Subject"]) for inner in _inside(part))
        elif not part.is_multipart():
            _sort(part, texts, pages, files)
    return ContentInput(
        "\n".join(one for one in subjects if one),
        "\n".join(texts),
        "\n".join(pages) or None,
        tuple(files),
        known,
    )


def _inside(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def _sort(part: Message, texts: list[str], pages: list[str], files: list[ContentFile]) -> None:
    kind = part.get_content_type()
    name = _name(part)
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if (
        name
        or part.get_content_maintype() != "text"
        or "attachment" in str(part.get("Content-Disposition", "")).lower()
    ):
        files.append(ContentFile(name, kind, data))
        return
    (pages if kind == "text/html" else texts).append(decoded(data, _charset(part)))


def _charset(part: Message) -> str:
    try:
        charset = part.get_content_charset("")
    except (UnicodeError, LookupError, ValueError):
        return ""
    return "" if charset in ("us-ascii", "ascii") else str(charset)


def _name(part: Message) -> str:
    try:
        return _words(part.get_filename())
    except (UnicodeError, LookupError, ValueError, TypeError):
        raw = str(part.get("Content-Disposition", ""))
        return unquote(raw)


def _words(value: object) -> str:
    """A header's text, RFC 2047 words decoded where they can be."""
    written = _FOLD.sub(" ", str(value or ""))
    try:
        return "".join(
            decoded(part, charset or "") if isinstance(part, bytes) else part
            for part, charset in decode_header(written)
        )
    except (HeaderParseError, ValueError, LookupError):
        return written
