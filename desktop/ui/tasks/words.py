"""A task in words: its title, when it is due, whose it is."""

from __future__ import annotations

from desktop.office.values_messages import TaskLine
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import day_words
from desktop.ui.messages.rows import RowLook

_NOTE_CHARS = 160


def due_words(ui: Ui, line: TaskLine) -> str:
    """The day, on this computer's clock; '' where it has none."""
    if line.due_at is None:
        return ""
    return day_words(line.due_at.astimezone().date(), ui.texts.language)


def owner_words(ui: Ui, line: TaskLine) -> str:
    return clean(line.owner_name) if line.owner_name else ui.say("ui.tasks.anybody")


def who_words(ui: Ui, line: TaskLine) -> str:
    """Person and number of the record, where there is a person."""
    number = ui.say("ui.tasks.record", number=line.external_id) if line.external_id else ""
    return "  ·  ".join(part for part in (line.name, number) if part)


def ended_words(ui: Ui, line: TaskLine) -> str:
    """What became of it, when, and by whom; '' of an open one."""
    if line.closed_at is None:
        return ""
    day = day_words(line.closed_at.astimezone().date(), ui.texts.language)
    result = "dropped" if line.result == "dropped" else "done"
    if not line.closed_by:
        return ui.say(f"ui.tasks.{result}-itself", day=day)
    return ui.say(f"ui.tasks.{result}-by", who=clean(line.closed_by), day=day)


def line_look(ui: Ui, line: TaskLine) -> RowLook:
    """Its row in the list: what there is to do, about whom, and whose it is."""
    title, who, due = ui.reason(line.title), who_words(ui, line), due_words(ui, line)
    group = ui.say(f"ui.tasks.group-{line.group}")
    ended = ended_words(ui, line)
    owner = clean(line.owner_name)
    note = "" if line.kind == "own" else clean(line.note, _NOTE_CHARS)
    mark = ui.say("ui.tasks.overdue") if line.overdue else ""
    foot = "  ·  ".join(part for part in (ended or group, note) if part)
    said = ", ".join(part for part in (title, who, mark, due, owner, foot) if part)
    return RowLook(
        name=title,
        when=due,
        line=who or foot,
        foot=foot if who else "",
        mark=mark,
        note=owner,
        strong=line.group == "urgent" and not ended,
        muted=bool(ended),
        said=said,
    )
