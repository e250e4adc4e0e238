"""Decisions as people see them, and the ways by which somebody can be reached at all."""

from __future__ import annotations

from datetime import datetime

from desktop.errors import SealwellError
from desktop.mail.content import check_sender
from desktop.mail.content_letters import Judged
from desktop.mail.content_values import ContentInput, Kind
from desktop.mail.decision import LEVEL_OF, RUNGS, Decision
from desktop.mail.gather import Gathered, Wishes, gather
from desktop.mail.headers import domain_of
from desktop.mail.policy import decide
from desktop.mail.sender import Sender, load_sender
from desktop.models.database import Tx
from desktop.models.records import Label, Level, Method, Person, PersonId, Reason
from desktop.office.values import ContentFound, Explained, RejectedMethod

_BY_KEY = frozenset({Method.OPENPGP, Method.SMIME})


def explained(person: PersonId, decision: Decision) -> Explained:
    """The decision as a value of the door."""
    return Explained(
        person,
        decision.method,
        decision.level,
        decision.reasons,
        tuple(RejectedMethod(item.method, item.reason, item.remedy) for item in decision.rejected),
        decision.policy,
        decision.hash(),
        decision.form,
        decision.key_fingerprint if decision.method in _BY_KEY else "",
    )


def found(message: ContentInput, judged: Judged) -> tuple[ContentFound, ...]:
    """Every hit as a value of the door; a scan with a picture of its first page."""
    return tuple(
        ContentFound(
            hit.kind.value,
            hit.where.part.value,
            hit.where.file,
            hit.start,
            hit.end,
            hit.reason,
            action.value,
            _first_page(message.attachments[hit.where.file].data) if hit.kind is Kind.NO_TEXT else b"",
        )
        for hit, action in judged.hits
    )


def _first_page(pdf: bytes) -> bytes:
    from desktop.mail.content_pdf import first_page

    return first_page(pdf)


def sender_warnings(sender: Sender) -> tuple[Reason, ...]:
    """What the practice's own name and domain tell everybody on the way."""
    return tuple(hit.reason for hit in check_sender(sender.shown, domain_of(sender.address)))


def reachable_methods(tx: Tx, person: Person, now: datetime) -> tuple[Method, ...]:
    """Every method open to this person for routine content today, best first.

    The chosen one, then each that the policy would take if it were asked for.
    """
    known = gather(tx, (person.id,), load_sender(tx).relay, now.date()).get(person.id)
    return open_methods(known, now) if known is not None else ()


def open_methods(known: Gathered, now: datetime) -> tuple[Method, ...]:
    """As `reachable_methods`, of what was gathered already."""
    first = decide(known.asks(Label.ROUTINE, now)).method
    if first is Method.NONE:
        return ()
    others = [method for method in RUNGS if method is not first and _takes(known, method, now)]
    return (first, *others)


def _takes(known: Gathered, method: Method, now: datetime) -> bool:
    """Whether the policy takes `method` when somebody asks for it."""
    if LEVEL_OF[method] is Level.PLAIN:
        return False
    try:
        return decide(known.asks(Label.ROUTINE, now, Wishes(wanted=method))).method is method
    except SealwellError:
        return False
