"""The practice's own rules for locking; each is at least as strict as the program's limits."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose, SecurityPolicy
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.form import Field
from desktop.ui.stepup import proved

_LEAST, _MOST = 1, 15


class PolicySection(Page):
    """One card: idle minutes, three choices, the security officer."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.policy"))
        self._session = session
        self.head.addStretch()
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.save_button.setEnabled(False)
        self.head.addWidget(self.save_button)
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self.column = card()
        outer.addWidget(frame)
        outer.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(holder)
        self.outer.addWidget(scroll, 1)
        self._add_minutes()
        self.quick = self._choice("quick")
        self.strict = self._choice("strict")
        self.on_close = self._choice("on-close")
        self._add_officer()

    def _add_minutes(self) -> None:
        row = QHBoxLayout()
        label = plain_label(self.ui.say("ui.policy.minutes"), "label")
        self.minutes = QComboBox()
        self.minutes.setAccessibleName(self.ui.say("ui.policy.minutes"))
        for number in range(_LEAST, _MOST + 1):
            self.minutes.addItem(self.ui.texts.count("ui.policy.n-minutes", number), number)
        label.setBuddy(self.minutes)
        row.addWidget(label)
        row.addWidget(self.minutes)
        row.addStretch()
        self.column.addLayout(row)
        self.column.addWidget(plain_label(self.ui.say("ui.policy.minutes-hint"), "muted", wrap=True))

    def _choice(self, code: str) -> QCheckBox:
        made = QCheckBox(self.ui.say(f"ui.policy.{code}"))
        self.column.addWidget(made)
        self.column.addWidget(plain_label(self.ui.say(f"ui.policy.{code}-hint"), "muted", wrap=True))
        return made

    def _add_officer(self) -> None:
        self.column.addWidget(plain_label(self.ui.say("ui.policy.officer-heading"), "heading"))
        row = QHBoxLayout()
        row.setSpacing(12)
        self.officer = Field(self.ui.say("ui.policy.officer"))
        self.email = Field(self.ui.say("ui.policy.officer-email"))
        row.addWidget(self.officer)
        row.addWidget(self.email)
        self.column.addLayout(row)

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_policy(self._session), self._show)

    def _show(self, policy: SecurityPolicy) -> None:
        self.minutes.setCurrentIndex(self.minutes.findData(policy.idle_minutes))
        self.quick.setChecked(policy.quick_unlock)
        self.strict.setChecked(policy.strict_lock)
        self.on_close.setChecked(policy.lock_on_close)
        self.officer.input.setText(policy.officer)
        self.email.input.setText(policy.officer_email)
        self.save_button.setEnabled(True)

    def wanted(self) -> SecurityPolicy:
        return SecurityPolicy(
            idle_minutes=int(self.minutes.currentData()),
            strict_lock=self.strict.isChecked(),
            lock_on_close=self.on_close.isChecked(),
            quick_unlock=self.quick.isChecked(),
            officer=self.officer.text.strip(),
            officer_email=self.email.text.strip(),
        )

    def save(self) -> None:
        policy = self.wanted()
        self.notice.clear()
        self.save_button.setEnabled(False)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.set_policy(self._session, policy),
            self._saved,
            self._refused,
        )

    def _saved(self, policy: SecurityPolicy) -> None:
        self._show(policy)
        self.notice.show_words(self.ui.say("ui.policy.saved"), "ok")

    def _refused(self, error: SealwellError) -> None:
        self.save_button.setEnabled(True)
        self.show_error(error)
