"""One received mail, read whole: what it is, what it names, and what its writer says.

Pure, bounded, and never raises for what is in a mail; it runs in the parsing worker
(`parsing_worker.py`), because no parser of hostile mail is to be trusted with the practice.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from typing import Any

from desktop.mail.received_files import LISTED, files_in
from desktop.mail.replytext import own_words, says_nothing, under_quote, visible
from desktop.mail.returned import classify_open
from desktop.mail.returned_clues import clues_in
from desktop.mail.returned_parts import READ_BYTES, TEXT_CHARS, Incoming, Part, open_incoming
from desktop.mail.returned_report import address_in
from desktop.mail.returned_values import Classified, Clue, Kind, Returned, Understood
from desktop.models.correspondence import FileIn
from desktop.models.delivery import Match
from desktop.texts import clean, clean_lines

SUBJECT_CHARS, NAME_CHARS, FILE_NAME_CHARS, TYPE_CHARS = 300, 100, 150, 100
REFERENCES, MORE_CHARS = 50, 60_000
_ID = re.compile(r"<[^\s<>]{1,900}>")
_PGP = "-----BEGIN PGP MESSAGE-----"
_REPLY = "-----BEGIN SEALWELL REPLY-----"
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_WRAPPERS = (*_SMIME, "application/pgp-encrypted")
_GONE = "…"
"""Stands where something was encrypted, so that what is under the quote below it counts as well."""
_PLAIN, _PAGE = "text/plain", "text/html"
_SIGNED_WITH = {
    "application/pgp-signature": "openpgp",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
}
_SIGNED_TEXT = "-----BEGIN PGP SIGNED MESSAGE-----"
_BULK = frozenset({"bulk", "list", "junk"})
_TO_MANY = ("list-id", "list-unsubscribe")
_QUOTED_NAME = re.compile(r'^\s*"((?:[^"\\]|\\.){0,400})"\s*<')
_SPOKEN = frozenset({Kind.MESSAGE, Kind.UNSUBSCRIBE})


def understand(data: bytes) -> Understood:
    """All that is to be known of the mail in `data`: its words by its beginning, its files by all of it."""
    mail = open_incoming(data)
    found = classify_open(mail, data[:READ_BYTES])
    spoken = found.kind in _SPOKEN
    sealed = _sealed(mail) if spoken else ""
    own = _own(mail.parts) if spoken else ""
    return Understood(
        found=found,
        clues=clues_in(mail, found),
        sender=address_in(mail.one("from"))[:254],
        message_id=_id(mail.one("message-id")),
        in_reply_to=_id(mail.one("in-reply-to")),
        own=own,
        under=_under(mail.parts) if spoken and not own else "",
        other_parts=max(_others(mail.parts), int(sealed != "")) if spoken else 0,
        beside=_beside(mail) if sealed else 0,
        sealed=sealed,
        opened=not sealed,
        subject=mail.one("subject")[:SUBJECT_CHARS],
        sender_name=_name(mail.one("from")),
        references=_references(mail),
        text=_text(mail.parts, sealed),
        more=_more(mail.parts, sealed) if spoken else "",
        files=files_in(data),
        page=_first(mail.parts, _PAGE) is not None,
        bulk=_is_bulk(mail),
        signed=_signed(mail),
    )


def to_json(one: Understood) -> bytes:
    """For the way out of the worker: plain values only, so that a broken worker can only lie."""
    return json.dumps(asdict(one), ensure_ascii=True, separators=(",", ":")).encode("ascii")


def from_json(data: bytes) -> Understood:
    """Raises ValueError, KeyError or TypeError where a worker answers something else."""
    raw: dict[str, Any] = json.loads(data)
    found = raw["found"]
    recipients = tuple(
        Returned(_word(one["address"]), _word(one["action"]), _word(one["status"]), one["hard"] is True)
        for one in found["recipients"]
    )
    return Understood(
        found=Classified(Kind(found["kind"]), recipients, _word(found["original"]), _word(found["envelope"])),
        clues=tuple(Clue(Match(one["match"]), _word(one["value"])) for one in raw["clues"]),
        sender=_word(raw["sender"]),
        message_id=_word(raw["message_id"]),
        in_reply_to=_word(raw["in_reply_to"]),
        own=_word(raw["own"]),
        under=_word(raw["under"]),
        other_parts=int(raw["other_parts"]),
        beside=int(raw["beside"]),
        sealed=_word(raw["sealed"]),
        broken=raw["broken"] is True,
        opened=raw["opened"] is True,
        subject=clean(_word(raw["subject"]), SUBJECT_CHARS),
        sender_name=clean(_word(raw["sender_name"]), NAME_CHARS),
        references=tuple(_word(one) for one in raw["references"][:REFERENCES]),
        text=clean_lines(_word(raw["text"]), TEXT_CHARS),
        more=clean_lines(_word(raw["more"]), MORE_CHARS),
        files=tuple(_file(one) for one in raw["files"][: LISTED + 1]),
        page=raw["page"] is True,
        bulk=raw["bulk"] is True,
        signed=_word(raw["signed"]),
    )


def _file(raw: dict[str, Any]) -> FileIn:
    return FileIn(
        clean(_word(raw["name"]), FILE_NAME_CHARS),
        clean(_word(raw["type"]), TYPE_CHARS),
        int(raw["size"]),
        int(raw["part"]),
    )


def _word(value: object) -> str:
    """A text that can be written down: half a surrogate pair, which UTF-7 can say, can not."""
    if not isinstance(value, str):
        raise TypeError("a worker answered no text")
    return value.encode("utf-8", "replace").decode("utf-8")


def _id(value: str) -> str:
    found = _ID.search(value)
    return found[0] if found else ""


def _references(mail: Incoming) -> tuple[str, ...]:
    """The last ones: of a long thread, those that are nearest."""
    return tuple(_ID.findall(" ".join(mail.header.get("references", ()))[-100_000:])[-REFERENCES:])


def _name(value: str) -> str:
    """What stands before the address in a `From` field that was decoded."""
    quoted = _QUOTED_NAME.match(value)
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted[1])[:NAME_CHARS]
    name, found, _ = value.partition("<")
    return name.strip()[:NAME_CHARS] if found else ""


def _text(parts: tuple[Part, ...], sealed: str) -> str:
    if sealed:
        parts = tuple(replace(part, text=_without_armor(part.text)) for part in parts)
    plain, page = _first(parts, _PLAIN), _first(parts, _PAGE)
    text = plain.text if plain else visible(page.text) if page else ""
    return "" if sealed and text.strip() == _GONE else text[:TEXT_CHARS]


def _more(parts: tuple[Part, ...], sealed: str) -> str:
    """What is written between pictures (Apple Mail), and in a page beside a text: they may differ."""
    shown = _first(parts, _PLAIN) or _first(parts, _PAGE)
    words = [
        visible(one.text) if one.type == _PAGE else one.text
        for one in parts
        if one.type in (_PLAIN, _PAGE) and not one.named and one is not shown
    ]
    text = "\n\n".join(one for one in words if one.strip())
    return (_without_armor(text) if sealed else text)[:MORE_CHARS]


def _is_bulk(mail: Incoming) -> bool:
    return mail.one("precedence").strip().lower() in _BULK or any(mail.one(name) for name in _TO_MANY)


def _signed(mail: Incoming) -> str:
    """By a part beside the words (RFC 1847), around them (RFC 8551 3.5.2), or within (RFC 9580 7)."""
    beside = next((_SIGNED_WITH[part.type] for part in mail.parts if part.type in _SIGNED_WITH), "")
    if beside:
        return beside
    if mail.type in _SMIME and "signed-data" in mail.one("content-type").lower():
        return "smime"
    return "openpgp" if any(_SIGNED_TEXT in part.text for part in mail.parts) else ""


def _own(parts: tuple[Part, ...]) -> str:
    plain, page = _first(parts, _PLAIN), _first(parts, _PAGE)
    return own_words(plain.text if plain else "", page.text if page else "")


def _under(parts: tuple[Part, ...]) -> str:
    plain, page = _first(parts, _PLAIN), _first(parts, _PAGE)
    return under_quote(plain.text if plain else "", page.text if page else "")


def _first(parts: tuple[Part, ...], kind: str) -> Part | None:
    return next((part for part in parts if part.type == kind and part.text.strip()), None)


def _others(parts: tuple[Part, ...]) -> int:
    """All that is not the words, be it text: a second text is a file, and a cut one is not known."""
    plain, page = _first(parts, _PLAIN), _first(parts, _PAGE)
    words = [one for one in (plain, page) if one is not None]
    if plain and page and not (plain.either and plain.either == page.either):
        words = [plain]
    cut = any(len(one.text) >= TEXT_CHARS for one in words[:1])
    return cut + sum(not any(part is one for one in words) and not _is_nothing(part) for part in parts)


def _is_nothing(part: Part) -> bool:
    return part.type in _SIGNED_WITH or (part.type in (_PLAIN, _PAGE) and not part.text.strip())


def _beside(mail: Incoming) -> int:
    """What is left without that which is encrypted to us: one part, and its twin in a page."""
    kept: list[Part] = []
    found = False
    for part in mail.parts:
        bare = replace(part, text=_without_armor(part.text))
        carries = bare != part and (part.type == _PAGE or not found)
        found = found or (carries and part.type != _PAGE)
        if part.type not in _WRAPPERS and not (carries and bare.text.strip() == _GONE):
            kept.append(bare if carries else part)
    parts = tuple(kept)
    return _others(parts) + (not says_nothing(_own(parts)))


def _without_armor(text: str) -> str:
    """Without the first that is there, as `_sealed` asks for them."""
    for opening in (_REPLY, _PGP):
        begin, closing = text.find(opening), opening.replace("BEGIN", "END")
        end = text.find(closing, begin)
        if 0 <= begin < end:
            return text[:begin] + _GONE + text[end + len(closing) :]
    return text


def _sealed(mail: Incoming) -> str:
    if any(_REPLY in part.text for part in mail.parts):
        return "reply-file"
    if mail.type == "multipart/encrypted" or any(_PGP in part.text for part in mail.parts):
        return "openpgp"
    return "smime" if mail.type in _SMIME else ""
