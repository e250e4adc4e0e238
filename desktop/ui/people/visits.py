"""All visits of one person, the newest first, and what can be done with them."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop.models.accounts import Session
from desktop.office.values import PersonShown
from desktop.office.values_facts import VisitLine, VisitQuery, VisitsShown
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import date_words
from desktop.ui.personsection import PersonSection
from desktop.ui.table import Column, Rows, table
from desktop.ui.visits import words
from desktop.ui.visits.actions import VisitActions

_TALL = 320


class VisitsSection(PersonSection):
    """A further visit is made for whoever is shown."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, session)
        say = ui.say
        self.rows = Rows[VisitLine](
            (
                Column(
                    say("ui.visits.day"),
                    lambda line: date_words(line.visit.start.date(), ui.texts.language),
                    width=112,
                ),
                Column(say("ui.visits.time"), lambda line: words.time_of(ui, line), width=84),
                Column(say("ui.visits.what"), words.what, stretch=True),
                Column(say("ui.visits.status"), lambda line: words.status(ui, line), width=120),
            )
        )
        self.list = table(self.rows, say("ui.visits.title"))
        self.list.setMinimumHeight(_TALL)
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.empty = plain_label(say("ui.visits.none-person"), "muted", wrap=True)
        self.empty.hide()
        self.add_button = button(say("ui.visits.add"), self.add)
        self.add_button.hide()
        self.ways = VisitActions(ui, session)
        self.ways.changed.connect(self._done)
        self.ways.failed.connect(self.show_error)
        for one in (self.list, self.empty, self.ways):
            self.column.addWidget(one)
        self.column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_person(self, shown: PersonShown) -> None:
        super().show_person(shown)
        self._look()

    def add(self) -> None:
        if self.shown is not None:
            person = self.shown.person
            self.ways.add((person.id, clean(person.name or person.organisation)))

    def _look(self) -> None:
        if self.shown is None:
            return
        query = VisitQuery(person=self.shown.person.id)
        self.call(lambda: self.ui.office.list_visits(self.session, query), self._show)

    def _show(self, shown: VisitsShown) -> None:
        self.rows.show(shown.lines)
        self.list.setVisible(bool(shown.lines))
        self.empty.setVisible(not shown.lines)
        self.add_button.setVisible(shown.can_change)
        self.ways.show_list(shown)

    def _choose(self, row: int) -> None:
        self.ways.choose(self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None)

    def _done(self, said: str) -> None:
        self.notice.show_words(said, "ok")
        self._look()
