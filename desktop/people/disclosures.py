"""Accounting of disclosures, 45 CFR 164.528: to whom a person's information went, six years back.

The person has a right to it. What went to the person is no disclosure to account for
(164.528(a)(1)(ii)) and is counted only. What went to others is listed, with the exception of
the rule that may apply: treatment, payment and operations (a)(1)(i), or an authorization the
person signed (a)(1)(iv). The rule would let a practice leave those out; we list them and say so.

Sealwell knows what left by Sealwell. Other disclosures are handed in by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.audit.outside import seen, watched
from desktop.audit.report import Head, subtitle
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import audit_lists, audit_queries, messages, people
from desktop.models.database import Tx
from desktop.models.documents import Column, Document, Facts, Paragraph, Progress, Table
from desktop.models.filters import AuditFilter
from desktop.models.records import Message, MessageId, Person, PersonId, State
from desktop.texts import Texts

YEARS = 6
"""How far back the rule goes (a)(1)."""
LEFT = (State.ACCEPTED, State.UNCERTAIN, State.BOUNCED, State.COMPLAINED)
"""States of a message that went out, or of which nobody can say that it did not."""
_WENT = ("message.accepted", "message.uncertain")
_PURPOSES = {"reminder": "care", "letter": "care", "campaign": "marketing", "journey": "marketing"}
_EXCEPTIONS = {"care": "treatment", "marketing": "authorization"}
"""By purpose; what has none must be accounted for."""


@dataclass(frozen=True)
class Disclosure:
    """One row (b)(2): when, to whom and where, what, and why.

    `what` is the kind of message, or "other" with `description`; `purpose` is `care`,
    `marketing` or a code with words `report.purpose.<code>`. `exception` is the part of the
    rule under which it need not be listed, "" where it must. `state` says how sure it is.
    """

    at: datetime
    recipient: str
    address: str
    what: str
    purpose: str
    exception: str
    state: State = State.ACCEPTED
    message: MessageId | None = None
    description: str = ""


@dataclass(frozen=True)
class Accounting:
    """`to_person` counts what the person themselves received."""

    person: Person
    since: datetime
    until: datetime
    rows: tuple[Disclosure, ...]
    to_person: int


def account(
    tx: Tx,
    person: Person,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    merged: Iterable[PersonId] = (),
    further: Iterable[Disclosure] = (),
    progress: Progress | None = None,
) -> Accounting:
    """The disclosures about `person` (and the ids `merged` into theirs) in `since` to `until`.

    Without `since` it is six years before `until`, which is also the furthest; without
    `until` it is now. Raises InputError("period-backwards").
    """
    until = min(until or now, now)
    earliest = years_before(until, YEARS)
    since = max(since or earliest, earliest)
    if since > until:
        raise InputError("period-backwards")
    own = frozenset((person.id, *merged))
    ids = audit_lists.messages_about(tx, own, LEFT)
    found: list[Disclosure] = []
    to_person = 0
    known = messages.get_many(tx, ids)
    others = people.get_many(tx, {row.person for row in known.values()} - own)
    for id_ in watched(ids, len(ids), progress):
        row = known[id_]
        at = _went(tx, row)
        if not since <= at <= until:
            continue
        if row.person in own:
            to_person += 1
        else:
            found.append(_disclosure(row, at, others.get(row.person)))
    found += [one for one in further if since <= one.at <= until]
    found.sort(key=lambda one: (one.at, one.recipient))
    return Accounting(person, since, until, tuple(found), to_person)


def years_before(moment: datetime, years: int) -> datetime:
    """The same day and time; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, day=28)


def _went(tx: Tx, row: Message) -> datetime:
    """When the log says that it went; where that was purged, when it was made ready."""
    wanted = AuditFilter(message=row.id, acts=_WENT)
    found = audit_queries.page(tx, wanted, None, 1)
    at = seen(found[0]).at if found else None
    return at or row.queued_at


def _disclosure(row: Message, at: datetime, recipient: Person | None) -> Disclosure:
    purpose = _PURPOSES.get(row.kind, "other")
    name = ", ".join(part for part in (recipient.name, recipient.organisation) if part) if recipient else ""
    return Disclosure(
        at=at,
        recipient=name,
        address=row.address,
        what=row.kind,
        purpose=purpose,
        exception=_EXCEPTIONS.get(purpose, ""),
        state=row.state,
        message=row.id,
    )


def accounting_table(made: Accounting, zone: ZoneInfo, texts: Texts) -> Table:
    """The rows, for the paper and for CSV."""
    columns = (
        Column(texts.say("report.disclosures.date"), 1.1),
        Column(texts.say("report.disclosures.to"), 2),
        Column(texts.say("report.disclosures.what"), 1.8),
        Column(texts.say("report.disclosures.why"), 1.4),
        Column(texts.say("report.disclosures.rule"), 2),
    )
    rows = (
        (
            one.at.astimezone(zone).strftime("%Y-%m-%d"),
            "\n".join(part for part in (one.recipient, one.address) if part),
            _what(one, texts),
            _said(texts, "purpose", one.purpose),
            _said(texts, "exception", one.exception or "none"),
        )
        for one in made.rows
    )
    return Table(columns, tuple(rows))


def accounting_report(made: Accounting, head: Head, texts: Texts) -> Document:
    """The paper that the person gets."""
    day = "%Y-%m-%d"
    period = texts.say(
        "report.period.range",
        start=made.since.astimezone(head.zone).strftime(day),
        end=made.until.astimezone(head.zone).strftime(day),
        zone=str(head.zone),
    )
    born = f", {made.person.birth_date.isoformat()}" if made.person.birth_date else ""
    must = sum(not one.exception for one in made.rows)
    facts = Facts(
        (
            (texts.say("report.touched.person"), f"{made.person.name}{born}"),
            (texts.say("report.period"), period),
            (texts.say("report.disclosures.listed"), str(len(made.rows))),
            (texts.say("report.disclosures.must"), str(must)),
            (texts.say("report.disclosures.own"), str(made.to_person)),
        )
    )
    return Document(
        title=texts.say("report.disclosures.title"),
        language=texts.language,
        subtitle=subtitle(head, texts),
        blocks=(
            facts,
            Paragraph(texts.say("report.disclosures.words")),
            Paragraph(texts.say("report.disclosures.only")),
            accounting_table(made, head.zone, texts)
            if made.rows
            else Paragraph(texts.say("report.disclosures.none")),
        ),
        footer=texts.say("report.touched.foot", practice=head.practice),
    )


def _what(one: Disclosure, texts: Texts) -> str:
    said = one.description or _said(texts, "what", one.what)
    if one.state is State.ACCEPTED:
        return said
    return f"{said} ({_said(texts, 'state', one.state.value)})"


def _said(texts: Texts, group: str, code: str) -> str:
    """The words of a code, or the code where somebody handed in one of their own."""
    entry = f"report.{group}.{code}"
    return texts.say(entry) if texts.has(entry) else code
