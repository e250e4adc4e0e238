"""A visit in words: when, what, and where its reminder stands."""

from __future__ import annotations

from desktop.office.values_facts import VisitLine
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import day_words, time_words


def time_of(ui: Ui, line: VisitLine) -> str:
    """Such as "2:30 PM"; wall-clock time as it was written down."""
    return time_words(line.visit.start, ui.texts.language)


def day_of(ui: Ui, line: VisitLine) -> str:
    return day_words(line.visit.start.date(), ui.texts.language)


def what(line: VisitLine) -> str:
    """Type, provider and place, as far as they are known."""
    visit = line.visit
    return ", ".join(clean(one) for one in (visit.visit_type, visit.provider, visit.location) if one)


def status(ui: Ui, line: VisitLine) -> str:
    return ui.say(f"ui.visits.status-{line.visit.status.value}")


def reminder(ui: Ui, line: VisitLine) -> str:
    return ui.say(f"ui.state.{line.reminder.value}") if line.reminder else ""
