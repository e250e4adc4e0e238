"""What a family's one letter says: a line for each visit, on the page that a single reminder would have.

A template knows one visit, so the words are the program's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from desktop.campaigns.planned import PlannedReminder, Worded
from desktop.campaigns.wording import Words
from desktop.mail import fieldvalues
from desktop.mail.dates import day_in_words
from desktop.mail.sender import Sender
from desktop.mail.template_design import Design
from desktop.mail.template_source import TemplateSource
from desktop.models.records import Detail
from desktop.models.rules import CUSTOM
from desktop.models.standing import FieldClass
from desktop.texts import Texts, clean

_LEAST_FIRST = (Detail.MINIMAL, Detail.STANDARD, Detail.FULL)
_VISIT, _NOTE, _CALL = f"{CUSTOM}visit", f"{CUSTOM}note", f"{CUSTOM}call"
"""Fields of this letter alone; behind the first two stands a number."""


def letter(sender: Sender, words: Words, rows: Sequence[PlannedReminder]) -> Worded:
    """`rows` are of one day, one window and one language; there are at least two."""
    detail = min((row.person.detail for row in rows), key=_LEAST_FIRST.index)
    if detail is Detail.MINIMAL:
        return _least(sender, rows[0].person.language)
    visits = [_line(sender, row, detail) for row in rows]
    notes = _notes(sender, rows) if detail is Detail.FULL else []
    return _page(sender, words, rows[0], visits, notes) or _plain(sender, rows[0], visits, notes)


def _least(sender: Sender, language: str) -> Worded:
    say, practice = Texts(language).say, clean(sender.practice)
    about = say("mail.family.contact", practice=practice)
    return Worded(
        say("mail.family.subject-minimal", practice=practice),
        _text(language, about, _call(sender, language), practice),
    )


def _plain(sender: Sender, first: PlannedReminder, visits: list[str], notes: list[str]) -> Worded:
    language = first.person.language
    say = Texts(language).say
    day = day_in_words(first.appointment.start, language)
    lines = "\n".join(f"    {visit}" for visit in visits)
    parts = (say("mail.family.lead", day=day), lines, *notes, say("mail.family.cannot"))
    practice = clean(sender.practice)
    return Worded(
        say("mail.family.subject", day=day), _text(language, *parts, _call(sender, language), practice)
    )


def _page(
    sender: Sender, words: Words, first: PlannedReminder, visits: list[str], notes: list[str]
) -> Worded | None:
    """Laid out as the window's template is; None where single reminders are plain words. No value is read
    as anything but text: each stands in a field."""
    language = first.person.language
    around = words.around(first.window, first.person)
    if around is None:
        return None
    say = Texts(language).say
    values = {
        "date": day_in_words(first.appointment.start, language),
        "practice": clean(sender.practice),
        _CALL: _call(sender, language),
        **{f"{_VISIT}{at}": visit for at, visit in enumerate(visits)},
        **{f"{_NOTE}{at}": note for at, note in enumerate(notes)},
    }
    body = (
        say("mail.family.hello"),
        say("mail.family.lead", day="**{{ date }}**"),
        "\n".join(f"- {{{{ {_VISIT}{at} }}}}" for at in range(len(visits))),
        *(f"{{{{ {_NOTE}{at} }}}}" for at in range(len(notes))),
        say("mail.family.cannot"),
        f"{{{{ {_CALL} }}}}" if values[_CALL] else "",
        "{{ practice }}",
    )
    subject = say("mail.family.subject", day="{{ date }}")
    own = dict.fromkeys((name for name in values if name.startswith(CUSTOM)), FieldClass.CLINICAL)
    source = TemplateSource(subject, "", "\n\n".join(part for part in body if part))
    made = Design(source, around, own).render(values, first.person.name)
    return Worded(made.subject, made.text, made.html, words.pictures(made.pictures))


def _text(language: str, *parts: str) -> str:
    return "\n\n".join((Texts(language).say("mail.family.hello"), *(part for part in parts if part))) + "\n"


def _call(sender: Sender, language: str) -> str:
    phone = clean(sender.phone)
    return Texts(language).say("mail.family.call", phone=phone) if phone else ""


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


def _notes(sender: Sender, rows: Sequence[PlannedReminder]) -> list[str]:
    """What each of them has to mind."""
    said = ((row, fieldvalues.of_person(sender, row.person, row.appointment)) for row in rows)
    return [f"{_name(row)}: {values['instructions']}" for row, values in said if values.get("instructions")]


def _name(row: PlannedReminder) -> str:
    return clean(row.person.first_name or row.person.name)
