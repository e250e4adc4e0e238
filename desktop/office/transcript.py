"""A conversation as a paper and as text for whoever keeps the chart: who, when, what was said.

In the practice's language and its own time. What people wrote stands as it was written; a file is
named, not printed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.frozen import dataclass
from desktop.mail.dates import day_in_words, time_in_words
from desktop.mail.states import NEVER_LEFT
from desktop.models import settings
from desktop.models.correspondence import Direction
from desktop.models.database import Tx
from desktop.models.documents import Block, Document, Facts, Paragraph, Style
from desktop.models.records import State
from desktop.office.values_messages import ConversationShown, EntryShown
from desktop.texts import Texts

_NOT_ARRIVED = frozenset({State.FAILED, State.BOUNCED})
_Say = Callable[..., str]


@dataclass(frozen=True)
class Setting:
    """What every paper of this practice has in common, and who makes this one."""

    practice: str
    language: str
    zone: ZoneInfo
    made_at: datetime
    made_by: str

    def moment(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{day_in_words(local, self.language)}, {time_in_words(local, self.language)}"


def setting(tx: Tx, made_at: datetime, made_by: str) -> Setting:
    return Setting(
        settings.get(tx, "practice-name") or "",
        settings.get(tx, "language") or "en",
        ZoneInfo(settings.get(tx, "zone") or "UTC"),
        made_at,
        made_by,
    )


def paper(shown: ConversationShown, where: Setting) -> Document:
    say = Texts(where.language).say
    blocks: list[Block] = [Facts(_facts(shown, where, say))]
    for one in shown.entries:
        blocks.append(Paragraph(_head(one, where, say), Style.HEADING))
        blocks += [Paragraph(note, Style.NOTE) for note in _notes(one, where, say)]
        blocks += [Paragraph(part) for part in _words(one).split("\n\n") if part.strip()]
    return Document(
        title=say("paper.conversation.title"),
        language=where.language,
        subtitle=(where.practice,),
        blocks=tuple(blocks),
        footer=where.practice,
    )


def plain(shown: ConversationShown, where: Setting) -> str:
    """The same for a reader of mail."""
    say = Texts(where.language).say
    head = [f"{name}: {value}" for name, value in _facts(shown, where, say)]
    parts = [say("paper.conversation.title"), where.practice, "", *head]
    for one in shown.entries:
        notes = _notes(one, where, say)
        parts += ["", "-" * 60, _head(one, where, say), *notes, "", _words(one)]
    return "\n".join(parts) + "\n"


def _facts(shown: ConversationShown, where: Setting, say: _Say) -> tuple[tuple[str, str], ...]:
    rows = (
        ("person", shown.line.name),
        ("birth-date", shown.birth_date.isoformat() if shown.birth_date else ""),
        ("record", shown.external_id),
        ("subject", shown.line.subject),
        ("made", say("paper.conversation.made-by", when=where.moment(where.made_at), name=where.made_by)),
        ("left-out", str(shown.earlier) if shown.earlier else ""),
    )
    return tuple((say(f"paper.conversation.{name}"), value) for name, value in rows if value)


def _head(one: EntryShown, where: Setting, say: _Say) -> str:
    when = where.moment(one.at)
    if one.direction is Direction.IN:
        return say("paper.conversation.from", when=when, name=one.name, address=one.address)
    by = f" ({one.name})" if one.name else ""
    return say("paper.conversation.to", when=when, name=f"{where.practice}{by}", address=one.address)


def _notes(one: EntryShown, where: Setting, say: _Say) -> list[str]:
    notes = [one.subject] if one.subject else []
    if one.files:
        notes.append(say("paper.conversation.files", files=", ".join(file.name for file in one.files)))
    if one.about:
        visit = datetime.fromisoformat(one.about)
        day, hour = day_in_words(visit, where.language), time_in_words(visit, where.language)
        notes.append(say("paper.conversation.reminder", when=f"{day}, {hour}"))
    if not one.opened:
        notes.append(say("paper.conversation.sealed"))
    if one.state in NEVER_LEFT:
        notes.append(say("paper.conversation.not-sent"))
    if one.state in _NOT_ARRIVED:
        notes.append(say("paper.conversation.not-arrived"))
    if one.state is State.UNCERTAIN:
        notes.append(say("paper.conversation.uncertain"))
    return notes


def _words(one: EntryShown) -> str:
    return "\n\n".join(part for part in (one.own, one.rest) if part)
