"""Storage for links: where locked files wait, and each one that waits there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.protection import PickupId, StorageId
from desktop.models.records import Baa
from desktop.office.values_protection import (
    PickupLine,
    PickupsShown,
    StorageLine,
    StorageRequest,
    StoragesShown,
    StorageTested,
)
from desktop.texts import clean
from desktop.ui.agreement import AgreementFields, pair
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.dates import date_words
from desktop.ui.dialog import ConfirmDialog, FormDialog
from desktop.ui.form import Field

_MOST_SHOWN = 100
_LEFT = frozenset({"waiting", "not-known", "picked-up"})


class StorageSection(Page):
    """One card a storage, below it the files; without any, what it would be good for."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.storage"))
        self._session = session
        self.head.addStretch()
        self.add_button = button(ui.say("ui.storage.add"), self.add, "primary")
        self.head.addWidget(self.add_button)
        self.column = scrolled_column(self.outer)

    def refresh(self) -> None:
        def look(_: object) -> tuple[StoragesShown, PickupsShown]:
            office = self.ui.office
            return office.list_storages(self._session), office.list_pickups(self._session)

        self.call(look, self._show)

    def _show(self, shown: tuple[StoragesShown, PickupsShown]) -> None:
        emptied(self.column)
        storages, pickups = shown
        live = [line for line in storages.storages if line.storage.retired_at is None]
        for line in live:
            self.column.addWidget(self._card(line))
        if not live:
            self.column.addWidget(plain_label(self.ui.say("ui.storage.none"), "muted", wrap=True))
        if pickups.pickups:
            self.column.addWidget(self._files(pickups))
        self.column.addStretch()

    def _card(self, line: StorageLine) -> QWidget:
        one, say = line.storage, self.ui.say
        frame, column = card()
        top = QHBoxLayout()
        top.addWidget(plain_label(clean(one.name), "heading"), 1)
        ready = line.problem is None
        words = say("ui.relay.ready") if ready else say("ui.relay.not-ready")
        top.addWidget(plain_label(words, "pill-ok" if ready else "pill-error"))
        column.addLayout(top)
        column.addWidget(plain_label(clean(one.url), "muted", wrap=True))
        stays = say("ui.storage.stays", days=one.days)
        seen = say("ui.storage.log-read" if one.access_log else "ui.storage.no-log")
        column.addWidget(plain_label(f"{stays} {seen}", "muted", wrap=True))
        if line.problem is not None:
            column.addWidget(plain_label(self.ui.reason(line.problem), "problem", wrap=True))
        row = QHBoxLayout()
        row.addWidget(button(say("ui.storage.test"), lambda: self.test(line)))
        row.addWidget(button(say("ui.storage.retire"), lambda: self.ask_retire(one.id)))
        row.addStretch()
        column.addLayout(row)
        return frame

    def _files(self, shown: PickupsShown) -> QWidget:
        frame, column = card()
        column.addWidget(plain_label(self.ui.say("ui.pickup.title"), "heading"))
        column.addWidget(plain_label(self.ui.say("ui.pickup.lead"), "muted", wrap=True))
        for line in shown.pickups[:_MOST_SHOWN]:
            column.addLayout(self._file(line))
        return frame

    def _file(self, line: PickupLine) -> QHBoxLayout:
        one, say = line.pickup, self.ui.say
        language = self.ui.texts.language
        row = QHBoxLayout()
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(plain_label(clean(line.name)))
        until = date_words(one.expires_at.date(), language)
        said = say(f"ui.pickup.{line.state}", until=until)
        words.addWidget(plain_label(said, "muted", wrap=True))
        if one.trouble:
            words.addWidget(plain_label(self.ui.say(f"reason.{one.trouble}"), "problem", wrap=True))
        row.addLayout(words, 1)
        if line.state in _LEFT and one.deleted_at is None:
            take = button(say("ui.pickup.revoke"), lambda: self.revoke(one.id))
            take.setAccessibleName(say("ui.pickup.revoke-of", name=clean(line.name)))
            row.addWidget(take, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def add(self) -> None:
        dialog = StorageDialog(self.ui, self._session, self)
        dialog.accepted.connect(self.refresh)
        dialog.open()

    def test(self, line: StorageLine) -> None:
        one = line.storage
        request = StorageRequest(
            one.name,
            one.kind,
            one.url,
            one.user,
            one.public_url,
            one.baa,
            days=one.days,
            access_log=one.access_log,
            ca_file=one.ca_file,
        )
        self.notice.show_words(self.ui.say("ui.storage.testing"), "plain")
        self.call(lambda _: self.ui.office.test_storage(self._session, request), self._tested)

    def _tested(self, answer: StorageTested) -> None:
        self.notice.show_words(tested_words(self.ui, answer), "ok" if answer.ok else "error")

    def ask_retire(self, storage: StorageId) -> None:
        dialog = ConfirmDialog(self.ui, "ui.storage.retire", self)
        dialog.accepted.connect(
            lambda: self.call(
                lambda _: self.ui.office.retire_storage(self._session, storage), lambda _: self.refresh()
            )
        )
        dialog.open()

    def revoke(self, pickup: PickupId) -> None:
        self.notice.clear()
        self.call(lambda _: self.ui.office.revoke_pickup(self._session, pickup), lambda _: self.refresh())


class StorageDialog(FormDialog):
    """Test, then save."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.storage.add-title"), parent)
        self._session = session
        self.setMinimumWidth(580)
        say = ui.say
        self.content.addWidget(plain_label(say("ui.storage.lead"), "muted", wrap=True))
        self.kind = QComboBox()
        self.kind.setAccessibleName(say("ui.storage.kind"))
        for kind in ("s3", "webdav"):
            self.kind.addItem(say(f"ui.storage.{kind}"), kind)
        self.kind.currentIndexChanged.connect(self._take_kind)
        label = QLabel(say("ui.storage.kind"))
        label.setObjectName("label")
        label.setBuddy(self.kind)
        self.content.addWidget(label)
        self.content.addWidget(self.kind)
        self.url = Field(say("ui.storage.url"), hint=say("ui.storage.url-s3"))
        self.user = Field(say("ui.storage.user"))
        self.secret = Field(say("ui.storage.secret"), secret=True)
        self.public = Field(say("ui.storage.public"), hint=say("ui.storage.public-hint"))
        self.days = Field(say("ui.storage.days"))
        self.days.input.setText("30")
        self.log = Field(say("ui.storage.log"), hint=say("ui.storage.log-s3"))
        self.content.addWidget(self.url)
        self.content.addLayout(pair(self.user, self.secret))
        self.content.addWidget(self.public)
        self.content.addLayout(pair(self.log, self.days))
        self.agreement = AgreementFields(ui)
        self.content.addWidget(self.agreement)
        self.test_button = button(say("ui.storage.test"), self.test)
        self.save_button = button(say("ui.save"), self.save, "primary")
        self.foot.addWidget(self.test_button)
        self.foot.addWidget(self.save_button)
        self.kind.setFocus()

    def _take_kind(self) -> None:
        kind = self.kind.currentData()
        self.url.hint(self.ui.say(f"ui.storage.url-{kind}"))
        self.log.hint(self.ui.say(f"ui.storage.log-{kind}"))

    def request(self) -> StorageRequest | None:
        """What the form says, or None with what is wrong beside its field."""
        for field in (self.url, self.user, self.secret, self.public):
            if not field.text.strip():
                self._wrong(field, "ui.form.missing")
                return None
        if not self.days.text.strip().isdecimal():
            self._wrong(self.days, "ui.storage.days-wrong")
            return None
        fit, baa = self.agreement.value()
        return self._asked(baa) if fit else None

    def _asked(self, baa: Baa | None) -> StorageRequest:
        return StorageRequest(
            "",
            str(self.kind.currentData()),
            self.url.text.strip(),
            self.user.text.strip(),
            self.public.text.strip(),
            baa,
            secret=self.secret.text,
            days=int(self.days.text),
            access_log=self.log.text.strip(),
        )

    def _wrong(self, field: Field, code: str) -> None:
        field.wrong(self.ui.say(code))
        field.input.setFocus()

    def test(self) -> None:
        request = self.request()
        if request is None:
            return
        self.notice.show_words(self.ui.say("ui.storage.testing"), "plain")
        self.test_button.setEnabled(False)
        self.ui.bridge.run(
            self, lambda _: self.ui.office.test_storage(self._session, request), self._tested, self._refused
        )

    def _tested(self, answer: StorageTested) -> None:
        self.test_button.setEnabled(True)
        self.notice.show_words(tested_words(self.ui, answer), "ok" if answer.ok else "error")

    def save(self) -> None:
        request = self.request()
        if request is None:
            return
        self.save_button.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.add_storage(self._session, request),
            lambda _: self.accept(),
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        self.test_button.setEnabled(True)
        self.save_button.setEnabled(True)
        self.failed(error)


def tested_words(ui: Ui, answer: StorageTested) -> str:
    """What failed, or every step that was passed."""
    return " ".join(ui.reason(step) for step in answer.steps) if answer.ok else ui.reason(answer.steps[-1])
