"""The weekly review: what the week was like, line by line to the records, and a sign-off."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_audit import Digest, DigestSigned
from desktop.texts import clean
from desktop.ui.audit.words import may_change, number_words
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label
from desktop.ui.dates import date_words, when_words
from desktop.ui.stepup import proved


class DigestSection(Page):
    """45 CFR 164.308(a)(1)(ii)(D): records are looked over regularly, and that they were is recorded."""

    def __init__(
        self, ui: Ui, session: Session, look: Callable[[str], None], alerts: Callable[[], None]
    ) -> None:
        """`look` opens the log at one group of the week, `alerts` the alerts."""
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._look = look
        self.lead = plain_label("", "muted", wrap=True)
        self.outer.addWidget(self.lead)
        frame, column = card()
        self.heading = plain_label("", "heading")
        column.addWidget(self.heading)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(24)
        self.grid.setVerticalSpacing(4)
        self.grid.setColumnStretch(2, 1)
        column.addLayout(self.grid)
        self.alerts = plain_label("", wrap=True)
        column.addWidget(self.alerts)
        self.to_alerts = button(ui.say("ui.digest.to-alerts"), alerts, "quiet")
        column.addWidget(self.to_alerts, 0, Qt.AlignmentFlag.AlignLeft)
        holder = QWidget()
        around = QVBoxLayout(holder)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(14)
        around.addWidget(frame)
        self.sign_button = button(ui.say("ui.digest.sign"), self.sign, "primary")
        self.sign_button.setEnabled(False)
        around.addWidget(self.sign_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.sign_button.setVisible(may_change(session.role))
        around.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(holder)
        self.outer.addWidget(scroll, 1)

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_digest(self._session), self.show_digest)

    def show_digest(self, shown: Digest) -> None:
        ui, language = self.ui, self.ui.texts.language
        first, last = (date_words(at.astimezone().date(), language) for at in (shown.since, shown.until))
        self.heading.setText(ui.say("ui.filter.between", first=first, last=last))
        due = date_words(shown.due, language)
        if shown.last_signed is None:
            self.lead.setText(ui.say("ui.digest.first", due=due))
        else:
            at = when_words(shown.last_signed, None, language)
            self.lead.setText(ui.say("ui.digest.last", last=at, name=clean(shown.last_by), due=due))
        self._show_counts(shown.counts)
        words = ui.texts.count("ui.digest.alerts", shown.alerts)
        if shown.unseen:
            words = f"{words} {ui.texts.count('ui.digest.unseen', shown.unseen)}"
        elif shown.alerts:
            words = f"{words} {ui.say('ui.digest.all-seen')}"
        self.alerts.setText(words)
        self.to_alerts.setVisible(bool(shown.alerts or shown.unseen))
        self.sign_button.setEnabled(True)

    def _show_counts(self, counts: tuple[tuple[str, int], ...]) -> None:
        emptied(self.grid)
        for row, (group, number) in enumerate(counts):
            words = self.ui.say(f"digest.{group}")
            figure = plain_label(number_words(number, self.ui.texts.language), "label")
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.grid.addWidget(plain_label(words), row, 0)
            self.grid.addWidget(figure, row, 1)
            if number:
                look = button(self.ui.say("ui.digest.look"), partial(self._look, group), "quiet")
                look.setAccessibleName(f"{self.ui.say('ui.digest.look')}: {words}")
                self.grid.addWidget(look, row, 2)

    def sign(self) -> None:
        self.notice.clear()
        self.sign_button.setEnabled(False)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.sign_digest(self._session),
            self._signed,
            self._refused,
        )

    def _signed(self, answer: DigestSigned) -> None:
        due = date_words(answer.next_due, self.ui.texts.language)
        self.notice.show_words(self.ui.say("ui.digest.signed", due=due), "ok")
        self.refresh()

    def _refused(self, error: SealwellError) -> None:
        self.sign_button.setEnabled(True)
        self.show_error(error)
