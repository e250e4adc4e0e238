"""The paper of an emergency: the day's visits, whom to phone, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from desktop.mail.dates import day_in_words
from desktop.models.documents import Block, Column, Document, Facts, Paragraph, Style, Table
from desktop.office.emergency_read import Read
from desktop.office.values_backups import Damage, EmergencyVisit
from desktop.texts import Texts, clean

_VISITS = (("time", 1.2), ("name", 2.6), ("phone", 2.0), ("provider", 2.0), ("kind", 2.2))
_CALLS = (("time", 2.0), ("name", 2.4), ("phone", 2.0), ("provider", 1.8), ("why", 3.0))


def paper(read: Read, made: datetime, user: str, reason: str, *, recorded: bool, language: str) -> Document:
    """In the practice's language, or `language` where that could not be read.

    `made` is local time; who and why stand on it only where no disk took the record.
    """
    texts = Texts(read.language or language)
    say = texts.say
    blocks: list[Block] = [Paragraph(say("paper.emergency.lead"), Style.NOTE)]
    if not recorded:
        blocks += _unrecorded(say("paper.emergency.not-recorded"), made, user, reason, texts)
    blocks.append(Paragraph(say("paper.emergency.visits"), Style.HEADING))
    blocks.append(_table(_VISITS, read.visits, texts, "paper.emergency.no-visits"))
    blocks.append(Paragraph(say("paper.emergency.calls"), Style.HEADING))
    blocks.append(_table(_CALLS, read.calls, texts, "paper.emergency.no-calls"))
    if read.damage:
        blocks.append(Paragraph(say("paper.emergency.damage"), Style.HEADING))
        blocks.append(Paragraph(say("paper.emergency.damage.lead")))
        blocks.append(Facts(damage_in_words(read.damage, texts)))
    when = day_in_words(datetime.combine(read.day, time()), texts.language)
    stamp = say("paper.emergency.made", date=day_in_words(made, texts.language), time=f"{made:%H:%M}")
    return Document(
        title=say("paper.emergency.title"),
        language=texts.language,
        subtitle=(*((read.practice,) if read.practice else ()), when, stamp),
        blocks=tuple(blocks),
        footer=read.practice,
    )


def damage_in_words(damage: Sequence[Damage], texts: Texts) -> tuple[tuple[str, str], ...]:
    """Pages in one row; tables and files each with what is lost of them."""
    say = texts.say
    pages = [one.what for one in damage if one.kind == "page"]
    rows = [(say("paper.emergency.pages"), ", ".join(pages))] if pages else []
    for one in damage:
        if one.kind == "table":
            name = f"paper.emergency.table.{one.what}"
            lost = texts.count("paper.emergency.lost", one.lost)
            rows.append((say(name) if texts.has(name) else one.what, lost))
        elif one.kind == "file":
            rows.append((one.what, say("paper.emergency.file")))
    return tuple(rows)


def _unrecorded(lead: str, made: datetime, user: str, reason: str, texts: Texts) -> list[Block]:
    rows = (
        (texts.say("paper.emergency.who"), clean(user)),
        (texts.say("paper.emergency.when"), f"{made:%Y-%m-%d %H:%M %Z}"),
        (texts.say("paper.emergency.reason"), clean(reason, 500)),
    )
    return [Paragraph(lead, Style.HEADING), Facts(rows)]


def _table(
    columns: Sequence[tuple[str, float]], lines: Sequence[EmergencyVisit], texts: Texts, none: str
) -> Block:
    if not lines:
        return Paragraph(texts.say(none))
    heads = tuple(Column(texts.say(f"paper.emergency.{name}"), share) for name, share in columns)
    names = [name for name, _ in columns]
    return Table(heads, tuple(tuple(_cell(line, name, names, texts) for name in names) for line in lines))


def _cell(line: EmergencyVisit, name: str, names: Sequence[str], texts: Texts) -> str:
    say = texts.say
    if name == "time":
        with_day = "why" in names and line.day is not None
        return f"{_weekday(line, texts)} {line.at}" if with_day else line.at
    if name == "name":
        return line.name or say("paper.emergency.unreadable")
    if name == "why":
        return say(f"reason.{line.why.code}", **line.why.params) if line.why is not None else ""
    return {"phone": line.phone, "provider": line.provider, "kind": line.kind}[name]


def _weekday(line: EmergencyVisit, texts: Texts) -> str:
    return texts.say(f"words.weekday.{line.day.isoweekday()}") if line.day is not None else ""
