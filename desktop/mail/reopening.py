"""What a message said, from its own bytes: to seal it anew, or to print it.

The words that a conversation keeps are for people to read; what is sent again is what was sealed,
whose hash is on record. For a locked file that is inside the file, which the card
that it was sealed with opens; for mail that was encrypted on the way it is the mail. What
was sealed to a key opens for its owner alone, so there is nothing to take from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from datetime import date
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import collapse_rfc2231_value

from desktop.crypto.envelope import EnvelopeContent, open_with_key
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail.mime import Attachment
from desktop.models.records import Method, PasswordCard

_READABLE = frozenset({Method.TLS, Method.PLAIN, Method.PORTAL})
_PAGE, _PDF = "text/html", "application/pdf"


@dataclass(frozen=True)
class Reopened:
    """Subject, text and files, as they were written."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    """What it answered."""


def reopen(
    wire: bytes, method: Method, card: PasswordCard | None, words: str | None, birth_date: date | None
) -> Reopened:
    """The content of `wire`, a message of ours that was sealed by `method`, under `card` if it was.

    `words` are the card's where they are kept, `birth_date` the person's: a PDF and a very
    sensitive page open by nothing less.
    Raises Refused, each with its own way on: `letter-gone` (destroyed after its time),
    `letter-sealed` (to a key), `letter-other-card` (under words that are no longer kept),
    `letter-elsewhere` (behind a link).
    """
    if not wire:
        raise Refused("letter-gone")
    kept = _content(wire, method, card, words, birth_date)
    header = BytesHeaderParser(policy=compat32).parsebytes(wire)
    named = tuple(str(header.get("References", "")).split())
    return replace(kept, in_reply_to=str(header.get("In-Reply-To", "")).strip(), references=named)


def _content(
    wire: bytes, method: Method, card: PasswordCard | None, words: str | None, birth_date: date | None
) -> Reopened:
    if method in _READABLE:
        return _mail(wire)
    if method is not Method.ENVELOPE:
        raise Refused("letter-sealed")
    if card is None:
        raise Refused("letter-other-card")
    files = {part.get_content_type(): _bytes(part) for part in _files(wire)}
    if _PAGE in files:
        return _opened(lambda: open_with_key(files[_PAGE], card.key, birth_date))
    if _PDF in files:
        if words is None:
            raise Refused("letter-other-card")
        from desktop.crypto.envelope_pdf import open_pdf, pdf_password

        return _opened(lambda: open_pdf(files[_PDF], pdf_password(words)))
    raise Refused("letter-elsewhere")


def locked_page(wire: bytes) -> bytes | None:
    """The HTML locked file in a message of ours, if it has one."""
    if not wire:
        return None
    return next((_bytes(part) for part in _files(wire) if part.get_content_type() == _PAGE), None)


def _leaves(wire: bytes) -> list[Message]:
    return [part for part in message_from_bytes(wire, policy=compat32).walk() if not part.is_multipart()]


def _files(wire: bytes) -> list[Message]:
    return [part for part in _leaves(wire) if part.get_content_disposition() == "attachment"]


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _opened(open_: Callable[[], EnvelopeContent]) -> Reopened:
    try:
        content = open_()
    except InputError as error:
        raise Refused("letter-other-card") from error
    files = tuple(Attachment(file.name, file.data) for file in content.attachments)
    return Reopened(content.subject, content.text, files)


def _mail(wire: bytes) -> Reopened:
    """The subject stands in the text's first line: the outer one says nothing."""
    text = _bytes(_leaves(wire)[0]).decode("utf-8")
    subject, _, rest = text.replace("\r\n", "\n").partition("\n\n")
    return Reopened(subject, rest, tuple(Attachment(_name(part), _bytes(part)) for part in _files(wire)))


def _name(part: Message) -> str:
    return collapse_rfc2231_value(part.get_filename() or "file")
