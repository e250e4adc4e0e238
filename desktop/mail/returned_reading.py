"""One received mail, read whole: what it is, what it names, and what its writer says.

Pure, bounded, and never raises for what is in a mail; it runs in the parsing worker
(`parsing_worker.py`), because no parser of hostile mail is to be trusted with the practice.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from typing import Any

from desktop.mail.replytext import own_words, says_nothing
from desktop.mail.returned import classify_open
from desktop.mail.returned_clues import clues_in
from desktop.mail.returned_parts import TEXT_CHARS, Incoming, Part, open_incoming
from desktop.mail.returned_report import address_in
from desktop.mail.returned_values import Classified, Clue, Kind, Returned, Understood
from desktop.models.delivery import Match

_ID = re.compile(r"<[^\s<>]{1,900}>")
_PGP = "-----BEGIN PGP MESSAGE-----"
_REPLY = "-----BEGIN SEALWELL REPLY-----"
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_WRAPPERS = (*_SMIME, "application/pgp-encrypted")
_BESIDE = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_GONE = "…"
"""Stands where something was encrypted, so that what is under the quote below it counts as well."""
_PLAIN, _PAGE = "text/plain", "text/html"
_SPOKEN = frozenset({Kind.MESSAGE, Kind.UNSUBSCRIBE})


def understand(data: bytes) -> Understood:
    """All that is to be known of the mail in `data`."""
    mail = open_incoming(data)
    found = classify_open(mail, data)
    spoken = found.kind in _SPOKEN
    sealed = _sealed(mail) if spoken else ""
    return Understood(
        found=found,
        clues=clues_in(mail, found),
        sender=address_in(mail.one("from"))[:254],
        message_id=_id(mail.one("message-id")),
        in_reply_to=_id(mail.one("in-reply-to")),
        own=_own(mail.parts) if spoken else "",
        other_parts=max(_others(mail.parts), int(sealed != "")) if spoken else 0,
        beside=_beside(mail) if sealed else 0,
        sealed=sealed,
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
        other_parts=int(raw["other_parts"]),
        beside=int(raw["beside"]),
        sealed=_word(raw["sealed"]),
        broken=raw["broken"] is True,
    )


def _word(value: object) -> str:
    """A text that can be written down: half a surrogate pair, which UTF-7 can say, can not."""
    if not isinstance(value, str):
        raise TypeError("a worker answered no text")
    return value.encode("utf-8", "replace").decode("utf-8")


def _id(value: str) -> str:
    found = _ID.search(value)
    return found[0] if found else ""


def _own(parts: tuple[Part, ...]) -> str:
    plain, page = _first(parts, _PLAIN), _first(parts, _PAGE)
    return own_words(plain.text if plain else "", page.text if page else "")


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
    return part.type in _BESIDE or (part.type in (_PLAIN, _PAGE) and not part.text.strip())


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
