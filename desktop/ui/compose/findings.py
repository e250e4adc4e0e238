"""What the content check found, put together for people: one line for what belongs together. Pure."""

from __future__ import annotations

from dataclasses import field
from pathlib import PurePath

from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.office.values import AttachmentIn, ContentFound, Explained, LetterRequest

WARN, RAISE, BLOCK = "warn", "raise", "block"
SUBJECT, TEXT, FILE_NAME, FILE = "subject", "text", "file-name", "file"
_WORD_CHARS = 40


@dataclass(frozen=True)
class Finding:
    """One line: what was found in one part for one reason. `spans` and `words` belong together."""

    action: str
    part: str
    file: int
    reason: Reason
    spans: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    """As they stand there; none for what is inside a file."""
    picture: bytes = field(repr=False, default=b"")
    data: int = 0
    """Tells the file's bytes apart while they are held."""

    @property
    def key(self) -> tuple[object, ...]:
        """The same thing in the same place, wherever it moved while somebody typed."""
        return (self.part, self.data, self.reason.code, frozenset(self.words))


@dataclass(frozen=True)
class Findings:
    """All lines by what follows from them."""

    blocks: tuple[Finding, ...] = ()
    raises: tuple[Finding, ...] = ()
    scans: tuple[Finding, ...] = ()
    """Files that only a person can judge, with their first page."""
    warns: tuple[Finding, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.blocks or self.raises or self.scans or self.warns)

    @property
    def in_text(self) -> tuple[Finding, ...]:
        return tuple(one for one in (*self.blocks, *self.raises, *self.warns) if one.part == TEXT)


def put_together(request: LetterRequest, decided: Explained) -> Findings:
    """Of the letter that was looked at; its own words are quoted, those of files are not known here."""
    groups: dict[tuple[str, str, int, str], list[ContentFound]] = {}
    for hit in decided.hits:
        groups.setdefault((hit.action, hit.part, hit.file, hit.reason.code), []).append(hit)
    found = [_finding(request, hits) for hits in groups.values()]
    return Findings(
        blocks=tuple(one for one in found if one.action == BLOCK),
        raises=tuple(one for one in found if one.action == RAISE),
        scans=tuple(one for one in found if one.action == WARN and one.picture),
        warns=tuple(one for one in found if one.action == WARN and not one.picture),
    )


def _finding(request: LetterRequest, hits: list[ContentFound]) -> Finding:
    first = hits[0]
    file = _file(request, first.file)
    text = {SUBJECT: request.subject, TEXT: request.text, FILE_NAME: file.name if file else ""}
    part = text.get(first.part, "")
    spans = tuple((hit.start, hit.end) for hit in hits)
    words = tuple(dict.fromkeys(part[start:end][:_WORD_CHARS] for start, end in spans if part[start:end]))
    picture = next((hit.picture for hit in hits if hit.picture), b"")
    data = id(file.data) if file is not None else 0
    return Finding(first.action, first.part, first.file, first.reason, spans, words, picture, data)


def _file(request: LetterRequest, number: int) -> AttachmentIn | None:
    return request.attachments[number] if 0 <= number < len(request.attachments) else None


def neutral_name(name: str, word: str, taken: set[str]) -> str:
    """A file name that says nothing, such as "Document 2.pdf"; the ending stays, so that it opens."""
    ending = PurePath(name.replace("\\", "/")).suffix[:8].lower()
    number = 1
    while f"{word} {number}{ending}" in taken:
        number += 1
    return f"{word} {number}{ending}"
