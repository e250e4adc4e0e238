"""Everybody: search on the left, one person on the right, import from a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLineEdit, QSplitter, QVBoxLayout, QWidget

from desktop.models.accounts import Role, Session
from desktop.models.records import PersonId
from desktop.office.values import PeopleFound, PersonLine
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import date_words
from desktop.ui.files import choose_file, dropped_file
from desktop.ui.imports.wizard import ImportWizard
from desktop.ui.lazy import LazyList
from desktop.ui.navigation import Navigation
from desktop.ui.people.adding import AddDialog
from desktop.ui.people.detail import PersonDetail
from desktop.ui.table import Column

_WAIT_MS = 150
_STRETCH = 100
_MAY_ADD = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.FRONT_DESK})
"""Who is offered to add or import somebody; what is allowed is decided behind the door."""


class PeopleList(Page):
    """Every keystroke starts the search anew; an older answer never overtakes a newer one."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._asked = 0
        self._found = ""
        self._wanted: PersonId | None = None
        may = session.role in _MAY_ADD
        self.setAcceptDrops(may)
        self.search = QLineEdit()
        self.search.setPlaceholderText(ui.say("ui.people.search"))
        self.search.setAccessibleName(ui.say("ui.people.search-name"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(420)
        self.head.addWidget(self.search, 1)
        self.head.addStretch()
        self.add_button = button(ui.say("ui.add.button"), self.add_person)
        self.head.addWidget(self.add_button)
        self.add_button.setVisible(may)
        self.import_button = button(ui.say("ui.people.import"), self.choose)
        self.head.addWidget(self.import_button)
        self.import_button.setVisible(may)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MS)
        self._later.timeout.connect(self.look_up)
        self.search.textChanged.connect(lambda _: self._later.start())
        self.search.returnPressed.connect(self.look_up)
        language = ui.texts.language
        self.lazy = LazyList[PersonLine](
            [
                Column(ui.say("ui.people.name"), lambda one: clean(one.name), stretch=True),
                Column(ui.say("ui.people.born"), lambda one: date_words(one.birth_date, language), width=120),
            ],
            ui.say("ui.people.list"),
        )
        self.lazy.wanted.connect(self._ask_more)
        self.rows, self.list = self.lazy.rows, self.lazy.view
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._open(now.row()))
        self.count = plain_label("", "muted")
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.lazy, 1)
        column.addWidget(self.count)
        self.detail = PersonDetail(ui, session, navigation)
        split = QSplitter()
        split.setHandleWidth(14)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.detail)
        split.setSizes([440, 640])
        self.outer.addWidget(split, 1)

    def refresh(self) -> None:
        self.look_up()

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def show_one(self, person: PersonId) -> None:
        """This person's page, wherever they stand in the list."""
        self._wanted = person
        self.search.clear()
        self.look_up()

    def look_up(self) -> None:
        """Ask for the first stretch of what the field says."""
        self._later.stop()
        self._ask()

    def _ask_more(self, first: int, number: int) -> None:
        """Rows that came into sight, of the search that stands."""
        asked = self._asked

        def done(found: PeopleFound) -> None:
            if asked == self._asked:
                self.rows.resize(found.total)
                self.rows.fill(first, found.people)

        text, limit = self._found, max(number, _STRETCH)
        self.call(lambda _: self.ui.office.search_people(self._session, text, limit, first), done)

    def _ask(self) -> None:
        self._asked += 1
        asked, text = self._asked, self.search.text()

        def done(found: PeopleFound) -> None:
            if asked == self._asked:
                self._found = text
                self._show(found)

        self.call(lambda _: self.ui.office.search_people(self._session, text, _STRETCH), done)

    def _show(self, found: PeopleFound) -> None:
        self.notice.clear()
        self.list.scrollToTop()
        self.lazy.renew(found.total, 0, found.people)
        self.count.setText(self.ui.texts.count("ui.people.count", found.total))
        wanted, self._wanted = self._wanted, None
        places = [at for at, one in enumerate(found.people) if one.id == wanted]
        model = self.list.selectionModel()
        model.clear()  # the same row may be somebody else now
        if wanted is not None and not places:
            self.detail.open(wanted)
        elif found.people:
            first = self.rows.index(places[0] if places else 0, 0)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            model.setCurrentIndex(first, flags)
        else:
            self.detail.show_nobody(searching=bool(self.search.text().strip()))

    def _open(self, row: int) -> None:
        line = self.rows.line(row)
        if line is not None:
            self.detail.open(line.id)

    # --- add ------------------------------------------------------------------------

    def add_person(self) -> None:
        dialog = AddDialog(self.ui, self._session, self)
        dialog.added.connect(self.show_one)
        dialog.chosen.connect(self.show_one)
        dialog.open()

    # --- import -----------------------------------------------------------------

    def choose(self) -> None:
        choose_file(self, self.ui.say("ui.people.choose"), self.ui.say("ui.files.people"), self.take_file)

    def take_file(self, path: Path) -> None:
        """Look at the file first (a dry run), then store it when the person says so."""
        dialog = ImportWizard(self.ui, self._session, path, self)
        dialog.finished.connect(lambda _: self.look_up())
        dialog.open()
        dialog.look()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        path = dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.take_file(path)
