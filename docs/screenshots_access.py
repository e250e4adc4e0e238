"""The pages of getting in, of users and of one's own security, for `docs/screenshots.py`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
from PySide6.QtWidgets import QApplication

from desktop.models.accounts import InvitationKind, Role, Session
from desktop.office.api import Office
from desktop.office.values_access import (
    ApprovalLine,
    DraftKept,
    Invited,
    InviteRequest,
    KeyShown,
    NoticeLine,
    OffboardReport,
    Purpose,
)
from desktop.office.values_entry import DutyState, Join, JoinRequest, JoinStarted
from desktop.ui.account.dialogs import AuthenticatorDialog, CodesDialog, KeyDialog, PasswordDialog, PinDialog
from desktop.ui.account.page import AccountPage
from desktop.ui.compose.page import ComposePage
from desktop.ui.gate.arrival import MustChangePage, NoticePage
from desktop.ui.gate.codes import CodesPage
from desktop.ui.gate.emergency import AccessPage, EmergencyPages
from desktop.ui.gate.join import InvitationPage, JoinPages, OwnPasswordPage
from desktop.ui.gate.lock import LockPage
from desktop.ui.gate.signin import SignInPage
from desktop.ui.settings.page import SettingsPage
from desktop.ui.stepup import StepUpDialog
from desktop.ui.users.dialogs import InvitedDialog, InviteDialog, RoleDialog
from desktop.ui.users.matrix import MatrixSection
from desktop.ui.users.offboarding import OffboardDialog
from desktop.ui.users.page import UsersSection

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_URI = "otpauth://totp/Sealwell:ben?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Elm%20Street"
_CODES = tuple(f"{n}QK7-M2XW-9F{n}C-T4HD" for n in range(10))
_NOW = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
_PASSWORD = "seven lanterns in a quiet harbour"  # noqa: S105 - of nobody


def add_users(office: Office, session: Session) -> None:
    """A manager and a front desk who have joined, and somebody who is invited."""
    for name, role in (("ben", Role.MANAGER), ("chris", Role.FRONT_DESK), ("dana", Role.AUDITOR)):
        invited = office.invite_user(session, InviteRequest(name, role))
        if name == "dana":
            return
        started = office.start_join(JoinRequest(name, invitation=invited.code))
        code = pyotp.TOTP(pyotp.parse_uri(started.totp_uri).secret).now()
        given = Join(name, invitation=invited.code, password=_PASSWORD, totp_uri=started.totp_uri, code=code)
        office.join(given)


def before_work(camera: Camera, session: Session) -> None:
    """Codes, the lock's short way, the three ways for whoever is new or locked out."""
    ui, gate = camera.ui, camera.window
    page = SignInPage(ui, "Elm Street Family Practice")
    page.user.input.setText("ana")
    page.password.input.setText("x" * 20)
    page.second.ask("code")
    camera.gate("sign-in-code", page)
    page = SignInPage(ui, "Elm Street Family Practice")
    page.user.input.setText("ana")
    page.second.offer_key(True)
    camera.gate("sign-in-key", page)
    duty = DutyState("Elm Street", locked=True, vault_open=True, due=12, quick=("ana", "ben"))
    camera.gate("lock-quick", LockPage(ui, "ana", duty))
    lock = LockPage(ui, "ana", duty)
    lock.somebody_else()
    camera.gate("lock-somebody-else", lock)
    camera.gate("join-1", InvitationPage(ui, JoinPages(ui, gate)))
    started = JoinStarted("Elm Street Family Practice", Role.FRONT_DESK.value, totp_uri=_URI)
    own = OwnPasswordPage(ui, JoinPages(ui, gate), started)
    own.passwords.password.input.setText(_PASSWORD)
    own.passwords.again.input.setText(_PASSWORD)
    own.passwords.judge()
    camera.gate("join-2", own)
    camera.gate("join-4", CodesPage(ui, "ben", _CODES, lambda: None))
    camera.gate("emergency", AccessPage(ui, EmergencyPages(ui, gate)))
    camera.gate("must-change", MustChangePage(ui, session, lambda: None))
    line = NoticeLine("1", "emergency-access", _NOW, {"user": "ana", "name": "ana"})
    camera.gate("notice", NoticePage(ui, line, lambda: None))


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    """Settings with its sections, own security, dialogs."""
    ui = camera.ui
    workspace.open("settings")
    settings = workspace.pages["settings"]
    if isinstance(settings, SettingsPage):
        for code in ("users", "roles", "review", "policy"):
            section = settings.sections.open(code)
            camera.take(f"settings-{code}")
            if isinstance(section, MatrixSection):
                section.more.setChecked(True)
                camera.take("settings-roles-more")
                section.more.setChecked(False)
        users = settings.sections.open("users")
        if isinstance(users, UsersSection):
            _users(camera, users, session)
    workspace.open("account")
    camera.take("account")
    page = workspace.pages["account"]
    if isinstance(page, AccountPage) and page.shown is not None:
        _account(camera, page, session)
    office = ui.office
    letter = DraftKept("", None, subject="Your results", text="Dear Montgomery,")
    office.keep_draft(session, letter)
    compose = workspace.pages["compose"]
    if isinstance(compose, ComposePage):
        compose.clear()
    workspace.compose(None)
    camera.take("drafts")
    for draft in office.list_drafts(session).drafts:
        office.discard_draft(session, draft.id)


