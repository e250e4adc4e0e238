"""The files of a received mail: what they are called, how big they are, and one of them.

A file is every part that is not shown as text: attachments, pictures, mails within the mail with
what is in them, and in the place of a `winmail.dat` what it wraps. Nothing raises for what is in
a mail, and nothing is ever opened here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.filenames import UniqueNames, safe_name
from desktop.mail.mimetree import TEXTS, Node, open_mail
from desktop.mail.returned_parts import TEXT_CHARS
from desktop.mail.tnef import TnefFile, is_tnef, read_tnef
from desktop.models.correspondence import FileIn
from desktop.texts import clean

LISTED = 200
MORE = -1
"""The `part` of the last one where there are more than are listed: its `size` says how many more."""
_NO_FILES = (
    *("application/pgp-encrypted", "application/pgp-signature"),
    *("application/pkcs7-signature", "application/x-pkcs7-signature"),
)
"""They say something about other parts, and nothing by themselves."""
_TYPE_CHARS, _SUBJECT_CHARS = 100, 80


@dataclass(frozen=True)
class Found:
    """One file with its bytes; `part` is its number among all parts, which counts what is not a file too."""

    name: str = field(repr=False)
    type: str
    part: int
    data: bytes = field(repr=False)


def files_in(data: bytes) -> tuple[FileIn, ...]:
    """The first 200 of them, and behind these one without a name that says how many more there are.

    The numbers stay the same where only the beginning of a mail is known.
    """
    listed: list[FileIn] = []
    more = 0
    for one in found_in(data):
        if len(listed) < LISTED:
            listed.append(FileIn(one.name, one.type, len(one.data), one.part))
        else:
            more += 1
    return (*listed, FileIn("", "", more, MORE)) if more else tuple(listed)


def file_in(data: bytes, part: int) -> tuple[str, bytes]:
    """Its safe name and its bytes as they were before they were put into the mail.

    InputError `file-gone` where the mail holds no such file.
    """
    for one in found_in(data):
        if one.part == part:
            return one.name, one.data
    raise InputError("file-gone")


def found_in(data: bytes) -> Iterator[Found]:
    """Each file, in the order of the mail, under a name that no other of them has."""
    names = UniqueNames()
    for part, leaf, wrapped in numbered(open_mail(data)):
        if not is_file(leaf):
            continue
        if not wrapped:
            kind = clean(leaf.type, _TYPE_CHARS)
            yield Found(names.take(_name_of(leaf, part)), kind, part, _bytes_of(leaf))
        for number, one in enumerate(wrapped, part + 1):
            kind = clean(one.type, _TYPE_CHARS)
            yield Found(names.take(safe_name(one.name, kind, number)), kind, number, one.data)


def numbered(root: Node) -> Iterator[tuple[int, Node, tuple[TnefFile, ...]]]:
    """Every part with its number, and what a `winmail.dat` wraps, which takes the numbers behind its own."""
    part = 0
    for leaf in root.leaves():
        wrapped = read_tnef(leaf.content).files if is_tnef(leaf.type, leaf.name) else ()
        yield part, leaf, wrapped
        part += 1 + len(wrapped)


def is_file(leaf: Node) -> bool:
    """Whether it is more than a text that is shown, or what belongs to a signature or a seal."""
    if leaf.type in _NO_FILES:
        return False
    if leaf.type not in TEXTS or leaf.name or leaf.disposition == "attachment":
        return True
    return leaf.end - leaf.body > 4 * TEXT_CHARS  # a text of which only the beginning is shown


def _bytes_of(leaf: Node) -> bytes:
    if leaf.is_mail and leaf.parts:
        return leaf.parts[0].raw
    return leaf.raw if leaf.type.startswith("multipart/") else leaf.content


def _name_of(leaf: Node, part: int) -> str:
    if leaf.name or not (leaf.is_mail or leaf.type.startswith("multipart/")):
        return safe_name(leaf.name, leaf.type, part)
    subject = clean(leaf.parts[0].said("subject"), _SUBJECT_CHARS) if leaf.parts else ""
    return safe_name(f"{subject or f'message-{part}'}.eml", leaf.type, part)
