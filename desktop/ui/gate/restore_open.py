"""The last pages of a restore: with what it is opened, how far it is, and what waits afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QProgressBar, QRadioButton, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.frozen import dataclass
from desktop.office.values_backups import Restored, StoredBackup
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import date_words, time_words
from desktop.ui.form import CentredForm, Field, explained, filled
from desktop.ui.password import NewPassword

_WIDE = 560
_STEPS = 1000
"""Of the bar: bytes are more than it can count."""


@dataclass(frozen=True)
class OpenWith:
    """What opens the backup: the recovery key with a new password, or a password as it was."""

    user: str
    reason: str = field(repr=False)
    password: str = field(repr=False)
    recovery_key: str = field(default="", repr=False)
    key_pin: str = field(default="", repr=False)


class Opening(Protocol):
    """What the page tells the wizard."""

    def begin(self, given: OpenWith) -> None: ...
    def choose(self) -> None: ...


class OpenPage(CentredForm):
    """The recovery key is the usual way; a password for whoever has an account that needs no computer."""

    def __init__(self, ui: Ui, opening: Opening, backup: StoredBackup) -> None:
        say, local = ui.say, backup.made_at.astimezone()
        day, hour = date_words(local.date(), ui.texts.language), time_words(local, ui.texts.language)
        lead = say("ui.restore.open-lead", day=day, time=hour)
        super().__init__(ui, "lock", say("ui.restore.open-title"), lead, _WIDE)
        self._opening = opening
        self.by_key = QRadioButton(say("ui.restore.by-key"))
        self.by_password = QRadioButton(say("ui.restore.by-password"))
        self.by_key.setChecked(True)
        ways = QButtonGroup(self)
        for way in (self.by_key, self.by_password):
            ways.addButton(way)
            self.column.addWidget(way)
        self._key_part, key_column = _part()
        self.key = Field(say("ui.emergency.key"), hint=say("ui.restore.key-hint"))
        self.admin = Field(say("ui.emergency.user"))
        self.passwords = NewPassword(ui, say("ui.emergency.password"))
        self.reason = Field(say("ui.emergency.reason"), hint=say("ui.restore.reason-hint"))
        for one in (self.key, self.admin, self.passwords):
            key_column.addWidget(one)
        self._password_part, password_column = _part()
        self.user = Field(say("ui.signin.user"))
        self.password = Field(say("ui.signin.password"), secret=True, hint=say("ui.restore.password-hint"))
        self.key_pin = Field(say("ui.second.key-pin"), secret=True, hint=say("ui.restore.key-pin-hint"))
        for part in (self.user, self.password, self.key_pin):
            password_column.addWidget(part)
            part.input.returnPressed.connect(self.submit)
        self.reason.input.returnPressed.connect(self.submit)
        self.column.addWidget(self._key_part)
        self.column.addWidget(self._password_part)
        self.column.addWidget(self.reason)
        self.by_key.toggled.connect(lambda _: self._show_way())
        row = QHBoxLayout()
        self.back = button(say("ui.back"), opening.choose, "quiet")
        self.go = button(say("ui.restore.go"), self.submit, "primary")
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.go)
        self.column.addLayout(row)
        self._show_way()
        self.setFocusProxy(self.key.input)

    def _show_way(self) -> None:
        by_key = self.by_key.isChecked()
        self._key_part.setVisible(by_key)
        self._password_part.setVisible(not by_key)
        self.notice.clear()

    def submit(self) -> None:
        by_key = self.by_key.isChecked()
        if not filled(self.ui, (self.key, self.admin) if by_key else (self.user, self.password)):
            return
        if (by_key and self.passwords.problem()) or not explained(self.ui, self.reason):
            return
        reason = self.reason.text.strip()
        self.notice.clear()
        if by_key:
            key, password = self.key.text.strip(), self.passwords.text
            given = OpenWith(self.admin.text.strip(), reason, password=password, recovery_key=key)
        else:
            password, pin = self.password.text, self.key_pin.text
            given = OpenWith(self.user.text.strip(), reason, password=password, key_pin=pin)
        self._opening.begin(given)

    def forget(self) -> None:
        """Nobody is there who typed it."""
        for one in (self.key, self.password, self.key_pin):
            one.input.clear()
        self.passwords.clear()

    def failed(self, error: SealwellError) -> None:
        """A password that did not open is typed anew; the long key is put right."""
        self.password.input.clear()
        self.key_pin.input.clear()
        if error.code == "cancelled":
            self.notice.show_words(self.ui.say("ui.restore.stopped"), "plain")
        else:
            self.notice.show_words(self.ui.error(error))
        (self.key if self.by_key.isChecked() else self.password).input.setFocus()


class RunningPage(CentredForm):
    """How far it is, and Stop."""

    def __init__(self, ui: Ui, stop: Callable[[], None]) -> None:
        say = ui.say
        super().__init__(
            ui, "refresh-cw", say("ui.restore.running-title"), say("ui.restore.running-lead"), _WIDE
        )
        self._stop = stop
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(say("ui.restore.running-title"))
        self.column.addWidget(self.bar)
        row = QHBoxLayout()
        row.addStretch()
        self.cancel = button(say("ui.cancel"), self.stop)
        row.addWidget(self.cancel)
        self.column.addLayout(row)
        self.setFocusProxy(self.cancel)

    def show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, _STEPS if total else 0)
        self.bar.setValue(done * _STEPS // max(total, 1))

    def stop(self) -> None:
        self.cancel.setEnabled(False)
        self.lead.setText(self.ui.say("ui.restore.stopping"))
        self._stop()


class DonePage(CentredForm):
    """What came back, what waits for somebody's eyes, and the way in."""

    def __init__(self, ui: Ui, answer: Restored, finish: Callable[[], None], *, elsewhere: bool) -> None:
        say, count = ui.say, ui.texts.count
        local = answer.made_at.astimezone()
        day, hour = date_words(local.date(), ui.texts.language), time_words(local, ui.texts.language)
        lead = say("ui.restore.done-lead", day=day, time=hour)
        super().__init__(ui, "check", say("ui.restore.done-title"), lead, _WIDE)
        waiting = count("ui.restore.waiting", answer.waiting) if answer.waiting else ""
        self.waiting = plain_label(waiting or say("ui.restore.nothing-waits"), "heading", wrap=True)
        self.column.addWidget(self.waiting)
        self.column.addWidget(plain_label(say("ui.restore.held"), "muted", wrap=True))
        self.column.addWidget(plain_label(say("ui.restore.missing-since"), "muted", wrap=True))
        if elsewhere:
            self.column.addWidget(plain_label(say("ui.restore.start-with"), wrap=True))
            self.command = plain_label(f'sealwell-gui --practice "{clean(answer.folder)}"', "mono", wrap=True)
            self.command.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            self.column.addWidget(self.command)
        else:
            self.column.addWidget(plain_label(say("ui.restore.list-waits"), "muted", wrap=True))
        row = QHBoxLayout()
        row.addStretch()
        self.go = button(say("ui.close" if elsewhere else "ui.restore.to-sign-in"), finish, "primary")
        row.addWidget(self.go)
        self.column.addLayout(row)
        self.setFocusProxy(self.go)


def _part() -> tuple[QWidget, QVBoxLayout]:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(14)
    return made, column
