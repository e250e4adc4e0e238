"""Mailboxes of the person who is shown: who reads them, and whose mail arrives there too."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Role, Session
from desktop.office.values import PersonShown
from desktop.office.values_household import HouseholdShown, LinkLine, MemberLine
from desktop.texts import clean
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.dates import date_words
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.navigation import Navigation
from desktop.ui.people.household_dialog import LinkDialog
from desktop.ui.personsection import PersonSection

FAMILIES = ("", "merge", "apart")
_MAY_SET = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.FRONT_DESK})


class HouseholdSection(PersonSection):
    """The mailbox that counts stands first; others are former ones."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, session)
        self._navigation = navigation
        self._may = session.role in _MAY_SET
        self.household: HouseholdShown | None = None
        say = ui.say
        self.column.addWidget(plain_label(say("ui.household.mailboxes"), "heading"))
        self._links = QVBoxLayout()
        self._links.setSpacing(10)
        self.column.addLayout(self._links)
        self.set = button(say("ui.household.set"), self.ask)
        self.set.setVisible(self._may)
        self.column.addWidget(self.set, 0, Qt.AlignmentFlag.AlignLeft)
        self.members_title = plain_label(say("ui.household.members"), "heading")
        self.column.addWidget(self.members_title)
        self._members = QVBoxLayout()
        self._members.setSpacing(6)
        self.column.addLayout(self._members)
        self.family_label = plain_label(say("ui.household.family"), "label")
        self.family = QComboBox()
        self.family.setAccessibleName(say("ui.household.family"))
        for code in FAMILIES:
            self.family.addItem(say(f"ui.household.family-{code or 'practice'}"), code)
        self.family_label.setBuddy(self.family)
        self.family.setEnabled(self._may)
        self.family.activated.connect(lambda _: self._set_family())
        self.column.addWidget(self.family_label)
        self.column.addWidget(self.family, 0, Qt.AlignmentFlag.AlignLeft)
        self._show_members(())

    def show_person(self, shown: PersonShown) -> None:
        super().show_person(shown)
        self.household = None
        emptied(self._links)
        self._show_members(())
        self.set.setEnabled(False)
        person = shown.person.id
        self.call(lambda: self.ui.office.show_household(self.session, person), self._show)

    def ask(self) -> None:
        """Set a mailbox, the one that counts filled in."""
        if self.household is None:
            return
        dialog = LinkDialog(self.ui, self.session, self.household, self)
        dialog.saved.connect(self._saved)
        dialog.open()

    def end(self, link: LinkLine) -> None:
        """After a second click."""
        if self.household is None:
            return
        person = self.household.person
        dialog = ConfirmDialog(self.ui, "ui.household.end", self)
        dialog.accepted.connect(
            lambda: self.call(
                lambda: self.ui.office.end_link(self.session, person, link.address), self._saved
            )
        )
        dialog.open()

    def _set_family(self) -> None:
        if self.household is None:
            return
        person, choice = self.household.person, str(self.family.currentData())
        self.call(lambda: self.ui.office.set_family(self.session, person, choice), self._show)

    def _saved(self, shown: HouseholdShown) -> None:
        self._show(shown)
        self.changed.emit()

    def _show(self, shown: HouseholdShown) -> None:
        self.household = shown
        self.set.setEnabled(True)
        emptied(self._links)
        if shown.why is not None:
            self._links.addWidget(plain_label(self.ui.reason(shown.why), "problem", wrap=True))
        for link in shown.links:
            self._links.addWidget(self._link(link))
        self._show_members(shown.members)
        self.family.setCurrentIndex(max(0, self.family.findData(shown.family)))

    def _link(self, link: LinkLine) -> QWidget:
        say = self.ui.say
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        address = clean(link.address)
        words = f"{address}  ·  {say('ui.household.counts')}" if link.counts else address
        grid.addWidget(plain_label(words, "" if link.counts else "muted", wrap=True), 0, 0)
        grid.addWidget(plain_label(self.below(link), "muted", wrap=True), 1, 0)
        if self._may and link.ended_at is None:
            stop = button(say("ui.household.end"), lambda: self.end(link), "link")
            stop.setAccessibleName(f"{say('ui.household.end')}: {address}")
            grid.addWidget(stop, 0, 1, Qt.AlignmentFlag.AlignTop)
        return made

    def below(self, link: LinkLine) -> str:
        """Who reads it, until when, and what was asked for."""
        say, language = self.ui.say, self.ui.texts.language
        parts = [say(f"ui.household.reader-{link.reader.value}")]
        if link.reader_name:
            parts.append(clean(link.reader_name))
        if link.until is not None:
            parts.append(say("ui.household.until", date=date_words(link.until, language)))
        if link.document is not None:
            parts.append(say("ui.household.paper-kept"))
        if link.confidential:
            parts.append(say("ui.household.confidential"))
        if link.ended_at is not None:
            parts.append(say("ui.household.ended", date=date_words(link.ended_at.date(), language)))
        return "  ·  ".join(parts)

    def _show_members(self, members: tuple[MemberLine, ...]) -> None:
        emptied(self._members)
        for member in members:
            self._members.addWidget(self._member(member))
        for widget in (self.members_title, self.family_label, self.family):
            widget.setVisible(bool(members))

    def _member(self, member: MemberLine) -> QWidget:
        born = date_words(member.birth_date, self.ui.texts.language)
        words = "  ·  ".join(part for part in (clean(member.name), born) if part)
        return button(words, lambda: self._navigation.person(member.id), "link")
