"""What holds on every page: names for screen readers, Tab, plain words, both languages, no clipping."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTableView,
    QWidget,
)

from desktop.config import LIMITS
from desktop.models.accounts import InvitationKind, Role, Session
from desktop.models.delivery import EVERYTHING
from desktop.models.standing import Use
from desktop.office.values_access import Invited, NoticeLine, Purpose
from desktop.office.values_audit import LogGap, LogState, PurgeRequest
from desktop.office.values_entry import DutyState, JoinStarted
from desktop.office.values_messages import Colleague, TaskRequest
from desktop.office.values_templates import TemplateWords
from desktop.ui.account.dialogs import AuthenticatorDialog, CodesDialog, KeyDialog, PasswordDialog, PinDialog
from desktop.ui.audit.export import ExportDialog
from desktop.ui.audit.history import HistoryDialog
from desktop.ui.audit.retention import PurgeDialog
from desktop.ui.audit.state import GapDialog
from desktop.ui.compose.drafts import DiscardDialog
from desktop.ui.compose.scan import ScanDialog
from desktop.ui.consent.batch import BatchDialog
from desktop.ui.consent.permission import PermissionDialog
from desktop.ui.consent.record import RecordDialog
from desktop.ui.failures.wizard import FailureWizard
from desktop.ui.firstrun.setup import PracticePage, RelayPage
from desktop.ui.gate.arrival import MustChangePage, NoticePage
from desktop.ui.gate.codes import CodesPage
from desktop.ui.gate.emergency import EmergencyPages
from desktop.ui.gate.factor import FactorPage
from desktop.ui.gate.join import JoinPages, OwnPasswordPage
from desktop.ui.gate.lock import LockPage
from desktop.ui.gate.recovery import RecoveryPage
from desktop.ui.gate.signin import SignInPage
from desktop.ui.navigation import ENTRY_ROLES, UNDER
from desktop.ui.outbox.calls import CallDialog
from desktop.ui.outbox.pausing import ContinueDialog, PauseDialog
from desktop.ui.people.adding import AddDialog
from desktop.ui.people.dialogs import EditDialog, PassphraseDialog
from desktop.ui.settings.mailbox import MailboxDialog
from desktop.ui.settings.relay import RelayDialog
from desktop.ui.stepup import StepUpDialog
from desktop.ui.tasks.dialogs import TaskDialog
from desktop.ui.templates.oneline import OneLine
from desktop.ui.users.dialogs import InvitedDialog, InviteDialog, RoleDialog
from desktop.ui.users.offboarding import OffboardDialog
from desktop.ui.window import MainWindow
from desktop.ui.workspace import Workspace
from tests.architecture.test_words import CLAIMS, TERMS
from tests.made_practice import USER, Practice, import_visits
from tests.support.along import Along
from tests.support.pages import texts_of
from tests.support.second_user import BEN, add_ben
from tests.ui.backuppages import backup_dialogs
from tests.ui.conftest import HOLD, PAGES, RelayHere, Screen
from tests.ui.wizardpages import wizard_pages

CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QTableView)
URI = "otpauth://totp/Sealwell:ana?secret=JBSWY3DPEHPK3PXP&issuer=Elm"
KEY = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789"
GAP = LogState(90, None, (), stale=False, gap=LogGap(91, 120, None, "keyring", "rolled-back"))
Pages = dict[str, QWidget]


@pytest.fixture
def pages(
    practice: Practice, make_screen: Callable[..., Screen], relay: RelayHere, language: str
) -> tuple[Screen, Workspace, Pages]:
    """Every page and dialog, filled (which takes longer than to look at them), in the smallest window."""
    office, session = practice.signed_in()
    import_visits(office, session, practice.clock)
    screen = make_screen(office, practice.clock, language)
    workspace = screen.show(Workspace(screen.ui, session, HOLD))
    workspace.resize(1000, 640)
    for entry in workspace.entries:
        workspace.open(entry.code)
        screen.settle()
    today = workspace.pages["today"]
    screen.office.add_task(session, TaskRequest("Send the referral", due_at=practice.clock.now()))
    workspace.tasks("")
    screen.settle()
    today.review()  # type: ignore[attr-defined]
    screen.settle()
    workspace.open("outbox")
    screen.settle()
    settings = workspace.pages["settings"]
    for code in settings.sections.buttons:  # type: ignore[attr-defined]
        settings.sections.open(code)  # type: ignore[attr-defined]
        screen.settle()
    audit = workspace.pages["audit"]
    for code in audit.tabs.buttons:  # type: ignore[attr-defined]
        audit.tabs.open(code)  # type: ignore[attr-defined]
        screen.settle()
    people = workspace.pages["people"]
    for code in people.tabs.buttons:  # type: ignore[attr-defined]
        people.tabs.open(code)  # type: ignore[attr-defined]
        screen.settle()
    for code in people.detail.sections.line.buttons:  # type: ignore[attr-defined]
        people.detail.sections.open(code)  # type: ignore[attr-defined]
        screen.settle()
    campaigns = workspace.pages["campaigns"]
    for code in campaigns.tabs.buttons:  # type: ignore[attr-defined]
        campaigns.tabs.open(code)  # type: ignore[attr-defined]
        screen.settle()
    templates = campaigns.tabs.pages["templates"]  # type: ignore[attr-defined]
    templates.open_shelf(templates.gallery.rows.rows[0])
    screen.settle()
    without_fields = {code: TemplateWords("News", "# News\n\nCome and see us.") for code in ("en", "es")}
    templates.editor.languages.fill(without_fields, language)
    templates.editor.preview.ask()
    screen.qtbot.waitUntil(lambda: templates.editor.preview.settled, timeout=20_000)
    screen.settle()
    add_ben(office, session, practice.clock)
    person = office.search_people(session, "Zoraida").people[0].id
    shown = office.show_person(session, person)
    ui = screen.ui
    found: Pages = {
        "sign-in": SignInPage(ui, "Elm Street"),
        "lock": LockPage(ui, USER, DutyState("", locked=True, vault_open=True, due=3)),
        "practice": PracticePage(ui, lambda _: None, lambda: None, lambda: None),
        "factor": FactorPage(ui, URI, lambda _: None),
        "recovery": RecoveryPage(ui, KEY, lambda: None),
        "relay": RelayPage(ui, session, lambda: None),
        "edit": EditDialog(ui, session, shown.person, workspace),
        "card": PassphraseDialog(ui, session, person, workspace),
        "scan": ScanDialog(ui, b"", "Zoraida Canaryfield, 1961", lambda: None, lambda: None, workspace),
        "export": ExportDialog(ui, session, workspace),
        "add-relay": RelayDialog(ui, session, settings),
        **delivery_dialogs(screen, session, practice, workspace, settings),
        **access_pages(screen, session, practice, workspace),
        **backup_pages(screen, session, workspace),
        **{f"people-{code}": page for code, page in people.tabs.pages.items()},  # type: ignore[attr-defined]
        **{f"person-{code}": part for code, part in people.detail.sections.built.items()},  # type: ignore[attr-defined]
        "add-person": AddDialog(ui, session, workspace),
        "answer": RecordDialog(ui, session, person, Use.CARE, workspace),
        "permission": PermissionDialog(ui, session, person, "en", workspace),
        "answers": BatchDialog(ui, session, workspace),
        **{f"campaigns-{code}": page for code, page in campaigns.tabs.pages.items()},  # type: ignore[attr-defined]
        **{f"audit-{code}": page for code, page in audit.tabs.pages.items()},  # type: ignore[attr-defined]
        "history": HistoryDialog(ui, session, person, "Zoraida Canaryfield", workspace),
        "gap": GapDialog(ui, session, GAP, workspace),
        "purge": PurgeDialog(ui, session, PurgeRequest(2019, ""), workspace),
        **{f"settings-{code}": page for code, page in settings.sections.pages.items()},  # type: ignore[attr-defined]
    }
    screen.settle()
    for page in found.values():
        screen.qtbot.addWidget(page)
        if not isinstance(page, QDialog):
            page.resize(1000, 640)
    return screen, workspace, {**found, **workspace.pages}


def delivery_dialogs(
    screen: Screen, session: Session, practice: Practice, workspace: Workspace, settings: QWidget
) -> Pages:
    """Of the outbox, with a letter of which nobody knows and one that failed."""
    ui, along = screen.ui, Along(screen.office, session, practice.clock)
    lost, failed = along.letter(), along.letter("Bo")
    along.lose(lost)
    along.refuse(failed)
    outbox = workspace.pages["outbox"]
    outbox.refresh()
    screen.settle()
    outbox.view.selectRow(1)  # type: ignore[attr-defined]
    wizard = FailureWizard(ui, session, failed, outbox)
    screen.settle()
    wizard.go_on()
    return {
        "pause": PauseDialog(ui, session, outbox),
        "continue": ContinueDialog(ui, session, EVERYTHING, outbox),
        "calls": CallDialog(ui, session, outbox),
        "failure": wizard,
        "add-mailbox": MailboxDialog(ui, session, settings),
        "new-task": TaskDialog(ui, session, (Colleague(session.user, USER),), None, workspace),
    }


def access_pages(screen: Screen, session: Session, practice: Practice, workspace: Workspace) -> Pages:
    """Getting in, joining, emergency access, users and one's own security."""
    ui, now = screen.ui, practice.clock.now()
    gate = MainWindow(ui, workspace, LIMITS, PAGES, practice_exists=True)
    screen.qtbot.addWidget(gate)
    ben = next(one for one in screen.office.list_users(session).users if one.name == BEN)
    duty = DutyState("", locked=True, vault_open=True, due=3, quick=(USER, BEN))
    started = JoinStarted("Elm Street", Role.FRONT_DESK.value, totp_uri=URI)
    made = Invited(BEN, Role.FRONT_DESK, code="ABCD-EFGH-JKMN", until=now)
    notice = NoticeLine("1", "emergency-access", now, {"user": USER})
    joining, emergency = JoinPages(ui, gate), EmergencyPages(ui, gate)
    code, key = SignInPage(ui, ""), SignInPage(ui, "")
    code.second.ask("code")
    key.second.offer_key(True)
    for kept in (joining, emergency):
        screen.qtbot.addWidget(kept)
    return {
        "sign-in-code": code,
        "sign-in-key": key,
        "lock-quick": LockPage(ui, USER, duty),
        "invitation": joining.invitation,
        "own-password": OwnPasswordPage(ui, joining, started),
        "codes": CodesPage(ui, BEN, ("ABCD-EFGH", "JKMN-PQRS"), lambda: None),
        "emergency": emergency.access,
        "must-change": MustChangePage(ui, session, lambda: None),
        "notice": NoticePage(ui, notice, lambda: None),
        "invite": InviteDialog(ui, session, workspace),
        "invited": InvitedDialog(ui, made, InvitationKind.FACTOR, workspace),
        "role": RoleDialog(ui, session, ben, workspace),
        "offboard": OffboardDialog(ui, session, ben, workspace),
        "step-up": StepUpDialog(ui, session, Purpose.EXPORT, workspace),
        "password": PasswordDialog(ui, session, True, workspace),
        "authenticator": AuthenticatorDialog(ui, session, workspace),
        "key": KeyDialog(ui, session, True, workspace),
        "pin": PinDialog(ui, session, workspace),
        "new-codes": CodesDialog(ui, USER, ("ABCD-EFGH", "JKMN-PQRS"), workspace),
        "discard": DiscardDialog(ui, workspace),
    }


