"""What in a mail may name a message of ours: tokens, and the relay's own word for it.

A token is 26 characters of base32 (`models/tokens.py`), the local part of our Message-ID. Of
reports it counts wherever the mail that came back shows it; of what people write only where
mail programs put it, because in their text everybody's old mail may stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from desktop.mail.returned_parts import Incoming, blocks
from desktop.mail.returned_values import Classified, Clue, Kind
from desktop.models.delivery import Match

CLUES = 40
_MARK = r"(?<![a-z2-7])([a-z2-7]{26})(?![a-z2-7])"
_BARE = re.compile(rf"^{_MARK}$")
_IN_ID = re.compile(rf"<{_MARK}@")
_IN_PATH = re.compile(rf"[+=-]{_MARK}@", re.IGNORECASE)
_IN_BOUNDARY = re.compile(rf"=_{_MARK}")
_IN_FIELD = re.compile(rf"x-reference:\s*{_MARK}", re.IGNORECASE)
_IN_SUBJECT = re.compile(rf"\b(?:unsubscribe|baja)[ :+-]+{_MARK}\s*$", re.IGNORECASE)
_ANY_ID = re.compile(r"<([^\s<>@]{8,200})@[^\s<>@]{1,253}>")
_QUEUE_ID = re.compile(r"^x-[a-z]{2,20}-queue-id:\s*([A-Za-z0-9]{6,40})\s*$", re.MULTILINE | re.IGNORECASE)
_ARRIVED_AT = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to")
_THREAD = ("in-reply-to", "references")
_REPORTS = frozenset({Kind.BOUNCE, Kind.DELAY, Kind.DELIVERED, Kind.COMPLAINT, Kind.RECEIPT})
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global-headers")
_STATUS = ("message/delivery-status", "message/global-delivery-status")


def clues_in(mail: Incoming, found: Classified) -> tuple[Clue, ...]:
    """Each once, the strongest first; bounded, whatever the mail holds."""
    kept: dict[Clue, None] = {}
    for clue in _all(mail, found):
        kept.setdefault(clue)
        if len(kept) == CLUES:
            break
    return tuple(kept)


def _all(mail: Incoming, found: Classified) -> Iterator[Clue]:
    if found.kind in _REPORTS or found.kind is Kind.UNSUBSCRIBE:
        yield from _of_report(mail, found)
    yield from _tokens(_IN_PATH, Match.RETURN_PATH, _values(mail, *_ARRIVED_AT))
    if found.kind is Kind.UNSUBSCRIBE:
        yield from _tokens(_IN_SUBJECT, Match.HEADER, mail.one("subject"))
    for name in _THREAD:
        # The newest of a thread stands last (RFC 5322 3.6.4).
        yield from reversed(list(_tokens(_IN_ID, Match.MESSAGE_ID, _values(mail, name))))
    if found.kind in _REPORTS:
        yield from _of_text(mail)
        yield from _of_relay(mail, found)


def _of_report(mail: Incoming, found: Classified) -> Iterator[Clue]:
    yield from _tokens(_BARE, Match.ENVELOPE_ID, found.envelope.strip().lower())
    yield from _tokens(_IN_ID, Match.MESSAGE_ID, found.original)
    for part in mail.of_type(*_RETURNED):
        head = part.text.partition("\n\n")[0]
        yield from _tokens(_IN_ID, Match.MESSAGE_ID, head)
        yield from _tokens(_IN_FIELD, Match.HEADER, head)
        yield from _tokens(_IN_BOUNDARY, Match.BOUNDARY, head)
        yield from _tokens(_IN_PATH, Match.RETURN_PATH, head)


def _of_text(mail: Incoming) -> Iterator[Clue]:
    """Servers without a standard quote the mail's header, or all of it, in their text."""
    for part in mail.of_type("text/plain", "text/html"):
        yield from _tokens(_IN_ID, Match.MESSAGE_ID, part.text.replace("&lt;", "<"))
        yield from _tokens(_IN_FIELD, Match.HEADER, part.text)
        yield from _tokens(_IN_BOUNDARY, Match.BOUNDARY, part.text)


def _of_relay(mail: Incoming, found: Classified) -> Iterator[Clue]:
    """A relay that writes a Message-ID of its own (Amazon SES) named it in its 250."""
    for part in mail.of_type(*_STATUS):
        for fields in blocks(part.text)[:1]:
            lines = "\n".join(f"{name}: {value}" for name, value in fields.items())
            yield from (Clue(Match.RELAY_REF, one[1]) for one in _QUEUE_ID.finditer(lines))
    for text in (found.original, *_returned_ids(mail)):
        for one in _ANY_ID.finditer(text):
            yield Clue(Match.RELAY_REF, one[1])
            yield Clue(Match.RELAY_REF, one[0].strip("<>"))


def _returned_ids(mail: Incoming) -> Iterator[str]:
    for part in mail.of_type(*_RETURNED):
        for fields in blocks(part.text)[:1]:
            yield fields.get("message-id", "")
            yield f"<{fields.get('x-ses-message-id', '')}@ses>"


def _tokens(form: re.Pattern[str], match: Match, text: str) -> Iterator[Clue]:
    return (Clue(match, one[1].lower()) for one in form.finditer(text))


def _values(mail: Incoming, *names: str) -> str:
    return "\n".join(value for name in names for value in mail.header.get(name, ()))
