"""Reminders of one day that go to one mailbox, as one letter where that mailbox's family wishes it.

The letter says of everybody as little as the one of them who wished for the least. It is merged only
where each of these visits may be read by whoever reads that mailbox, and never where somebody is asked
for a yes: an answer belongs to one visit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from desktop.campaigns.planned import PlannedReminder, Worded
from desktop.mail import fieldvalues
from desktop.mail.dates import day_in_words
from desktop.mail.sender import Sender
from desktop.models import maillinks
from desktop.models.campaigning import WindowId, WindowKind
from desktop.models.database import Tx
from desktop.models.names import address_key
from desktop.models.records import Detail, Method
from desktop.models.standing import MailLink, Reader
from desktop.texts import Texts, clean

MERGE = "merge"
_LEAST_FIRST = (Detail.MINIMAL, Detail.STANDARD, Detail.FULL)
_READ_TOGETHER = frozenset({Reader.SELF, Reader.GUARDIAN, Reader.PROXY})
"""What others read who may know nothing is opened by the person alone."""
_OPEN = frozenset({Method.TLS, Method.PORTAL, Method.PLAIN})
"""A letter that is sealed to one of them is no other's."""
_Key = tuple[WindowId, date, str, Method, str]


def merged(
    tx: Tx, sender: Sender, rows: Iterable[PlannedReminder], now: datetime
) -> tuple[PlannedReminder, ...]:
    """The same visits in as few letters as may be, each where its first visit stood."""
    given = tuple(rows)
    groups: dict[_Key, list[PlannedReminder]] = {}
    for row in given:
        key = _key(sender, row, now)
        if key is not None:
            groups.setdefault(key, []).append(row)
    family = {
        row.due.told: several
        for key, several in groups.items()
        if len({row.person.id for row in several}) > 1 and maillinks.family(tx, key[2]) == MERGE
        for row in several
    }
    letters = []
    for row in given:
        several = family.get(row.due.told)
        if several is None:
            letters.append(row)
        elif several[0] is row:
            letters.append(replace(row, letter=_letter(sender, several), others=tuple(several[1:])))
    return tuple(letters)


def _key(sender: Sender, row: PlannedReminder, now: datetime) -> _Key | None:
    """What has to be the same; None for what goes alone."""
    link = row.known.way(now)
    if not isinstance(link, MailLink) or link.confidential or link.reader not in _READ_TOGETHER:
        return None
    alone = sender.facts.rule(row.appointment.visit_type).patient_only
    if alone or row.window.kind is not WindowKind.REMINDER or row.decision.method not in _OPEN:
        return None
    day = row.appointment.start.date()
    return row.window.id, day, address_key(link.address), row.decision.method, row.person.language


def _letter(sender: Sender, rows: list[PlannedReminder]) -> Worded:
    """Plain words of the program: a template knows one visit."""
    detail = min((row.person.detail for row in rows), key=_LEAST_FIRST.index)
    language = rows[0].person.language
    say = Texts(language).say
    practice, phone = clean(sender.practice), clean(sender.phone)
    call = say("mail.family.call", phone=phone) if phone else ""
    if detail is Detail.MINIMAL:
        about = say("mail.family.contact", practice=practice)
        return Worded(
            say("mail.family.subject-minimal", practice=practice), _text(language, about, call, practice)
        )
    day = day_in_words(rows[0].appointment.start, language)
    visits = "\n".join(f"    {_line(sender, row, detail)}" for row in rows)
    notes = _notes(sender, rows) if detail is Detail.FULL else ""
    parts = (say("mail.family.lead", day=day), visits, notes, say("mail.family.cannot"), call)
    return Worded(say("mail.family.subject", day=day), _text(language, *parts, practice))


def _text(language: str, *parts: str) -> str:
    return "\n\n".join((Texts(language).say("mail.family.hello"), *(part for part in parts if part))) + "\n"


def _line(sender: Sender, row: PlannedReminder, detail: Detail) -> str:
    say = Texts(row.person.language).say
    values = fieldvalues.of_person(sender, row.person, row.appointment)
    said = [say("mail.family.visit", name=_name(row), time=values["time"])]
    if values.get("arrive_at"):
        said.append(say("mail.family.arrive", time=values["arrive_at"]))
    if detail is Detail.FULL:
        told = (("mail.family.with", "provider"), ("mail.family.at", "location"))
        said += [say(key, what=clean(values[name])) for key, name in told if values.get(name)]
    return ", ".join(said)


def _notes(sender: Sender, rows: list[PlannedReminder]) -> str:
    """What each of them has to mind."""
    notes = []
    for row in rows:
        said = fieldvalues.of_person(sender, row.person, row.appointment).get("instructions")
        if said:
            notes.append(f"{_name(row)}: {said}")
    return "\n\n".join(notes)


def _name(row: PlannedReminder) -> str:
    return clean(row.person.first_name or row.person.name)
