"""The place of people in the rail: everybody, their visits, groups, and what keeps the list clean."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTableView

from desktop.models.accounts import Role, Session
from desktop.models.records import PersonId
from desktop.office.values import PersonLine
from desktop.ui.base import Page, Ui
from desktop.ui.consent.page import AnswersPage
from desktop.ui.duplicates.page import DuplicatesPage
from desktop.ui.hygiene.page import AddressesPage
from desktop.ui.imports.page import ImportsPage
from desktop.ui.lazy import LazyRows
from desktop.ui.navigation import Navigation
from desktop.ui.people.detail import PersonDetail
from desktop.ui.people.listing import PeopleList
from desktop.ui.segments.page import GroupsPage
from desktop.ui.tabs import Tabs
from desktop.ui.visits.page import VisitsPage

PEOPLE, VISITS, GROUPS = "people", "visits", "groups"
DUPLICATES, ADDRESSES, IMPORTS, ANSWERS = "duplicates", "addresses", "imports", "answers"

_DESK = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.FRONT_DESK})
_BUILD: dict[str, tuple[Callable[[Ui, Session, Navigation], Page], frozenset[Role]]] = {
    VISITS: (VisitsPage, _DESK | {Role.CLINICIAN}),
    GROUPS: (GroupsPage, _DESK),
    DUPLICATES: (DuplicatesPage, _DESK),
    ADDRESSES: (AddressesPage, _DESK),
    IMPORTS: (ImportsPage, _DESK),
    ANSWERS: (AnswersPage, frozenset({Role.ADMINISTRATOR})),
}
"""Beside everybody, in the order of the row, and which roles see them."""


class PeoplePage(Page):
    """Opens on everybody; each other part is built when it is first opened."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.people.title"))
        self.head.addStretch()
        self.everybody = PeopleList(ui, session, navigation)
        parts: list[tuple[str, str, Callable[[], Page]]] = [
            (PEOPLE, ui.say("ui.people.tab-people"), lambda: self.everybody)
        ]
        for code, (build, roles) in _BUILD.items():
            if session.role in roles:
                words = ui.say(f"ui.people.tab-{code}")
                parts.append((code, words, partial(build, ui, session, navigation)))
        self.tabs = Tabs(ui.say("ui.people.title"), tuple(parts))
        self.tabs.row.setVisible(len(parts) > 1)
        self.outer.addWidget(self.tabs, 1)
        self.tabs.bring(PEOPLE)

    @property
    def search(self) -> QLineEdit:
        return self.everybody.search

    @property
    def rows(self) -> LazyRows[PersonLine]:
        return self.everybody.rows

    @property
    def list(self) -> QTableView:
        return self.everybody.list

    @property
    def count(self) -> QLabel:
        return self.everybody.count

    @property
    def detail(self) -> PersonDetail:
        return self.everybody.detail

    @property
    def import_button(self) -> QPushButton:
        return self.everybody.import_button

    def refresh(self) -> None:
        self.tabs.open(self.tabs.current or PEOPLE)

    def open_part(self, code: str) -> None:
        """Bring one part to the front, if this role has it."""
        if code in self.tabs.buttons:
            self.tabs.open(code)

    def focus_search(self) -> None:
        self.tabs.bring(PEOPLE)
        self.everybody.focus_search()

    def show_one(self, person: PersonId) -> None:
        """This person's page, wherever they stand in the list."""
        self.tabs.bring(PEOPLE)
        self.everybody.show_one(person)

    def look_up(self) -> None:
        self.everybody.look_up()

    def choose(self) -> None:
        self.everybody.choose()

    def take_file(self, path: Path) -> None:
        self.everybody.take_file(path)
