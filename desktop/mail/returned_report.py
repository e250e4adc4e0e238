"""Reports in their standard forms: delivery (RFC 3464), disposition (RFC 8098), abuse (RFC 5965)."""

from __future__ import annotations

import re
from dataclasses import replace

from desktop.mail.returned_parts import Incoming, blocks
from desktop.mail.returned_text import is_hard
from desktop.mail.returned_values import Classified, Kind, Returned

_DELIVERY = ("message/delivery-status", "message/global-delivery-status")
_DISPOSITION = ("message/disposition-notification", "message/global-disposition-notification")
_ABUSE = ("message/feedback-report",)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"[^\s<>@\"(),;:]{1,64}@[A-Za-z0-9\u0080-\uffff.-]{1,253}")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_ACTIONS = {"failed", "delayed", "delivered", "relayed", "expanded"}
RECIPIENTS = 200


def read_report(mail: Incoming) -> Classified | None:
    """What a report says; None where the mail is none."""
    for types, read in ((_ABUSE, _abuse), (_DISPOSITION, _disposition), (_DELIVERY, _delivery)):
        part = next(mail.of_type(*types), None)
        if part is not None:
            return read(part.text, mail)
    return None


def address_in(text: str) -> str:
    """The first address in a field such as `rfc822; maria@example.com`, or ''."""
    value = text.partition(";")[2] if ";" in text else text
    found = _ADDRESS.search(value)
    return found[0].rstrip(".") if found else ""


def original_of(mail: Incoming) -> str:
    """The Message-ID of the mail that came back with the report, or ''."""
    return _returned(mail).get("message-id", "")[:998]


def written_to(mail: Incoming) -> str:
    """Whom the mail that came back was for, or ''."""
    return address_in(_returned(mail).get("to", ""))


def _returned(mail: Incoming) -> dict[str, str]:
    for part in mail.of_type("message/rfc822", "text/rfc822-headers", "message/global-headers"):
        for fields in blocks(part.text)[:1]:
            return fields
    return {}


def _delivery(text: str, mail: Incoming) -> Classified:
    found: list[Returned] = []
    envelope = ""
    for fields in blocks(text)[: RECIPIENTS + 1]:
        envelope = envelope or fields.get("original-envelope-id", "")
        if "final-recipient" in fields or "original-recipient" in fields or "action" in fields:
            found.append(_recipient(fields))
    if not any(one.address for one in found) and written_to(mail):
        found = [replace(one, address=written_to(mail)) for one in found] or [
            Returned(written_to(mail), "failed", "", False)
        ]
    actions = {one.action for one in found}
    kind = Kind.BOUNCE
    if "failed" not in actions and actions:
        kind = Kind.DELAY if "delayed" in actions else Kind.DELIVERED
    return Classified(kind, tuple(found), original_of(mail), envelope[:100])


def _recipient(fields: dict[str, str]) -> Returned:
    """The address that was written to, where the report still knows it."""
    original = _XTEXT.sub(lambda code: chr(int(code[1], 16)), fields.get("original-recipient", ""))
    address = address_in(original) or address_in(fields.get("final-recipient", ""))
    diagnostic = fields.get("diagnostic-code", "")
    status = _STATUS.search(fields.get("status", "")) or _STATUS.search(diagnostic)
    code = status[1] if status else ""
    action = fields.get("action", "").split("(")[0].strip().lower()
    if action not in _ACTIONS:
        action = {"2": "delivered", "4": "delayed"}.get(code[:1], "failed")
    finer = _STATUS.search(diagnostic)
    if finer and code.endswith(".0.0"):
        code = finer[1]
    return Returned(address, action, code, action == "failed" and is_hard(code, diagnostic))


def _disposition(text: str, mail: Incoming) -> Classified:
    fields = blocks(text)[0] if blocks(text) else {}
    address = address_in(fields.get("final-recipient", "")) or address_in(
        fields.get("original-recipient", "")
    )
    disposition = fields.get("disposition", "").partition(";")[2]
    action = re.split(r"[/\s]", disposition.strip().lower())[0]
    recipients = (Returned(address, action, "", False),) if address else ()
    return Classified(Kind.RECEIPT, recipients, fields.get("original-message-id", "")[:998])


def _abuse(text: str, mail: Incoming) -> Classified:
    """A person pressed "spam"; some mail hosts report "not spam" in the same form."""
    lines = blocks(text)[0] if blocks(text) else {}
    kind = lines.get("feedback-type", "").lower()
    address = address_in(lines.get("original-rcpt-to", "")) or address_in(lines.get("removal-recipient", ""))
    recipients = (Returned(address, "", "", False),) if address else ()
    if kind == "not-spam":
        return Classified(Kind.MESSAGE)
    leaving = kind in ("opt-out", "opt-out-list")
    return Classified(Kind.UNSUBSCRIBE if leaving else Kind.COMPLAINT, recipients, original_of(mail))
