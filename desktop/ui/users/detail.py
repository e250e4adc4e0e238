"""The chosen user: role in plain words, and what can be done now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.models.accounts import InvitationKind, Session, UserState
from desktop.office.values_access import UserLine
from desktop.texts import clean
from desktop.ui.base import Ui, button, card, plain_label
from desktop.ui.users.words import role_words, state_words


class Actions(Protocol):
    """What the page does about a user."""

    def invite_again(self, line: UserLine, kind: InvitationKind) -> None: ...
    def change_role(self, line: UserLine) -> None: ...
    def suspend(self, line: UserLine) -> None: ...
    def reinstate(self, line: UserLine) -> None: ...
    def withdraw(self, line: UserLine) -> None: ...
    def offboard(self, line: UserLine) -> None: ...


class UserDetail(QWidget):
    """Only what makes sense in the user's state is offered; nobody suspends or ends themselves."""

    def __init__(self, ui: Ui, session: Session, actions: Actions) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self.line: UserLine | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card()
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(8)
        outer.addWidget(frame)
        head = QHBoxLayout()
        self.name = plain_label("", "heading")
        self.state = plain_label("", "pill-plain")
        head.addWidget(self.name, 1)
        head.addWidget(self.state)
        column.addLayout(head)
        self.about = plain_label("", "muted", wrap=True)
        column.addWidget(self.about)
        row = QHBoxLayout()
        row.setSpacing(8)
        say = ui.say
        self.role = self._add(row, say("ui.users.change-role"), actions.change_role)
        self.factor = self._add(
            row, say("ui.users.new-factor"), lambda one: actions.invite_again(one, InvitationKind.FACTOR)
        )
        self.computer = self._add(
            row, say("ui.users.computer"), lambda one: actions.invite_again(one, InvitationKind.COMPUTER)
        )
        self.again = self._add(
            row, say("ui.users.invite-again"), lambda one: actions.invite_again(one, InvitationKind.NEW_USER)
        )
        self.withdraw = self._add(row, say("ui.users.withdraw"), actions.withdraw)
        self.suspend = self._add(row, say("ui.users.suspend"), actions.suspend)
        self.reinstate = self._add(row, say("ui.users.reinstate"), actions.reinstate)
        row.addStretch()
        self.leaves = self._add(row, say("ui.users.leaves"), actions.offboard)
        column.addLayout(row)
        self.show_line(None)

    def _add(self, row: QHBoxLayout, words: str, do: Callable[[UserLine], None]) -> QPushButton:
        made = button(words, lambda: do(self.line) if self.line is not None else None)
        row.addWidget(made)
        return made

    def show_line(self, line: UserLine | None) -> None:
        self.line = line
        self.setVisible(line is not None)
        if line is None:
            return
        self.name.setText(clean(line.name))
        self.state.setText(state_words(self.ui, line))
        kind = {UserState.ACTIVE: "pill-ok", UserState.INVITED: "pill-warn"}.get(line.state, "pill-plain")
        self.state.setObjectName(kind)
        self.state.style().unpolish(self.state)
        self.state.style().polish(self.state)
        role = role_words(self.ui, line.role)
        self.about.setText(f"{role}: {self.ui.say(f'ui.role-about.{line.role.value}')}")
        mine = line.id == self._session.user
        active = line.state is UserState.ACTIVE
        gone = line.state is UserState.LEFT
        self.role.setVisible(active and not mine)
        self.factor.setVisible(active and not mine)
        self.computer.setVisible(active)
        invited = line.state is UserState.INVITED
        self.again.setVisible(invited and line.invited_until is None)
        self.withdraw.setVisible(invited and line.invited_until is not None)
        self.suspend.setVisible(active and not mine)
        self.reinstate.setVisible(line.state is UserState.SUSPENDED)
        self.leaves.setVisible(not gone and not mine and line.state is not UserState.INVITED)
