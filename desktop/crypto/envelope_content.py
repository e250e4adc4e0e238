"""What lies in a locked file, as bytes: length of the index, index, attachments, padding.

The index is JSON with the texts and the attachments' names, types and sizes; their bytes
follow in that order. Zeros fill up to the next KiB, so that the size of the file does
not tell a short answer from another.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from desktop.errors import InputError
from desktop.frozen import dataclass

STEP = 1024
_LENGTH = 4


class Attachment(NamedTuple):
    """A file inside; `type` is a media type such as application/pdf."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True)
class EnvelopeContent:
    """A letter: the page shows `text`; `html` may be empty and is never rendered."""

    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


def pack(content: EnvelopeContent) -> bytes:
    """The plaintext of `content`, a whole number of KiB."""
    files = [{"name": file.name, "type": file.type, "size": len(file.data)} for file in content.attachments]
    index = json.dumps(
        {"subject": content.subject, "text": content.text, "html": content.html, "attachments": files},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    packed = b"".join(
        [len(index).to_bytes(_LENGTH, "big"), index, *(file.data for file in content.attachments)]
    )
    return packed + bytes(-len(packed) % STEP)


def unpack(plain: bytes) -> EnvelopeContent:
    """The content that `pack` was given. InputError `envelope-unreadable` where it was not ours."""
    size = int.from_bytes(plain[:_LENGTH], "big")
    start = _LENGTH + size
    try:
        index = json.loads(plain[_LENGTH:start])
        files: list[Attachment] = []
        for entry in index["attachments"]:
            end = start + int(entry["size"])
            if end < start or end > len(plain):
                raise InputError("envelope-unreadable")
            files.append(Attachment(str(entry["name"]), str(entry["type"]), plain[start:end]))
            start = end
        return EnvelopeContent(str(index["subject"]), str(index["text"]), str(index["html"]), tuple(files))
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise InputError("envelope-unreadable") from problem
