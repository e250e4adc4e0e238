"""One received mail, read whole: what it is, what it names, and what its writer says.

Pure, bounded, and never raises for what is in a mail; it runs in the parsing worker
(`parsing_worker.py`), because no parser of hostile mail is to be trusted with the practice.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

from desktop.mail.replytext import own_words
from desktop.mail.returned import classify_open
from desktop.mail.returned_clues import clues_in
from desktop.mail.returned_parts import Incoming, open_incoming
from desktop.mail.returned_report import address_in
from desktop.mail.returned_values import Classified, Clue, Kind, Returned, Understood
from desktop.models.delivery import Match

_ID = re.compile(r"<[^\s<>]{1,900}>")
_PGP = "-----BEGIN PGP MESSAGE-----"
_REPLY = "-----BEGIN SEALWELL REPLY-----"
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_BESIDE = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SPOKEN = frozenset({Kind.MESSAGE, Kind.UNSUBSCRIBE})


def understand(data: bytes) -> Understood:
    """All that is to be known of the mail in `data`."""
    mail = open_incoming(data)
    found = classify_open(mail)
    spoken = found.kind in _SPOKEN
    return Understood(
        found=found,
        clues=clues_in(mail, found),
        sender=address_in(mail.one("from"))[:254],
        message_id=_id(mail.one("message-id")),
        in_reply_to=_id(mail.one("in-reply-to")),
        own=own_words(_text(mail, "text/plain"), _text(mail, "text/html")) if spoken else "",
        other_parts=sum(not _is_text(part.type) for part in mail.parts) if spoken else 0,
        sealed=_sealed(mail) if spoken else "",
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
        sealed=_word(raw["sealed"]),
        broken=raw["broken"] is True,
    )


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a worker answered no text")
    return value


def _id(value: str) -> str:
    found = _ID.search(value)
    return found[0] if found else ""


def _text(mail: Incoming, kind: str) -> str:
    """The first part of this kind: further ones are files that were attached as text."""
    return next((part.text for part in mail.of_type(kind)), "")


def _is_text(kind: str) -> bool:
    return kind in ("text/plain", "text/html") or kind in _BESIDE


def _sealed(mail: Incoming) -> str:
    if any(_REPLY in part.text for part in mail.parts):
        return "reply-file"
    if mail.type == "multipart/encrypted" or any(_PGP in part.text for part in mail.parts):
        return "openpgp"
    return "smime" if mail.type in _SMIME else ""