def _users(camera: Camera, users: UsersSection, session: Session) -> None:
    ui = camera.ui
    camera.settle()
    lines = {one.name: one for one in users.rows.rows}
    asked = ApprovalLine("1", "elevation", "ben", {"role": "administrator"}, "ana", _NOW, mine=False)
    users.approvals.show_lines((asked,))
    camera.take("users-approval")
    users.approvals.show_lines(())
    camera.dialog("invite", InviteDialog(ui, session, users))
    until = _NOW + timedelta(hours=24)
    made = Invited("ben", Role.FRONT_DESK, code="K7QM-2XW9-FCT4-HD6R", until=until)
    camera.dialog("invited", InvitedDialog(ui, made, InvitationKind.NEW_USER, users))
    camera.dialog("role", RoleDialog(ui, session, lines["ben"], users))
    camera.dialog("step-up", StepUpDialog(ui, session, Purpose.USERS, users))
    leaving = OffboardDialog(ui, session, lines["chris"], users)
    camera.dialog("offboard-1", leaving)
    leaving = OffboardDialog(ui, session, lines["chris"], users)
    leaving.open()
    camera.settle()
    leaving.next()
    camera.take("offboard-2", leaving)
    leaving.pages.setCurrentWidget(leaving.doing)
    leaving._progress(60, 100)
    leaving.step.setText(ui.say("ui.offboard.can-stop"))
    camera.take("offboard-3", leaving)
    left = ("relay-passwords", "shared-passwords", "building", "old-copies")
    leaving._finished(
        OffboardReport("chris", _NOW, 1, 2, 1, 0, ("Demo relay",), left_to_do=left, key_changed=True)
    )
    camera.take("offboard-4", leaving)
    leaving.accept()
    camera.settle()


def _account(camera: Camera, page: AccountPage, session: Session) -> None:
    ui = camera.ui
    keys = (KeyShown("1", "YubiKey 5", _NOW - timedelta(days=90), _NOW),)
    page._keys_card(keys)
    camera.take("account-key")
    camera.dialog("account-password", PasswordDialog(ui, session, False, page))
    camera.dialog("account-app", AuthenticatorDialog(ui, session, page))
    camera.dialog("account-key-add", KeyDialog(ui, session, False, page))
    camera.dialog("account-pin", PinDialog(ui, session, page))
    camera.dialog("account-codes", CodesDialog(ui, "ana", _CODES, page))
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()
