"""One person: who they are, how they can be reached, and what may be done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.models.protection import KeyTrust
from desktop.models.records import Person, PersonId, Status
from desktop.office.values import KeyLine, PersonShown
from desktop.texts import clean
from desktop.ui.audit.history import HistoryDialog
from desktop.ui.base import Notice, Ui, button, card, emptied, plain_label
from desktop.ui.cards.dialog import CardDialog
from desktop.ui.consent.section import ConsentSection
from desktop.ui.consent.words import LOOKS
from desktop.ui.dates import date_words, moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.filed import filing_words
from desktop.ui.help.opening import Helper
from desktop.ui.keys.dialog import KeyDialog
from desktop.ui.navigation import ENTRY_ROLES, Navigation
from desktop.ui.people.dialogs import EditDialog, PassphraseDialog
from desktop.ui.people.fields import FieldsSection
from desktop.ui.people.household import HouseholdSection
from desktop.ui.people.messages import MessagesSection
from desktop.ui.people.sections import PersonSections
from desktop.ui.people.timeline import TimelineSection
from desktop.ui.people.visits import VisitsSection
from desktop.ui.personsection import PersonSection

_FILED = 5
"""Lines at most: the newest of what was put to the record."""


class PersonDetail(QWidget):
    """Shows one person; every button leads to a small dialog that says what it does."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self._navigation = navigation
        self.shown: PersonShown | None = None
        self.helper = Helper(ui, session, self, lambda words, kind: self.notice.show_words(words, kind))
        frame, self.column = card()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(frame)
        outer.addWidget(scroll)
        self.name = plain_label("", "heading", wrap=True)
        self.pills = QHBoxLayout()
        self.notice = Notice(ui.theme)
        self.facts = QFormLayout()
        self.facts.setHorizontalSpacing(24)
        self.facts.setVerticalSpacing(10)
        self.reach = plain_label("", wrap=True)
        self.keys = QVBoxLayout()
        self._build()

    def _build(self) -> None:
        say = self.ui.say
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addLayout(self.pills)
        self.column.addLayout(top)
        self.column.addWidget(self.notice)
        overview = QWidget()
        column = QVBoxLayout(overview)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self.facts)
        column.addWidget(plain_label(say("ui.person.how"), "heading"))
        column.addWidget(self.reach)
        column.addLayout(self.keys)
        row = QHBoxLayout()
        self.write = button(say("ui.person.write"), self._write, "primary")
        self.edit = button(say("ui.person.edit"), self._edit)
        self.passphrase = button(say("ui.person.passphrase"), self._passphrase)
        self.add_key = button(say("ui.person.add-key"), self._add_key)
        self.history = button(say("ui.person.history"), self._history)
        self.help = button(say("ui.help.open"), self._help)
        self.buttons = (self.write, self.edit, self.help, self.passphrase, self.add_key, self.history)
        row.addWidget(self.write)
        row.addWidget(self.edit)
        row.addStretch()
        more = QHBoxLayout()
        more.addWidget(self.passphrase)
        more.addWidget(self.add_key)
        more.addStretch()
        column.addLayout(row)
        column.addWidget(self.help, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(plain_label(say("ui.person.more"), "heading"))
        column.addLayout(more)
        column.addWidget(self.history, 0, Qt.AlignmentFlag.AlignLeft)
        self.history.setVisible(self._session.role in ENTRY_ROLES["audit"])
        self.sections = PersonSections(self.ui, overview, self._parts())
        self.sections.changed.connect(self.look_again)
        self.column.addWidget(self.sections)
        self.column.addStretch()
        self.show_nobody(searching=False)

    def _parts(self) -> tuple[tuple[str, Callable[[], PersonSection]], ...]:
        """Beside the overview, in the order of the line."""
        ui, who, ways = self.ui, self._session, self._navigation
        visits: tuple[tuple[str, Callable[[], PersonSection]], ...] = ()
        if who.role is not Role.BILLING:
            visits = (("visits", lambda: VisitsSection(ui, who)),)
        return (
            ("timeline", lambda: TimelineSection(ui, who, ways)),
            ("consent", lambda: ConsentSection(ui, who)),
            ("messages", lambda: MessagesSection(ui, who, ways)),
            ("household", lambda: HouseholdSection(ui, who, ways)),
            *visits,
            ("fields", lambda: FieldsSection(ui, who)),
        )

    def look_again(self) -> None:
        """Something about them was changed."""
        if self.shown is not None:
            self.open(self.shown.person.id)

    # --- what is shown --------------------------------------------------------------

    def show_nobody(self, *, searching: bool) -> None:
        """The empty state says the next step."""
        self.shown = None
        self._clear()
        self.sections.show_person(None)
        self.name.setText(self.ui.say("ui.people.none-found" if searching else "ui.people.none-yet"))
        self.reach.setText("")
        for one in self.buttons:
            one.setEnabled(False)

    def open(self, person: PersonId) -> None:
        self.ui.bridge.run(
            self, lambda _: self.ui.office.show_person(self._session, person), self.show_person, self._failed
        )

    def show_person(self, shown: PersonShown) -> None:
        self.shown = shown
        self._clear()
        self.sections.show_person(shown)
        person, say = shown.person, self.ui.say
        self.name.setText(clean(person.name) or clean(person.organisation))
        self._show_pills(person)
        for code, value in (
            ("email", person.email or say("ui.person.no-email")),
            ("born", date_words(person.birth_date, self.ui.texts.language)),
            ("number", person.external_id),
            ("phone", person.phone),
            ("organisation", person.organisation),
            ("language", say(f"ui.language.{person.language}")),
            ("detail", say(f"ui.detail.{person.detail.value}")),
        ):
            if value:
                self.facts.addRow(plain_label(say(f"ui.person.{code}"), "muted"), plain_label(clean(value)))
        methods = [say(f"ui.method.{method.value}") for method in shown.methods]
        self.reach.setText("  ·  ".join(dict.fromkeys(methods)) or say("ui.person.unreachable"))
        for key in shown.keys:
            self.keys.addWidget(self._key_line(key))
        if shown.card is not None:
            made = moment_words(shown.card.made_at, self.ui.texts.language)
            words = say("ui.person.card", when=made, who=clean(shown.card.handed_over))
            self.keys.addWidget(plain_label(words, "muted", wrap=True))
        for line in shown.filings[:_FILED]:
            self.keys.addWidget(plain_label(filing_words(self.ui, line), "muted", wrap=True))
        for one in self.buttons:
            one.setEnabled(True)
        self.write.setEnabled(person.status is Status.ACTIVE and bool(shown.methods))

    def _key_line(self, key: KeyLine) -> QWidget:
        say = self.ui.say
        if not key.usable:
            reason = self.ui.reason(key.reason) if key.reason else ""
            return plain_label(say("ui.person.key-unusable", reason=reason), "problem", wrap=True)
        if key.trust is KeyTrust.FOUND:
            return self._waiting_line(key)
        until = date_words(key.expires.date(), self.ui.texts.language) if key.expires else ""
        code = "ui.person.key-until" if until else "ui.person.key"
        label = plain_label(say(code, until=until), "muted", wrap=True)
        label.setToolTip(say("ui.person.key-technical", kind=key.kind.value, fingerprint=key.fingerprint))
        return label

    def _waiting_line(self, key: KeyLine) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(plain_label(self.ui.say("ui.person.key-waiting"), "muted", wrap=True), 1)
        row.addWidget(button(self.ui.say("ui.person.key-confirm"), lambda: self._about_key(key)))
        return made

    def _show_pills(self, person: Person) -> None:
        if person.status is not Status.ACTIVE:
            self.pills.addWidget(plain_label(self.ui.say(f"ui.status.{person.status.value}"), "pill-warn"))
        consent = self.ui.say(f"ui.consent.{person.consent.value}")
        self.pills.addWidget(plain_label(consent, LOOKS[person.consent]))

    def _clear(self) -> None:
        self.notice.clear()
        for layout in (self.pills, self.keys):
            emptied(layout)
        while self.facts.rowCount():
            self.facts.removeRow(0)

    def _failed(self, error: SealwellError) -> None:
        self.notice.show_words(self.ui.error(error))

    # --- what may be done --------------------------------------------------------------

    def _write(self) -> None:
        if self.shown is not None:
            self._navigation.compose(self.shown.person.id)

    def _edit(self) -> None:
        if self.shown is not None:
            dialog = EditDialog(self.ui, self._session, self.shown.person, self)
            dialog.changed.connect(self.show_person)
            dialog.open()

    def _history(self) -> None:
        """Who saw this record, and the papers about it."""
        if self.shown is not None:
            person = self.shown.person
            name = person.name or person.organisation
            HistoryDialog(self.ui, self._session, person.id, name, self).open()

    def _passphrase(self) -> None:
        """The first card is made; who has one is led to the secret desk."""
        if self.shown is None:
            return
        person = self.shown.person
        dialog: FormDialog = (
            CardDialog(self.ui, self._session, person, self)
            if self.shown.card is not None
            else PassphraseDialog(self.ui, self._session, person.id, self)
        )
        dialog.finished.connect(lambda _: self.open(person.id))
        dialog.open()

    def _help(self) -> None:
        """Somebody is on the phone and cannot open what was sent last."""
        if self.shown is not None:
            self.helper.person(self.shown.person.id)

    def _add_key(self) -> None:
        if self.shown is not None:
            self._about_key(None)

    def _about_key(self, key: KeyLine | None) -> None:
        """Add one, or confirm one that waits."""
        if self.shown is not None:
            person = self.shown.person
            dialog = KeyDialog(self.ui, self._session, person, self, key)
            dialog.finished.connect(lambda _: self.open(person.id))
            dialog.open()
