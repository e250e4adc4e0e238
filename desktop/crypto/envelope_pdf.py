"""The locked file as a PDF: AES-256 of revision 6 (ISO 32000-2, 7.6), for phones.

The letter is laid out on pages; PDF files and pictures that come with it follow as pages.
Every file lies inside as it was, and the letter once more as data, so that it can be read
back exactly and sent anew. Nothing outside the lock tells what it is: no title, author or date.

PDF's encryption does not authenticate: a changed file may open with changed letters. What
must not be changed unseen is locked as HTML. There is no expiry and no second proof.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from io import BytesIO

import pikepdf

from desktop.crypto.envelope_content import Attachment, EnvelopeContent
from desktop.crypto.envelope_pdf_pages import PdfWords, Sheet, draw, picture_problem
from desktop.crypto.passphrase import normalise, wordlist
from desktop.errors import InputError
from desktop.texts import clean

__all__ = ["LEAST_BITS", "PdfWords", "is_pdf", "open_pdf", "pdf_password", "seal_pdf"]

LEAST_BITS = 64
"""PDF puts far less work before a guess than a million rounds: generated words only."""
SHOWN_BYTES = 10 * 1024 * 1024
"""Files beyond that lie inside only: shown ones are in the file twice."""
MOST_PAGES = 500
MAX_FILE_BYTES = 128 * 1024 * 1024

_LETTER = "/XXLetter"
"""ISO 32000-2, Annex E: private names begin with XX."""
_HEAD = b"%PDF-"
_TAIL = b"%%EOF"
_LOCK = b"/Encrypt"
"""Stands in the trailer of every locked PDF, which is never locked itself."""
_NEAR = 1024
_PICTURES = ("image/jpeg", "image/png")


def pdf_password(words: str) -> str:
    """What is typed into a PDF reader: the words in lower case with one space between them.

    PDF readers forgive nothing, so this is exactly what the card prints. InputError
    `pdf-words-weak` for words that are not from the list or have less than 64 bits.
    """
    typed = normalise(words)
    listed = wordlist()
    parts = typed.split()
    if len(parts) * math.log2(len(listed)) < LEAST_BITS or not set(parts) <= set(listed):
        raise InputError("pdf-words-weak")
    return typed


def seal_pdf(content: EnvelopeContent, password: str, words: PdfWords, phrase: str = "") -> bytes:
    """One PDF that opens with `password`, which is what `pdf_password` gives.

    Raises InputError `pdf-words-weak`.
    """
    password = pdf_password(password)
    shown = _shown(content.attachments)
    pictures = [file for file in shown if file.type in _PICTURES]
    listed = [(file.name, _size(len(file.data)), file in shown) for file in content.attachments]
    with pikepdf.new() as pdf:
        whole = draw(pdf, Sheet(content.subject, content.text, phrase, listed, pictures), words)
        for file in shown:
            if file not in pictures:
                _append(pdf, file.data)
        keys = [_embed(pdf, f"{at:03}", file) for at, file in enumerate(content.attachments)]
        if not whole:
            text = f"{content.subject}\n\n{content.text}".encode()
            _embed(pdf, "text", Attachment(words.text, "text/plain", text))
        pdf.Root[_LETTER] = pdf.make_stream(_index(content, keys))
        pdf.Root.Lang = pikepdf.String(words.language)
        sealed = BytesIO()
        pdf.save(
            sealed,
            encryption=pikepdf.Encryption(owner=password, user=password, R=6),
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return sealed.getvalue()


def is_pdf(data: bytes) -> bool:
    """Whether `data` begins like a PDF."""
    return _HEAD in data[:_NEAR]


def open_pdf(data: bytes, password: str) -> EnvelopeContent:
    """The letter inside a locked PDF, exactly as it was sealed; typing is forgiven here.

    Raises InputError `envelope-unreadable` (no PDF, or not one of ours), `envelope-cut`,
    `envelope-altered`, `envelope-wrong-passphrase`, `passphrase-empty`.
    """
    if not is_pdf(data) or len(data) > MAX_FILE_BYTES:
        raise InputError("envelope-unreadable")
    typed = normalise(password)
    if not typed:
        raise InputError("passphrase-empty")
    if _TAIL not in data[-_NEAR:]:
        raise InputError("envelope-cut")
    if _LOCK not in data:
        raise InputError("envelope-unreadable")
    try:
        with pikepdf.open(BytesIO(data), password=typed, attempt_recovery=False) as pdf:
            return _read(pdf)
    except pikepdf.PasswordError as problem:
        raise InputError("envelope-wrong-passphrase") from problem
    except (pikepdf.PdfError, pikepdf.DataDecodingError) as problem:
        raise InputError("envelope-altered") from problem


def _read(pdf: pikepdf.Pdf) -> EnvelopeContent:
    letter = pdf.Root.get(_LETTER)
    if not pdf.is_encrypted or pdf.encryption.R < 6 or not isinstance(letter, pikepdf.Stream):
        raise InputError("envelope-unreadable")
    raw = letter.read_bytes()
    try:
        index = json.loads(raw)
        files = []
        for entry in index["attachments"]:
            data = pdf.attachments[entry["key"]].get_file().read_bytes()
            if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), str(entry["sha256"])):
                raise InputError("envelope-altered")
            files.append(Attachment(str(entry["name"]), str(entry["type"]), data))
        found = EnvelopeContent(str(index["subject"]), str(index["text"]), str(index["html"]), tuple(files))
        if not hmac.compare_digest(_words_hash(found), str(index["sha256"])):
            raise InputError("envelope-altered")
        return found
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise InputError("envelope-altered") from problem


def _index(content: EnvelopeContent, keys: list[str]) -> bytes:
    files = [
        {"key": key, "name": file.name, "type": file.type, "sha256": hashlib.sha256(file.data).hexdigest()}
        for key, file in zip(keys, content.attachments, strict=True)
    ]
    whole = {
        "subject": content.subject,
        "text": content.text,
        "html": content.html,
        "sha256": _words_hash(content),
        "attachments": files,
    }
    return json.dumps(whole).encode("ascii")


def _words_hash(content: EnvelopeContent) -> str:
    """Of what was written: encryption in a PDF would let changed words through unseen."""
    written = json.dumps([content.subject, content.text, content.html])
    return hashlib.sha256(written.encode("ascii")).hexdigest()


def _shown(files: tuple[Attachment, ...]) -> list[Attachment]:
    """Those that become pages, as long as they are not too much."""
    shown: list[Attachment] = []
    left = SHOWN_BYTES
    for file in files:
        if len(file.data) <= left and _can_be_shown(file):
            shown.append(file)
            left -= len(file.data)
    return shown


def _can_be_shown(file: Attachment) -> bool:
    if file.type in _PICTURES:
        return not picture_problem(file.data)
    if file.type != "application/pdf":
        return False
    try:
        with pikepdf.open(BytesIO(file.data), attempt_recovery=False) as pdf:
            return 0 < len(pdf.pages) <= MOST_PAGES
    except (pikepdf.PdfError, pikepdf.PasswordError):
        return False


def _append(pdf: pikepdf.Pdf, data: bytes) -> None:
    with pikepdf.open(BytesIO(data)) as other:
        for page in other.pages:
            if "/AA" in page.obj:
                del page.obj["/AA"]  # what would run when the page is opened
        pdf.pages.extend(other.pages)


def _embed(pdf: pikepdf.Pdf, key: str, file: Attachment) -> str:
    """Put `file` inside as it is; answers the name in the tree that finds it again."""
    pdf.attachments[key] = pikepdf.AttachedFileSpec(
        pdf,
        file.data,
        filename=clean(file.name) or key,
        mime_type="application/octet-stream",  # names in a PDF are not encrypted
        description="",
        creation_date="",
        mod_date="",
    )
    return key


def _size(count: int) -> str:
    return f"{max(1, round(count / 1024))} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"