def backup_pages(screen: Screen, session: Session, workspace: Workspace) -> Pages:
    """Backups, restore, emergency, moving."""
    gate = MainWindow(screen.ui, workspace, LIMITS, PAGES, practice_exists=True)
    screen.qtbot.addWidget(gate)
    wizard = wizard_pages(screen, session, workspace, gate)
    return {**wizard, **backup_dialogs(screen, session, workspace)}


def controls(page: QWidget) -> list[QWidget]:
    inside = (QLineEdit, QComboBox)
    return [
        one
        for one in page.findChildren(QWidget)
        if isinstance(one, CONTROLS)
        and not isinstance(one.parent(), (*inside, QTableView))
        and not one.objectName().startswith("qt_")
    ]


def can_be_reached(control: QWidget) -> bool:
    """By Tab; buttons of one group share a stop, and arrows move inside."""
    group = control.group() if isinstance(control, QAbstractButton) else None
    together = group.buttons() if group is not None and group.exclusive() else [control]
    return any(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in together)


def name_of(control: QWidget) -> str:
    if control.accessibleName():
        return control.accessibleName()
    return control.text() if isinstance(control, QAbstractButton) else ""


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_has_names_stops_and_plain_words_and_is_whole_in_the_smallest_window(
    pages: tuple[Screen, Workspace, Pages], language: str
) -> None:
    screen, workspace, found = pages
    every_control_has_a_name_and_can_be_reached_with_tab(workspace, found)
    no_code_stands_where_words_should(found)
    pages_of_the_front_desk_hold_no_term_of_art_and_no_boast(found)
    nothing_is_clipped(screen, workspace, found)


