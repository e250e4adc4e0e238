"""Checking one backup: fetched, opened, counted; what is wrong with it is said in words."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.safekeeping import TargetId
from desktop.office.values_backups import (
    BackupsShown,
    BackupVerified,
    StoredBackup,
    TargetLine,
    VerifyRequest,
)
from desktop.ui.audit.words import number_words
from desktop.ui.backups.choice import FILE, place_box, target_of
from desktop.ui.backups.running import RunningDialog
from desktop.ui.backups.words import at_words, live, trouble_words
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.files import choose_file, size_words
from desktop.ui.form import Field


class CheckDialog(RunningDialog):
    """A place and one of what lies there, the newest if nothing else is chosen."""

    def __init__(
        self,
        ui: Ui,
        session: Session,
        shown: BackupsShown,
        parent: QWidget,
        line: TargetLine | None = None,
    ) -> None:
        super().__init__(
            ui,
            session,
            parent,
            ui.say("ui.check-backup.title"),
            ui.say("ui.check-backup.go"),
            ui.say("ui.check-backup.going"),
        )
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(plain_label(ui.say("ui.check-backup.lead"), "muted", wrap=True))
        self.place = place_box(
            ui, shown, ui.say("ui.check-backup.place"), ui.say("ui.check-backup.here"), line, files=True
        )
        lines = live(shown)
        if line is None and lines:
            self.place.setCurrentIndex(1)
        column.addLayout(_labelled(plain_label(self.place.accessibleName(), "label"), self.place))
        self.which = QComboBox()
        self.which.setAccessibleName(ui.say("ui.check-backup.which"))
        self._which_label = plain_label(self.which.accessibleName(), "label")
        column.addLayout(_labelled(self._which_label, self.which))
        self.file = Field(ui.say("ui.check-backup.file"))
        self.browse = button(ui.say("ui.check-backup.browse"), self.choose_file)
        self.file.beside(self.browse)
        column.addWidget(self.file)
        self.place.currentIndexChanged.connect(lambda _: self._take_place())
        self._take_place()
        self.place.setFocus()

    def _take_place(self) -> None:
        by_file = self.place.currentData() == FILE
        self.file.setVisible(by_file)
        for other in (self.which, self._which_label):
            other.setVisible(not by_file)
        self.which.clear()
        self.which.addItem(self.ui.say("ui.check-backup.newest"), "")
        target = target_of(self.place)
        if target is not None:
            self.ui.bridge.run(
                self,
                lambda _: self.ui.office.list_target(self._session, target),
                lambda stored: self._offer(target, stored),
                lambda error: self._not_listed(target, error),
            )

    def _offer(self, target: TargetId, stored: tuple[StoredBackup, ...]) -> None:
        if target_of(self.place) != target:
            return
        self.notice.clear()
        for one in stored:
            self.which.addItem(self._words(one), one.name)

    def _words(self, one: StoredBackup) -> str:
        size = size_words(one.bytes, self.ui.texts.language)
        code = "ui.check-backup.stored" if one.complete else "ui.check-backup.stored-incomplete"
        return self.ui.say(code, when=at_words(self.ui, one.made_at), size=size)

    def _not_listed(self, target: TargetId, error: SealwellError) -> None:
        if target_of(self.place) == target:
            self.failed(error)

    def choose_file(self) -> None:
        choose_file(
            self,
            self.ui.say("ui.check-backup.browse"),
            self.ui.say("ui.check-backup.pattern"),
            lambda path: self.file.input.setText(str(path)),
        )

    def start(self) -> None:
        if self.place.currentData() == FILE:
            if not self.file.text.strip():
                self.file.wrong(self.ui.say("ui.form.missing"))
                self.file.input.setFocus()
                return
            request = VerifyRequest(file=str(Path(self.file.text.strip()).absolute()))
        else:
            request = VerifyRequest(target_of(self.place), str(self.which.currentData() or ""))
        self.run(
            lambda task: self.ui.office.verify_backup(self._session, request, task.progress), self._verified
        )

    def _verified(self, answer: BackupVerified) -> None:
        language = self.ui.texts.language
        if answer.ok:
            words = self.ui.say(
                "ui.check-backup.ok",
                rows=number_words(answer.rows, language),
                records=number_words(answer.records, language),
            )
            self.notice.show_words(words, "ok")
            self.end()
        elif answer.reason is not None:
            self.notice.show_words(trouble_words(self.ui, answer.reason), "error")


def _labelled(label: QLabel, box: QComboBox) -> QVBoxLayout:
    label.setBuddy(box)
    made = QVBoxLayout()
    made.setSpacing(5)
    made.addWidget(label)
    made.addWidget(box)
    return made
