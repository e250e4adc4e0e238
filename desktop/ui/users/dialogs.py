"""Inviting, changing a role, and asking before something is done."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import InvitationKind, Role, Session
from desktop.office.values_access import Invited, InviteRequest, Purpose, RoleChange, RoleChanged, UserLine
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.cover import Cover
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field
from desktop.ui.stepup import proved
from desktop.ui.users.words import MORE, READY, role_words


class ConfirmDialog(FormDialog):
    """One question, in full; Cancel first."""

    def __init__(self, ui: Ui, title: str, lead: str, go: str, parent: QWidget) -> None:
        super().__init__(ui, title, parent)
        self.content.addWidget(plain_label(lead, "muted", wrap=True))
        self.go = button(go, self.accept, "primary")
        self.foot.addWidget(self.go)
        self.go.setFocus()


class RoleChoice(QWidget):
    """Three roles ready to use, the others where they are asked for; what the role does stands below."""

    def __init__(self, ui: Ui, role: Role = Role.FRONT_DESK) -> None:
        super().__init__()
        self.ui = ui
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        label = plain_label(ui.say("ui.users.role"), "label")
        self.box = QComboBox()
        self.box.setAccessibleName(ui.say("ui.users.role"))
        label.setBuddy(self.box)
        self.more = QCheckBox(ui.say("ui.matrix.more"))
        self.about = plain_label("", "muted", wrap=True)
        for one in (label, self.box, self.about, self.more):
            column.addWidget(one)
        self.more.toggled.connect(self._offer)
        self.box.currentIndexChanged.connect(lambda _: self._describe())
        self.more.setChecked(role in MORE)
        self._offer(role in MORE)
        self.box.setCurrentIndex(self.box.findData(role.value))

    @property
    def role(self) -> Role:
        return Role(str(self.box.currentData()))

    def _offer(self, more: bool) -> None:
        chosen = self.box.currentData()
        self.box.clear()
        for role in (*READY, *(MORE if more else ())):
            self.box.addItem(role_words(self.ui, role), role.value)
        self.box.setCurrentIndex(max(0, self.box.findData(chosen)))

    def _describe(self) -> None:
        code = self.box.currentData()
        if code:
            self.about.setText(self.ui.say(f"ui.role-about.{code}"))


class InviteDialog(FormDialog):
    """Name and role in; a one-time code out, which is given to the person themselves."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.invite.title"), parent)
        self._session = session
        self._page = parent
        self.content.addWidget(plain_label(ui.say("ui.invite.lead"), "muted", wrap=True))
        self.user = Field(ui.say("ui.signin.user"), hint=ui.say("ui.invite.user-hint"))
        self.user.input.returnPressed.connect(self.make)
        self.role = RoleChoice(ui)
        self.content.addWidget(self.user)
        self.content.addWidget(self.role)
        self.go = button(ui.say("ui.invite.go"), self.make, "primary")
        self.foot.addWidget(self.go)
        self.user.input.setFocus()

    def make(self) -> None:
        user = self.user.text.strip()
        if not user:
            self.user.wrong(self.ui.say("ui.form.missing"))
            self.user.input.setFocus()
            return
        if not self.go.isEnabled():
            return
        self.go.setEnabled(False)
        request = InviteRequest(user, self.role.role)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.invite_user(self._session, request),
            self._made,
            self._refused,
        )

    def _made(self, invited: Invited) -> None:
        self.accept()
        InvitedDialog(self.ui, invited, InvitationKind.NEW_USER, self._page).open()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)


class InvitedDialog(FormDialog):
    """The one-time code, shown once."""

    def __init__(self, ui: Ui, invited: Invited, kind: InvitationKind, parent: QWidget) -> None:
        name = clean(invited.user)
        super().__init__(ui, ui.say("ui.invited.title", name=name), parent)
        lead = plain_label(ui.say(f"ui.invited.{kind.value}", name=name), "muted", wrap=True)
        self.content.addWidget(lead)
        self.code = plain_label(invited.code, "mono", wrap=True)
        self.cover = Cover(ui, self.code)
        self.content.addWidget(self.cover)
        until = moment_words(invited.until, ui.texts.language)
        self.content.addWidget(plain_label(ui.say("ui.invited.until", until=until), wrap=True))
        row = QHBoxLayout()
        self.copy_button = button(ui.say("ui.invited.copy"), lambda: self._copy(invited.code))
        row.addWidget(self.copy_button)
        row.addStretch()
        self.content.addLayout(row)
        self.cancel.setText(ui.say("ui.close"))

    def _copy(self, code: str) -> None:
        QGuiApplication.clipboard().setText(code)
        self.copy_button.setText(self.ui.say("ui.codes.copied"))


class RoleDialog(FormDialog):
    """A higher role may need a second administrator; the answer says so."""

    changed = Signal(object)

    def __init__(self, ui: Ui, session: Session, line: UserLine, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.users.role-title", name=clean(line.name)), parent)
        self._session = session
        self._line = line
        self.role = RoleChoice(ui, line.role)
        self.content.addWidget(self.role)
        self.content.addWidget(plain_label(ui.say("ui.users.role-lead"), "muted", wrap=True))
        self.go = button(ui.say("ui.save"), self.save, "primary")
        self.foot.addWidget(self.go)
        self.role.box.setFocus()

    def save(self) -> None:
        if self.role.role is self._line.role:
            self.reject()
            return
        self.go.setEnabled(False)
        request = RoleChange(self._line.id, self.role.role)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.set_role(self._session, request),
            self._saved,
            self._refused,
        )

    def _saved(self, answer: RoleChanged) -> None:
        self.changed.emit(answer)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)
