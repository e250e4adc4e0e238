"""Users: who may sign in, with what role, and when they last did; what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.models.accounts import InvitationKind, Session
from desktop.office.values_access import (
    ApprovalsShown,
    Invited,
    InviteRequest,
    Purpose,
    RoleChanged,
    UserLine,
    UsersShown,
    Verdict,
)
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button
from desktop.ui.bridge import Task
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Rows, table
from desktop.ui.users.approvals import ApprovalsCard
from desktop.ui.users.detail import UserDetail
from desktop.ui.users.dialogs import ConfirmDialog, InvitedDialog, InviteDialog, RoleDialog
from desktop.ui.users.offboarding import OffboardDialog
from desktop.ui.users.words import factor_words, role_words, seen_words, short_state, state_colour


class UsersSection(Page):
    """A table with a filter, and below it the person who is chosen."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.users"))
        self._session = session
        self._users: tuple[UserLine, ...] = ()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(ui.say("ui.users.filter"))
        self.filter.setAccessibleName(ui.say("ui.users.filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(260)
        self.filter.textChanged.connect(lambda _: self._filter())
        self.head.addWidget(self.filter, 1)
        self.head.addStretch()
        self.invite_button = button(ui.say("ui.users.invite"), self.invite, "primary")
        self.head.addWidget(self.invite_button)
        self.approvals = ApprovalsCard(ui, self.decide)
        self.outer.addWidget(self.approvals)
        self.rows = Rows[UserLine](
            [
                Column(ui.say("ui.users.name"), lambda one: clean(one.name), stretch=True),
                Column(ui.say("ui.users.role"), lambda one: role_words(ui, one.role), width=138),
                Column(
                    ui.say("ui.users.state"),
                    lambda one: short_state(ui, one),
                    lambda one: state_colour(ui, one),
                    width=118,
                ),
                Column(ui.say("ui.users.last"), lambda one: seen_words(ui, one), width=136),
                Column(ui.say("ui.users.mfa"), lambda one: factor_words(ui, one), width=150),
            ]
        )
        self.list = table(self.rows, ui.say("ui.users.list"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._open(now.row()))
        self.detail = UserDetail(ui, session, self)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.list, 1)
        column.addWidget(self.detail)
        self.outer.addWidget(holder, 1)

    # --- showing --------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_users(self._session), self._show)
        self.call(lambda _: self.ui.office.list_approvals(self._session), self._show_approvals)

    def _show(self, shown: UsersShown) -> None:
        self._users = shown.users
        self._filter()

    def _show_approvals(self, shown: ApprovalsShown) -> None:
        self.approvals.show_lines(shown.approvals)

    def _filter(self) -> None:
        """A practice has few users: they are all here."""
        wanted = self.filter.text().strip().casefold()
        chosen = self.detail.line.id if self.detail.line is not None else None
        kept = [
            one
            for one in self._users
            if wanted in one.name.casefold() or wanted in role_words(self.ui, one.role).casefold()
        ]
        self.rows.show(kept)
        self.detail.show_line(None)
        at = next((row for row, one in enumerate(kept) if one.id == chosen), 0)
        if kept:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.list.selectionModel().setCurrentIndex(self.rows.index(at, 0), flags)

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.rows.rows):
            self.detail.show_line(self.rows.rows[row])

    # --- doing ------------------------------------------------------------------------

    def invite(self) -> None:
        dialog = InviteDialog(self.ui, self._session, self)
        dialog.finished.connect(lambda _: self.refresh())
        dialog.open()

    def invite_again(self, line: UserLine, kind: InvitationKind) -> None:
        """A further computer, or a new second factor after a lost phone: a one-time code each."""
        request = InviteRequest(line.name, line.role, kind)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.invite_user(self._session, request),
            lambda made: self._invited(made, kind),
            self.show_error,
        )

    def _invited(self, made: Invited, kind: InvitationKind) -> None:
        InvitedDialog(self.ui, made, kind, self).open()
        self.refresh()

    def change_role(self, line: UserLine) -> None:
        dialog = RoleDialog(self.ui, self._session, line, self)
        dialog.changed.connect(self._role_changed)
        dialog.open()

    def _role_changed(self, answer: RoleChanged) -> None:
        code = "ui.users.role-asked" if answer.pending else "ui.users.role-changed"
        self.notice.show_words(self.ui.say(code), "ok")
        self.refresh()

    def suspend(self, line: UserLine) -> None:
        self._ask("suspend", line, lambda _: self.ui.office.suspend_user(self._session, line.id))

    def reinstate(self, line: UserLine) -> None:
        self._ask("reinstate", line, lambda _: self.ui.office.reinstate_user(self._session, line.id))

    def withdraw(self, line: UserLine) -> None:
        self._ask("withdraw", line, lambda _: self.ui.office.withdraw_invitation(self._session, line.id))

    def _ask(self, what: str, line: UserLine, work: Callable[[Task], None]) -> None:
        name = clean(line.name)
        dialog = ConfirmDialog(
            self.ui,
            self.ui.say(f"ui.users.{what}-title", name=name),
            self.ui.say(f"ui.users.{what}-lead", name=name),
            self.ui.say(f"ui.users.{what}-go"),
            self,
        )
        done = self.ui.say(f"ui.users.{what}-done", name=name)
        dialog.accepted.connect(lambda: self._do(work, done))
        dialog.open()

    def _do(self, work: Callable[[Task], None], words: str) -> None:
        def done(_: None) -> None:
            self.notice.show_words(words, "ok")
            self.refresh()

        self.notice.clear()
        proved(self, self.ui, self._session, Purpose.USERS, work, done, self.show_error)

    def offboard(self, line: UserLine) -> None:
        dialog = OffboardDialog(self.ui, self._session, line, self)
        dialog.finished.connect(lambda _: self.refresh())
        dialog.open()

    def decide(self, approval: str, approve: bool) -> None:
        verdict = Verdict(approval, approve)
        words = self.ui.say("ui.approvals.approved" if approve else "ui.approvals.refused")
        self._do(lambda _: self.ui.office.decide_approval(self._session, verdict), words)
