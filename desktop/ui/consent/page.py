"""Answers that an administrator entered for many at once; each can be taken back whole."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_consent import BatchLine, BatchUndone
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.consent.batch import BatchDialog
from desktop.ui.dates import moment_words
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.navigation import Navigation
from desktop.ui.stepup import proved


class AnswersPage(Page):
    """Newest first."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._navigation = navigation
        self.begin = button(ui.say("ui.batch.open"), self.take_in, "primary")
        self.lead = plain_label(ui.say("ui.batch.lead"), "muted", wrap=True)
        self.head.addWidget(self.lead, 1)
        self.head.addWidget(self.begin)
        self._column = scrolled_column(self.outer)

    def refresh(self) -> None:
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.list_batches(self._session),
            self.show_batches,
            self.show_error,
        )

    def show_batches(self, lines: tuple[BatchLine, ...]) -> None:
        emptied(self._column)
        if not lines:
            self._column.addWidget(plain_label(self.ui.say("ui.batch.none"), "muted", wrap=True))
        for line in lines:
            self._column.addWidget(self._card(line))
        self._column.addStretch()

    def _card(self, line: BatchLine) -> QWidget:
        say, language = self.ui.say, self.ui.texts.language
        frame, column = card()
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        count = self.ui.texts.count("ui.batch.count", line.count)
        head = f"{say(f'ui.use.{line.use.value}')}: {count}"
        grid.addWidget(plain_label(head, "heading", wrap=True), 0, 0)
        parts = [moment_words(line.at, language), say("ui.timeline.by", name=clean(line.by))]
        parts.append(clean(line.wording, 80))
        parts.append(say("ui.batch.signed" if line.signed else "ui.batch.not-signed"))
        if line.undone_at is not None:
            parts.append(say("ui.batch.undone-at", when=moment_words(line.undone_at, language)))
        words = "  ·  ".join(part for part in parts if part)
        grid.addWidget(plain_label(words, "muted" if line.signed else "problem", wrap=True), 1, 0)
        if line.undone_at is None:
            undo = button(say("ui.batch.undo"), lambda: self.undo(line))
            undo.setAccessibleName(f"{say('ui.batch.undo')}: {head}")
            grid.addWidget(undo, 0, 1)
        column.addLayout(grid)
        return frame

    def take_in(self) -> None:
        dialog = BatchDialog(self.ui, self._session, self)
        dialog.entered.connect(self.refresh)
        dialog.open()

    def undo(self, line: BatchLine) -> None:
        """Said before: every yes becomes unknown again, every no stays."""
        dialog = ConfirmDialog(self.ui, "ui.batch.undo-go", self)
        dialog.accepted.connect(lambda: self._undo(line))
        dialog.open()

    def _undo(self, line: BatchLine) -> None:
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.undo_batch(self._session, line.id),
            self._undone,
            self.show_error,
        )

    def _undone(self, answer: BatchUndone) -> None:
        words = self.ui.say(
            "ui.batch.undone",
            withdrawn=answer.withdrawn,
            refusals=answer.refusals,
            changed=answer.changed_since,
        )
        self.refresh()
        self.notice.show_words(words, "ok")
