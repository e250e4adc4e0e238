"""What waits for a second administrator."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Role
from desktop.office.values_access import ApprovalLine
from desktop.texts import clean
from desktop.ui.base import Ui, button, card, plain_label
from desktop.ui.dates import moment_words

_ROLES = frozenset(role.value for role in Role)


class ApprovalsCard(QWidget):
    """Shown only while something waits; what one asked for oneself is another's to decide."""

    def __init__(self, ui: Ui, decide: Callable[[str, bool], None]) -> None:
        super().__init__()
        self.ui = ui
        self._decide = decide
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._frame, self._column = card()
        self._column.setContentsMargins(20, 12, 20, 12)
        self._column.setSpacing(6)
        self._column.addWidget(plain_label(ui.say("ui.approvals.heading"), "heading"))
        outer.addWidget(self._frame)
        self._lines: list[QWidget] = []
        self.hide()

    def show_lines(self, lines: tuple[ApprovalLine, ...]) -> None:
        for old in self._lines:
            old.hide()
            old.deleteLater()
        self._lines = [self._line(one) for one in lines]
        for made in self._lines:
            self._column.addWidget(made)
        self.setVisible(bool(lines))

    def words(self, line: ApprovalLine) -> str:
        """`approval.<kind>`, with roles in words."""
        details = {
            name: self.ui.say(f"ui.role.{value}") if value in _ROLES else clean(value)
            for name, value in line.details.items()
        }
        said = {"user": clean(line.subject), "name": clean(line.subject), **details}
        return self.ui.say(f"approval.{line.kind}", **said)

    def _line(self, line: ApprovalLine) -> QWidget:
        made = QFrame()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        side = QVBoxLayout()
        side.setSpacing(2)
        side.addWidget(plain_label(self.words(line), wrap=True))
        when = moment_words(line.asked_at, self.ui.texts.language)
        by = self.ui.say("ui.approvals.by", name=clean(line.asked_by), when=when)
        side.addWidget(plain_label(by, "muted"))
        row.addLayout(side, 1)
        if line.mine:
            row.addWidget(plain_label(self.ui.say("ui.approvals.mine"), "muted"))
            return made
        for code, approve in (("ui.approvals.refuse", False), ("ui.approvals.approve", True)):
            act = button(self.ui.say(code), partial(self._decide, line.id, approve))
            act.setAccessibleName(f"{self.ui.say(code)}: {self.words(line)}")
            row.addWidget(act)
        return made
