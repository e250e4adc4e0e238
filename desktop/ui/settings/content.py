"""What follows when a letter holds something that gives a patient away: a choice for each kind."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_protection import ContentPolicyShown
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.stepup import proved

_ROW = 40
ACTIONS = ("warn", "raise", "block")
FIXED = frozenset({"other-patient", "own-name"})
"""Always stops a letter: the wrong patient's file, and a name where everybody on the way can read it."""


class ContentSection(Page):
    """One line a kind; saving asks the administrator to prove who is there."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.content"))
        self._session = session
        self._before: dict[str, str] = {}
        self.choices: dict[str, QComboBox] = {}
        self.head.addStretch()
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.save_button.setEnabled(False)
        self.head.addWidget(self.save_button)
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSizeConstraint(QVBoxLayout.SizeConstraint.SetMinimumSize)
        frame, column = card()
        column.addWidget(plain_label(ui.say("ui.content.lead"), "muted", wrap=True))
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(16)
        self.grid.setVerticalSpacing(6)
        self.grid.setColumnStretch(0, 1)
        column.addLayout(self.grid)
        column.addWidget(plain_label(ui.say("ui.content.outside"), "muted", wrap=True))
        outer.addWidget(frame)
        outer.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(holder)
        self.outer.addWidget(scroll, 1)

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_content_policy(self._session), self._show)

    def _show(self, shown: ContentPolicyShown) -> None:
        self._before = dict(shown.rules)
        if not self.choices:
            for row, kind in enumerate(shown.rules):
                self._add(row, kind)
        for kind, box in self.choices.items():
            box.setCurrentIndex(max(0, box.findData(shown.rules[kind])))
        self._compare()

    def _add(self, row: int, kind: str) -> None:
        words = self.ui.say(f"ui.content.kind-{kind}")
        self.grid.setRowMinimumHeight(row, _ROW)
        label = plain_label(words, wrap=True)
        label.setMinimumHeight(36)
        self.grid.addWidget(label, row, 0)
        if kind in FIXED:
            self.grid.addWidget(plain_label(self.ui.say("ui.content.always"), "muted"), row, 1)
            return
        box = QComboBox()
        for action in ACTIONS:
            box.addItem(self.ui.say(f"ui.content.{action}"), action)
        box.setAccessibleName(words)
        label.setBuddy(box)
        box.currentIndexChanged.connect(lambda _: self._compare())
        self.grid.addWidget(box, row, 1)
        self.choices[kind] = box

    def wanted(self) -> dict[str, str]:
        return {kind: str(box.currentData()) for kind, box in self.choices.items()}

    def _compare(self) -> None:
        """Saving is offered once something differs."""
        self.save_button.setEnabled(
            any(self._before.get(kind) != action for kind, action in self.wanted().items())
        )

    def save(self) -> None:
        rules = {**self._before, **self.wanted()}
        self.notice.clear()
        self.save_button.setEnabled(False)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.set_content_policy(self._session, rules),
            self._saved,
            self._refused,
        )

    def _saved(self, shown: ContentPolicyShown) -> None:
        self._show(shown)
        self.notice.show_words(self.ui.say("ui.content.saved"), "ok")

    def _refused(self, error: SealwellError) -> None:
        self._compare()
        self.show_error(error)
