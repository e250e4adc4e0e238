"""G9: nothing of anybody is left in any widget after the lock; the practice's own minutes count."""

from __future__ import annotations

import subprocess
import sys

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.office.values_access import DraftKept, SecurityPolicy
from desktop.office.values_delivery import ProviderShown
from desktop.office.values_practice import RelayRequest
from desktop.ui.account.dialogs import CodesDialog
from desktop.ui.account.page import AccountPage
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.signin import SignInDialog
from desktop.ui.users.page import UsersSection
from tests.made_practice import import_visits
from tests.support.along import Along
from tests.support.pages import texts_of
from tests.support.second_user import BEN, add_ben
from tests.ui.conftest import Opened

LIGHT = """
import sys
import desktop.ui.window
heavy = ("values_access", "values_practice", "office.values", "records", "segno", "PrintSupport", "printing")
print(*(name for name in sys.modules if name.endswith(heavy)))
"""


def everything() -> str:
    """All that stands in any widget of the process."""
    return " ".join(text for one in QApplication.topLevelWidgets() for text in texts_of(one))


@pytest.mark.parametrize("dialog", ["leaves", "codes", "none"])
def test_g9_no_page_and_no_dialog_outlives_the_lock(opened: Opened, dialog: str) -> None:
    shown = opened.sign_in()
    session = shown.session
    add_ben(opened.office, session, opened.practice.clock)
    import_visits(opened.office, session, opened.practice.clock)
    opened.office.keep_draft(session, DraftKept("", None, subject="Canaryfield's results", text="zoraida"))
    for entry in shown.entries:
        shown.open(entry.code)
        opened.screen.settle()
    settings, account = shown.pages["settings"], shown.pages["account"]
    assert isinstance(settings, SettingsPage)
    assert isinstance(account, AccountPage)
    for code in settings.sections.buttons:
        settings.sections.open(code)
        opened.screen.settle()
    users = settings.sections.pages["users"]
    assert isinstance(users, UsersSection)
    secrets = ["Canaryfield", "zoraida"]
    if dialog == "leaves":
        users.offboard(next(one for one in users.rows.rows if one.name == BEN))
        opened.screen.settle()
    elif dialog == "codes":
        account.new_codes()
        opened.screen.settle()
        secrets += account.findChildren(CodesDialog)[-1].view.codes
    assert all(secret in everything() for secret in secrets)
    pages: list[QWidget] = [*shown.pages.values(), *settings.sections.pages.values()]
    opened.window.lock()
    opened.screen.qtbot.waitUntil(lambda: not any(shiboken6.isValid(page) for page in pages))
    opened.screen.settle()
    left = everything()
    assert [secret for secret in (*secrets, BEN) if secret in left] == []
    assert QApplication.activeModalWidget() is None


def test_the_practices_own_minutes_lock_the_window(opened: Opened) -> None:
    session = opened.sign_in().session
    opened.office.set_policy(session, SecurityPolicy(idle_minutes=3))
    opened.window.lock()
    opened.screen.settle()
    shown = opened.sign_in()
    opened.practice.clock.move(170)
    opened.window._idle.check()
    before = opened.window.locked
    assert not before
    QTest.keyClick(shown, Qt.Key.Key_Shift)
    opened.screen.settle()
    opened.practice.clock.move(181)
    opened.window._idle.check()
    assert opened.window.locked
    opened.screen.settle()


def test_closing_the_window_ends_the_session_and_says_so_in_the_log(opened: Opened) -> None:
    opened.sign_in()
    opened.window.close()
    opened.screen.settle()
    opened.office.close()
    office, session = opened.practice.signed_in()
    assert "session.locked" in [line.act for line in office.query_log(session).lines]


def test_the_sign_in_page_loads_no_values_of_the_work() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("on_duty", [True, False])
def test_a_lock_ends_the_wait_for_a_browser(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, on_duty: bool
) -> None:
    """Else it would go on for ten minutes behind the lock, and hold up the program's end."""
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: True)
    work, account = opened.sign_in(), "office@a.example"
    if on_duty:
        Along(opened.office, work.session, opened.practice.clock).reminders()
    relay = RelayRequest("Mail", "smtp.gmail.com", 465, "implicit", account, account, None)
    owner = f"relay:{opened.office.add_relay(work.session, relay).id}"
    google = ProviderShown("google", "Google Workspace", ("smtp.gmail.com",), False, True, False)
    form = SignInDialog(opened.screen.ui, work.session, work, owner, account, google)
    form.client_id.input.setText("app")
    form.client_secret.input.setText("secret")
    form.open()
    form.start()
    opened.screen.qtbot.waitUntil(lambda: bool(form.notice.words), timeout=10_000)
    opened.window.lock()
    opened.screen.settle()
    assert opened.office.duty().vault_open is on_duty
