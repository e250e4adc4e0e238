"""A further visit, or one at another time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from PySide6.QtCore import QDate, QTime, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.office.values_facts import VisitLine, VisitMove, VisitRequest, VisitsShown
from desktop.texts import clean
from desktop.ui.audit.inputs import day_input, time_input
from desktop.ui.audit.personfield import PersonField
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog, row_label

_TWICE = "visit-time-twice"
_NINE = QTime(9, 0)


class VisitDialog(FormDialog):
    """Without a `line` a new visit; `saved` carries the office's `VisitChanged`.

    An hour that comes twice is asked about only once it was chosen.
    """

    saved = Signal(object)

    def __init__(
        self,
        ui: Ui,
        session: Session,
        shown: VisitsShown,
        line: VisitLine | None,
        parent: QWidget,
        who: tuple[PersonId, str] | None = None,
    ) -> None:
        super().__init__(ui, ui.say("ui.visits.add" if line is None else "ui.visits.move-title"), parent)
        self._session, self._line = session, line
        self._who = who
        self.person: PersonField | None = None
        self.form = QFormLayout()
        self.form.setVerticalSpacing(10)
        if line is not None or who is not None:
            name = clean(line.name if line is not None else who[1] if who is not None else "")
            self.content.addWidget(plain_label(name, "label", wrap=True))
        else:
            self.person = PersonField(ui, session, ui.say("ui.visits.find"))
            self._row("ui.visits.person", self.person)
        start = line.visit.start if line is not None else None
        day = start.date() if start is not None else shown.first
        words = ui.say("ui.visits.day")
        self.day = day_input(words, QDate(day.year, day.month, day.day), ui.texts.language)
        self._row("ui.visits.day", self.day)
        at = QTime(start.hour, start.minute) if start is not None else _NINE
        self.time = time_input(ui.say("ui.visits.time"), at, ui.texts.language)
        self._row("ui.visits.time", self.time)
        self.which = QComboBox()
        for code in ("first", "second"):
            self.which.addItem(ui.say(f"ui.visits.which-{code}"), code == "second")
        self.which_label = self._row("ui.visits.which", self.which)
        self._ask_which(False)
        visit = line.visit if line is not None else None
        self.type: QComboBox | None = None
        if line is None:
            self.type = self._words("ui.visits.type", shown.types, "")
        self.provider = self._words("ui.visits.provider", shown.providers, visit.provider if visit else "")
        self.location = self._words("ui.visits.location", shown.locations, visit.location if visit else "")
        self.content.addLayout(self.form)
        hint = "ui.visits.add-hint" if line is None else "ui.visits.move-hint"
        self.content.addWidget(plain_label(ui.say(hint), "muted", wrap=True))
        self.go = button(
            ui.say("ui.visits.add-go" if line is None else "ui.visits.move-go"), self.save, "primary"
        )
        self.go.setDefault(True)
        self.foot.addWidget(self.go)
        (self.person or self.day).setFocus()

    def _row(self, code: str, widget: QWidget) -> QWidget:
        label = row_label(self.ui.say(code))
        label.setBuddy(widget)
        widget.setAccessibleName(label.text())
        self.form.addRow(label, widget)
        return label

    def _words(self, code: str, offered: Sequence[str], now: str) -> QComboBox:
        """Typed, or taken from what visits name already."""
        made = QComboBox()
        made.setEditable(True)
        made.addItems([clean(one) for one in offered])
        made.setCurrentText(now)
        self._row(code, made)
        return made

    def _ask_which(self, asked: bool) -> None:
        self.which.setVisible(asked)
        self.which_label.setVisible(asked)

    @property
    def start(self) -> datetime:
        """On the practice's wall."""
        day, at = self.day.date(), self.time.time()
        return datetime.combine(
            date(day.year(), day.month(), day.day()), datetime.min.time().replace(at.hour(), at.minute())
        )

    def save(self) -> None:
        second = None if self.which.isHidden() else bool(self.which.currentData())
        provider, location = self.provider.currentText(), self.location.currentText()
        start, session, office, line = self.start, self._session, self.ui, self._line
        self.notice.clear()
        if line is not None:
            move = VisitMove(line.visit.id, start, provider, location, second)
            self.go.setEnabled(False)
            self.ui.bridge.run(
                self, lambda _: office.office.move_visit(session, move), self._saved, self._refused
            )
            return
        person = self._who[0] if self._who is not None else self.person.chosen if self.person else None
        if person is None:
            self.notice.show_words(self.ui.say("ui.visits.person-missing"))
            return
        what = self.type.currentText() if self.type is not None else ""
        request = VisitRequest(person, start, what, provider, location, second)
        self.go.setEnabled(False)
        self.ui.bridge.run(
            self, lambda _: office.office.add_visit(session, request), self._saved, self._refused
        )

    def _saved(self, changed: object) -> None:
        self.saved.emit(changed)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self._ask_which(error.code == _TWICE)
        self.failed(error)