def every_control_has_a_name_and_can_be_reached_with_tab(workspace: Workspace, found: Pages) -> None:
    nameless, unreachable = [], []
    for code, page in [("window", workspace), *found.items()]:
        for control in controls(page):
            if not name_of(control):
                nameless.append(f"{code}: {type(control).__name__}")
            if not can_be_reached(control):
                unreachable.append(f"{code}: {name_of(control)}")
        nameless += [
            f"{code}: {type(one).__name__} is a stop without a name"
            for one in page.findChildren(QScrollArea)
            if type(one) is QScrollArea and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
    assert nameless == []
    assert unreachable == []


def no_code_stands_where_words_should(found: Pages) -> None:
    prefixes = ("ui.", "error.", "reason.", "event.", "mail.")
    wrong = [
        f"{code}: {text}"
        for code, page in found.items()
        for text in texts_of(page)
        if text.startswith(prefixes) or "{" in text
    ]
    assert wrong == []


def pages_of_the_front_desk_hold_no_term_of_art_and_no_boast(found: Pages) -> None:
    technical = {"relay", "add-relay", "settings", "settings-relay", "settings-keys"}
    wrong = [
        f"{code}: {text}"
        for code, page in found.items()
        for text in texts_of(page)
        if CLAIMS.search(text) or (code not in technical and TERMS.search(text))
    ]
    assert wrong == []


def nothing_is_clipped(screen: Screen, workspace: Workspace, found: Pages) -> None:
    clipped: list[str] = []
    for code, page in found.items():
        if code in workspace.pages:
            workspace.stack.setCurrentWidget(page)
        else:
            page.show()
        screen.settle()
        screen.qtbot.wait(50)  # scroll areas lay out once more after they are shown
        read: list[QAbstractButton | QLabel] = page.findChildren(QAbstractButton) + page.findChildren(QLabel)
        for one in read:
            if isinstance(one, OneLine) or not one.isVisible():
                continue  # one line is cut on purpose: its tip and the screen reader have all of it
            if isinstance(one, QLabel) and (one.wordWrap() or not one.text()):
                wanted = one.heightForWidth(one.width()) if one.text() else 0
                if wanted > one.height() + 2:
                    clipped.append(f"{code}: {one.text()[:60]} ({one.height()} of {wanted})")
            elif one.width() + 2 < one.sizeHint().width():
                clipped.append(f"{code}: {one.text()[:60]} ({one.width()} of {one.sizeHint().width()})")
        assert page.width() <= 1000, f"{code} is wider than the smallest window"
    assert not clipped, "\n".join(clipped)


@pytest.mark.parametrize("language", ["en"])
def test_tab_goes_through_a_page_and_comes_back(
    pages: tuple[Screen, Workspace, Pages], language: str
) -> None:
    screen, workspace, _ = pages
    workspace.activateWindow()
    screen.qtbot.waitUntil(workspace.isActiveWindow)
    workspace.open("people")
    screen.settle()
    people = workspace.pages["people"]
    people.focus_search()  # type: ignore[attr-defined]
    people.detail.sections.open("overview")  # type: ignore[attr-defined]
    screen.settle()
    seen: list[str] = []
    for _ in range(30):
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(name_of(focused))
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    for name in ("ui.people.list", "ui.people.import", "ui.person.write", "ui.person.passphrase"):
        assert screen.words(name) in seen
    assert seen.count(screen.words("ui.people.search-name")) >= 2, "Tab comes back to where it began"


@pytest.mark.parametrize("language", ["en"])
def test_the_keyboard_opens_every_page(pages: tuple[Screen, Workspace, Pages], language: str) -> None:
    screen, workspace, _ = pages
    workspace.activateWindow()
    screen.qtbot.waitUntil(workspace.isActiveWindow)
    for position, entry in enumerate(workspace.entries):
        key = Qt.Key(Qt.Key.Key_1 + position)
        QTest.keyClick(workspace, key, Qt.KeyboardModifier.ControlModifier)
        screen.settle()
        assert workspace.stack.currentWidget() is workspace.pages[entry.code]
    QTest.keyClick(workspace, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    screen.settle()
    assert workspace.pages["people"].search.hasFocus()  # type: ignore[attr-defined]
    QTest.keyClick(workspace, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    screen.settle()
    assert workspace.pages["compose"].to.hasFocus()  # type: ignore[attr-defined]
    for code in UNDER:
        workspace.open(code)
        screen.settle()
        assert workspace.rail.buttons[UNDER[code]].isChecked()
        workspace.pages[code].back.click()  # type: ignore[attr-defined]
        screen.settle()
        back = "compose" if code == "blocks" else UNDER[code]
        assert workspace.stack.currentWidget() is workspace.pages[back]


@pytest.mark.parametrize("role", list(Role))
def test_the_rail_shows_what_the_role_may_open(
    practice: Practice, make_screen: Callable[..., Screen], relay: RelayHere, role: Role
) -> None:
    office, session = practice.signed_in()
    screen = make_screen(office, practice.clock)
    as_role = Session(session.id, session.user, session.user_name, role, session.started)
    allowed = [code for code, roles in ENTRY_ROLES.items() if role in roles and code not in UNDER]
    workspace = screen.show(Workspace(screen.ui, as_role, HOLD))
    assert set(workspace.rail.buttons) == set(allowed)
    assert "account" in allowed, "everybody looks after their own security"
