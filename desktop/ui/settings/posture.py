"""Sending health: what other mail servers see of the practice's domain, and the lines that mend it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_posture import PostureLine, PostureShown
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label
from desktop.ui.bridge import Task

_PILLS = {"good": "pill-ok", "better": "pill-warn", "bad": "pill-error", "unknown": "pill-plain"}


class PostureSection(Page):
    """Asks the name system on a click only, and says so; each grade is a word, not a colour alone."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.posture"))
        self._session = session
        self._task: Task | None = None
        self.head.addStretch()
        self.cancel_button = button(ui.say("ui.cancel"), self.cancel)
        self.cancel_button.hide()
        self.check_button = button(ui.say("ui.posture.check"), self.check, "primary")
        self.head.addWidget(self.cancel_button)
        self.head.addWidget(self.check_button)
        holder = QWidget()
        self.column = QVBoxLayout(holder)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self.column.addWidget(plain_label(ui.say("ui.posture.lead"), "muted", wrap=True))
        self.column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(holder)
        self.outer.addWidget(scroll, 1)

    def check(self) -> None:
        self.notice.show_words(self.ui.say("ui.posture.checking"), "plain")
        self._busy(True)
        self._task = self.call(
            lambda _: self.ui.office.own_posture(self._session), self._answered, self._failed
        )

    def cancel(self) -> None:
        """The answer is not waited for; the questions end by themselves within a minute."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._busy(False)
        self.notice.show_words(self.ui.say("ui.posture.cancelled"), "plain")

    def _busy(self, busy: bool) -> None:
        self.check_button.setEnabled(not busy)
        self.cancel_button.setVisible(busy)

    def _answered(self, shown: PostureShown) -> None:
        if self._task is not None:
            self._task = None
            self._busy(False)
            self.show_posture(shown)

    def _failed(self, error: SealwellError) -> None:
        if self._task is not None:
            self._task = None
            self._busy(False)
            self.show_error(error)

    def show_posture(self, shown: PostureShown) -> None:
        """Take what was found onto the page."""
        emptied(self.column)
        open_ = shown.campaigns
        words = self.ui.say("ui.posture.open" if open_ else "ui.posture.locked", domain=shown.domain)
        self.notice.show_words(words, "ok" if open_ else "warn")
        for line in shown.checks:
            self.column.addWidget(self._card(line))
        self.column.addStretch()

    def _card(self, line: PostureLine) -> QWidget:
        say = self.ui.say
        frame, column = card()
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(8)
        top = QHBoxLayout()
        top.addWidget(plain_label(say(f"ui.posture.{line.check}"), "heading"), 1)
        top.addWidget(plain_label(say(f"ui.posture.grade-{line.grade}"), _PILLS[line.grade]))
        column.addLayout(top)
        column.addWidget(plain_label(self.ui.reason(line.reason), "muted", wrap=True))
        if line.fix:
            column.addLayout(self._fix(line.check, line.fix))
        return frame

    def _fix(self, check: str, fix: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        shown = QLineEdit(fix.replace("\n", " ; "))
        shown.setReadOnly(True)
        shown.setCursorPosition(0)
        shown.setAccessibleName(self.ui.say("ui.posture.fix-of", check=self.ui.say(f"ui.posture.{check}")))
        copy = button(self.ui.say("ui.posture.copy"), lambda: self._copy(fix))
        copy.setAccessibleName(self.ui.say("ui.posture.copy-of", check=self.ui.say(f"ui.posture.{check}")))
        row.addWidget(shown, 1)
        row.addWidget(copy)
        return row

    def _copy(self, fix: str) -> None:
        QGuiApplication.clipboard().setText(fix)
        self.notice.show_words(self.ui.say("ui.posture.copied"), "ok")
