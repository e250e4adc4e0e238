"""Keys: the practice's own, what ends in the next 90 days, and the keys of people with a filter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.protection import KeyTrust
from desktop.models.records import KeyId
from desktop.office.values import PersonShown
from desktop.office.values_access import Purpose
from desktop.office.values_protection import (
    ContactKeyLine,
    KeyRequest,
    KeysShown,
    OwnKeyLine,
    PublishedKeys,
    WeatherLine,
)
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.bridge import Task
from desktop.ui.dates import date_words
from desktop.ui.files import choose_file
from desktop.ui.grouped import grouped
from desktop.ui.keys.dialog import KeyDialog
from desktop.ui.keys.dialogs import IdentityDialog, RequestDialog
from desktop.ui.keys.fingerprint import FingerprintDialog
from desktop.ui.keys.own import OwnKeysCard, end_words
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Rows, table
from desktop.ui.users.dialogs import ConfirmDialog

_ROW = 44
_MOST_ROWS = 8
"""More than these scroll inside the list."""
_SHOWN_SOON = 6


class KeysSection(Page):
    """`write` takes over a prepared letter: the window knows where letters are written."""

    def __init__(self, ui: Ui, session: Session, write: Callable[[KeyRequest], None]) -> None:
        super().__init__(ui, ui.say("ui.settings.keys"))
        self._session = session
        self._write = write
        self.shown: KeysShown | None = None
        self.column = scrolled_column(self.outer, margin=8)
        self.own = OwnKeysCard(ui, self)
        self.column.addWidget(self.own)
        self._build_soon()
        self._build_people()

    def _build_soon(self) -> None:
        frame, column = card()
        column.setSpacing(8)
        column.addWidget(plain_label(self.ui.say("ui.keys.soon"), "heading"))
        self.calm = plain_label(self.ui.say("ui.keys.calm"), "muted", wrap=True)
        column.addWidget(self.calm)
        self.soon = QVBoxLayout()
        self.soon.setSpacing(6)
        column.addLayout(self.soon)
        self.column.addWidget(frame)

    def _build_people(self) -> None:
        say = self.ui.say
        frame, column = card()
        head = QHBoxLayout()
        head.addWidget(plain_label(say("ui.keys.people"), "heading"))
        head.addStretch()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(say("ui.keys.filter"))
        self.filter.setAccessibleName(say("ui.keys.filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(240)
        self.filter.textChanged.connect(lambda _: self._filter())
        head.addWidget(self.filter)
        column.addLayout(head)
        self.none = plain_label(say("ui.keys.none"), "muted", wrap=True)
        column.addWidget(self.none)
        self.rows = Rows[ContactKeyLine](
            [
                Column(say("ui.keys.name"), lambda one: clean(one.name), stretch=True),
                Column(say("ui.keys.state"), self._state, self._colour, width=270),
                Column(say("ui.keys.end"), self._end, width=130),
            ]
        )
        self.list = table(self.rows, say("ui.keys.list"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        self.confirm = button(say("ui.keys.confirm"), self._confirm)
        self.ask = button(say("ui.keys.ask"), self._ask_chosen)
        self.withdraw = button(say("ui.key.withdraw"), self._withdraw)
        for one in (self.confirm, self.ask, self.withdraw):
            one.setEnabled(False)
            row.addWidget(one)
        row.addStretch()
        column.addLayout(row)
        self.technical = plain_label("", "muted", wrap=True)
        column.addWidget(self.technical)
        self.column.addWidget(frame)
        self.column.addStretch()

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_keys(self._session), self.show_keys)

    def show_keys(self, shown: KeysShown) -> None:
        self.shown = shown
        days = {one.fingerprint: one.days for one in shown.weather if one.person is None}
        self.own.show_lines(shown.own, days)
        emptied(self.soon)
        for line in shown.weather[:_SHOWN_SOON]:
            self.soon.addWidget(self._soon_line(line))
        self.calm.setVisible(not shown.weather)
        self._filter()

    def _soon_line(self, line: WeatherLine) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        name = clean(line.name) if line.person is not None else self.ui.say("ui.keys.soon-own")
        row.addWidget(plain_label(name, "label"))
        look = "pill-error" if line.days <= 0 else "pill-warn" if line.days <= 30 else "pill-plain"
        row.addWidget(plain_label(end_words(self.ui, line.days), look), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch()
        key = line.key
        if key is not None:
            ask = button(self.ui.say("ui.keys.ask"), lambda: self._ask(key, line.name), "link")
            ask.setAccessibleDescription(name)
            row.addWidget(ask)
        return made

    def _filter(self) -> None:
        wanted = self.filter.text().strip().casefold()
        every = self.shown.contacts if self.shown else ()
        kept = [one for one in every if wanted in one.name.casefold()]
        self.rows.show(kept)
        self.none.setVisible(not every)
        self.list.setVisible(bool(every))
        self.list.setFixedHeight(_ROW * (min(max(len(every), 2), _MOST_ROWS) + 1))
        if kept:
            self.list.selectRow(0)
        self._choose(0 if kept else -1)

    def _state(self, one: ContactKeyLine) -> str:
        if not one.key.usable:
            return self.ui.say("ui.keys.ended")
        return self.ui.say(f"ui.keys.trust.{one.key.trust.value}")

    def _colour(self, one: ContactKeyLine) -> str:
        tokens = self.ui.theme.tokens
        if not one.key.usable:
            return tokens.error
        return tokens.warn if one.key.trust is KeyTrust.FOUND else ""

    def _end(self, one: ContactKeyLine) -> str:
        if one.key.expires is None:
            return self.ui.say("ui.keys.never")
        return date_words(one.key.expires.date(), self.ui.texts.language)

    @property
    def chosen(self) -> ContactKeyLine | None:
        row = self.list.currentIndex().row()
        return self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None

    def _choose(self, row: int) -> None:
        one = self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None
        self.confirm.setEnabled(one is not None and one.key.usable and one.key.trust is KeyTrust.FOUND)
        self.ask.setEnabled(one is not None)
        self.withdraw.setEnabled(one is not None)
        words = ""
        if one is not None:
            kind = self.ui.say(f"ui.key.technical-kind.{one.key.kind.value}")
            words = self.ui.say("ui.key.technical", kind=kind, fingerprint=grouped(one.key.fingerprint))
            if one.issuer:
                words += "  ·  " + self.ui.say("ui.keys.issued", issuer=clean(one.issuer))
        self.technical.setText(words)

    # --- keys of people -----------------------------------------------------------------

    def _confirm(self) -> None:
        line = self.chosen
        if line is None:
            return

        def ask(shown: PersonShown) -> None:
            dialog = KeyDialog(self.ui, self._session, shown.person, self, line.key)
            dialog.finished.connect(lambda _: self.refresh())
            dialog.open()

        self.call(lambda _: self.ui.office.show_person(self._session, line.person), ask)

    def _ask_chosen(self) -> None:
        line = self.chosen
        if line is not None:
            self._ask(line.key.id, line.name)

    def _ask(self, key: KeyId, name: str) -> None:
        def read_it(request: KeyRequest) -> None:
            dialog = RequestDialog(self.ui, name, request, self)
            dialog.accepted.connect(lambda: self._write(request))
            dialog.open()

        self.call(lambda _: self.ui.office.request_key(self._session, key), read_it)

    def _withdraw(self) -> None:
        line = self.chosen
        if line is not None:
            name, key = clean(line.name), line.key.id
            say = self.ui.say
            dialog = ConfirmDialog(
                self.ui,
                say("ui.key.withdraw-title"),
                say("ui.key.withdraw-lead", name=name),
                say("ui.key.withdraw-go"),
                self,
            )
            done = self.refresh
            dialog.accepted.connect(
                lambda: self.call(lambda _: self.ui.office.revoke_key(self._session, key), lambda _: done())
            )
            dialog.open()

    # --- own keys -----------------------------------------------------------------------

    def fingerprint(self, fingerprint: str) -> None:
        FingerprintDialog(self.ui, self._session, fingerprint, self).open()

    def renew(self, line: OwnKeyLine) -> None:
        def work(_: Task) -> OwnKeyLine:
            return self.ui.office.rotate_own_key(self._session, line.kind)

        self._sure("renew", work, "ui.keys.renewed")

    def revoke(self, line: OwnKeyLine) -> None:
        def work(_: Task) -> OwnKeyLine:
            return self.ui.office.revoke_own_key(self._session, line.fingerprint)

        self._sure("revoke", work, "ui.keys.revoked")

    def _sure(self, what: str, work: Callable[[Task], OwnKeyLine], done: str) -> None:
        say = self.ui.say
        dialog = ConfirmDialog(
            self.ui,
            say(f"ui.keys.{what}-title"),
            say(f"ui.keys.{what}-lead"),
            say(f"ui.keys.{what}-go"),
            self,
        )

        def told(_: OwnKeyLine) -> None:
            self._said(say(done))

        dialog.accepted.connect(
            lambda: proved(self, self.ui, self._session, Purpose.KEYS, work, told, self.show_error)
        )
        dialog.open()

    def choose_identity(self) -> None:
        choose_file(
            self, self.ui.say("ui.keys.import-choose"), self.ui.say("ui.files.identities"), self.take_identity
        )

    def take_identity(self, path: Path) -> None:
        dialog = IdentityDialog(self.ui, self._session, path, self)
        dialog.taken.connect(lambda: self._said(self.ui.say("ui.keys.imported")))
        dialog.open()

    def publish(self) -> None:
        dialog = QFileDialog(self, self.ui.say("ui.keys.publish-choose"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.publish_to(Path(name)))
        dialog.open()

    def publish_to(self, folder: Path) -> None:
        def told(done: PublishedKeys) -> None:
            self._said(self.ui.say("ui.keys.published", count=len(done.files)))

        def work(_: Task) -> PublishedKeys:
            return self.ui.office.publish_own_keys(self._session, str(folder))

        self.notice.clear()
        proved(self, self.ui, self._session, Purpose.KEYS, work, told, self.show_error)

    def _said(self, words: str) -> None:
        self.notice.show_words(words, "ok")
        self.refresh()
