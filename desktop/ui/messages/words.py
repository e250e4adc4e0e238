"""What the lists of Messages say: conversations, what was found, tasks, drafts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from desktop.models.accounts import UserId
from desktop.models.correspondence import ConversationState, Direction, Urgency
from desktop.office.values_access import DraftKept
from desktop.office.values_messages import (
    DONE,
    INBOX,
    MINE,
    SENT,
    UNKNOWN,
    WAITING,
    ConversationLine,
    MailHit,
    TaskLine,
)
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import moment_words, short_words
from desktop.ui.messages.rows import RowLook

DRAFTS = "drafts"
"""A place on the page; what stands there comes from `list_drafts`."""
SHOWN_PLACES = (INBOX, MINE, WAITING, DONE, SENT, DRAFTS, UNKNOWN)
_SNIPPET = 160
_RUN = re.compile(r"[^\s<>&;]{40,}")
_PIECE = 24
_BREAK = "\u200b"
"""A place where a line may end, of no width (Unicode 23.2)."""


def line_look(ui: Ui, line: ConversationLine, user: UserId) -> RowLook:
    """One conversation, as `user` sees it in a list."""
    when = _when(ui, line.changed_at)
    note = owner_words(ui, line, user)
    name = clean(line.name) or ui.say("ui.messages.nobody")
    about = ui.say("ui.messages.hidden") if line.hidden else _without(name, _short(ui, line))
    mark = ui.say("ui.messages.urgent") if line.urgency is Urgency.URGENT else ""
    snippet = clean(line.snippet, _SNIPPET)
    if line.last is Direction.OUT and snippet:
        snippet = ui.say("ui.messages.you-wrote", words=snippet)
    unseen = ui.say("ui.messages.unseen") if line.unseen else ""
    said = _said(mark, unseen, name, about, note, snippet, moment_words(line.changed_at, ui.texts.language))
    return RowLook(name, when, about, snippet, mark, note, line.unseen, line.hidden, said)


def about_words(ui: Ui, line: ConversationLine) -> str:
    """What is asked, in one line; else the subject."""
    if line.ask is not None:
        return clean(ui.reason(line.ask))
    return clean(line.subject) or ui.say("ui.messages.no-subject")


def _short(ui: Ui, line: ConversationLine) -> str:
    """In a list "Urgent" stands before it already: the subject says more than that it is urgent."""
    return about_words(ui, replace(line, ask=None) if line.ask and line.ask.code == "ask-urgent" else line)


def owner_words(ui: Ui, line: ConversationLine, user: UserId) -> str:
    """Who is answering now, else whose it is, else that it waits."""
    if line.answering:
        return ui.say("ui.messages.answering", name=clean(line.answering))
    if line.state is ConversationState.WAITING:
        return ui.say("ui.messages.waits")
    if line.state is ConversationState.DONE or line.owner is None:
        return ""
    return ui.say("ui.messages.yours") if line.owner == user else clean(line.owner_name)


def hit_look(ui: Ui, hit: MailHit) -> RowLook:
    when = _when(ui, hit.at)
    name = clean(hit.name) or ui.say("ui.messages.nobody")
    subject = clean(hit.subject) or ui.say("ui.messages.no-subject")
    snippet = clean(hit.snippet, _SNIPPET)
    note = ui.say("ui.messages.from-us") if hit.direction is Direction.OUT else ""
    said = _said(name, subject, note, snippet, moment_words(hit.at, ui.texts.language))
    return RowLook(name, when, subject, snippet, note=note, said=said)


def task_look(ui: Ui, task: TaskLine) -> RowLook:
    title, name, note = ui.reason(task.title), clean(task.name), clean(task.note, _SNIPPET)
    state = ui.say("ui.messages.task-ended" if task.closed_at is not None else "ui.messages.task-open")
    when = _when(ui, task.opened_at)
    head = name or title
    said = _said(title, name, state, note, moment_words(task.opened_at, ui.texts.language))
    return RowLook(head, when, title if name else "", "" if note == title else note, note=state, said=said)


def draft_look(ui: Ui, draft: DraftKept) -> RowLook:
    when = _when(ui, draft.changed_at) if draft.changed_at is not None else ""
    subject = clean(draft.subject, 80) or ui.say("ui.drafts.untitled")
    words = clean(draft.text, _SNIPPET)
    name = clean(draft.name) or ui.say("ui.messages.draft-to-nobody")
    note = ui.say("ui.messages.draft-answer") if draft.conversation is not None else ""
    return RowLook(name, when, subject, words, note=note, said=_said(name, subject, note, words, when))


def breakable(words: str) -> str:
    """A label breaks lines only between words: an endless one would push the page sideways."""
    return _RUN.sub(lambda run: _BREAK.join(re.findall(f".{{1,{_PIECE}}}", run.group())), words)


def _without(name: str, words: str) -> str:
    """The name stands in the line above: "Asks to move Tue 2:30" has room below it."""
    rest = words.removeprefix(name).strip()
    return rest[:1].upper() + rest[1:].removesuffix(".") if rest and rest != words else words


def _when(ui: Ui, moment: datetime) -> str:
    return short_words(moment, ui.clock.now(), ui.texts.language)


def _said(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
