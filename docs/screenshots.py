"""Makes the pictures in `docs/screenshots/` anew, from the sample practice on real parts.

`python -m docs.screenshots` writes the pictures that the docs show. With a folder as its
argument it writes every page there, in both sizes, themes and languages, to be looked at.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from demo.practice import ZONE, DemoRun
from desktop.clock import SystemClock
from desktop.config import LIMITS
from desktop.errors import VaultError
from desktop.models.accounts import Session
from desktop.office.values_entry import DutyState, SignedIn
from desktop.sample.people import visits_file
from desktop.texts import Texts
from desktop.ui.base import Ui
from desktop.ui.bridge import Bridge
from desktop.ui.compose.page import ComposePage
from desktop.ui.firstrun.setup import PracticePage, RelayPage, SetupPages
from desktop.ui.gate.arrival import ArrivalPages
from desktop.ui.gate.emergency import EmergencyPages
from desktop.ui.gate.factor import FactorPage
from desktop.ui.gate.gate import LatePages
from desktop.ui.gate.join import JoinPages
from desktop.ui.gate.lock import LockPage
from desktop.ui.gate.readonly import ReadonlyPages
from desktop.ui.gate.recovery import RecoveryPage
from desktop.ui.gate.restore import RestorePages
from desktop.ui.gate.signin import SignInPage
from desktop.ui.moving.retire import RetiredPage
from desktop.ui.people.page import PeoplePage
from desktop.ui.reminders.page import TodayPage
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.relay import RelayDialog
from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow
from desktop.ui.workspace import Workspace
from docs import (
    screenshots_access,
    screenshots_audit,
    screenshots_backups,
    screenshots_campaigns,
    screenshots_decision,
    screenshots_delivery,
    screenshots_keys,
    screenshots_messages,
    screenshots_people,
    screenshots_protection,
    screenshots_results,
    screenshots_templates,
    screenshots_today,
    screenshots_updates,
)

SHOWN = Path(__file__).parent / "screenshots"
_AWAKE = 24 * 3600
"""Nobody presses a key here, and on a slow computer the pages of one look take longer than ten minutes."""
_URI = "otpauth://totp/Sealwell:ana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Elm%20Street"
_KEY = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789-ABCD-EFGH-JKMN-PQRS-TVWX-12"

_LETTER = {
    "en": "Dear Montgomery,\n\nyour results are attached.\n\nElm Street Family Practice",
    "es": "Estimado Montgomery:\n\nadjuntamos sus resultados.\n\nElm Street Family Practice",
}


@dataclass(frozen=True)
class Variant:
    """One look of the window."""

    language: str = "en"
    dark: bool = False
    size: tuple[int, int] = (1240, 780)

    @property
    def name(self) -> str:
        small = "-small" if self.size[0] < 1100 else ""
        return f"{self.language}-{'dark' if self.dark else 'light'}{small}"


class Camera:
    """Takes every page of one variant; `wanted` names those that are kept."""

    def __init__(
        self, application: QApplication, run: DemoRun, variant: Variant, keep: Callable[[str], Path | None]
    ) -> None:
        self._application = application
        self._run = run
        self._keep = keep
        self.bridge = Bridge(_fail)
        texts = Texts(variant.language)
        self.ui = Ui(lambda: run.office, self.bridge, texts, Theme(application, variant.dark), SystemClock())
        pages = LatePages(
            _workspace,
            SetupPages,
            JoinPages,
            EmergencyPages,
            ArrivalPages,
            RestorePages,
            ReadonlyPages,
            lambda ui, gate, answer: RetiredPage(ui, answer, gate.show_start),
        )
        awake = replace(LIMITS, idle_lock=_AWAKE)
        self.window = MainWindow(self.ui, application, awake, pages, practice_exists=True)
        self.window.resize(*variant.size)
        self.window.show()

    def settle(self, milliseconds: int = 60) -> None:
        """Let every answer arrive, then let the pages be laid out: one pause in which nothing was asked."""
        while True:
            asked = self.bridge.busy
            loop = QEventLoop()
            QTimer.singleShot(milliseconds, loop.quit)
            loop.exec()
            if not asked and not self.bridge.busy:
                return

    def take(self, name: str, widget: QWidget | None = None) -> None:
        self.settle()
        path = self._keep(name)
        if path is not None:
            (widget or self.window).grab().save(str(path))

    def gate(self, name: str, page: QWidget) -> None:
        self.window.setCentralWidget(page)
        self.take(name)

    def dialog(self, name: str, dialog: QDialog) -> None:
        """The dialog over its page, as people see it."""
        dialog.open()
        self.settle()
        self.take(name, dialog)
        dialog.reject()
        self.settle()

    def close(self) -> None:
        """Without `close`, which would lock the practice: the next variant needs it."""
        self.window.hide()
        self.window.deleteLater()
        self.settle()
        self.bridge.stop()


def before_work(camera: Camera, session: Session) -> None:
    """The pages before anybody is signed in."""
    ui = camera.ui
    page = SignInPage(ui, "Elm Street Family Practice")
    page.user.input.setText("ana")
    camera.gate("sign-in", page)
    wrong = SignInPage(ui, "Elm Street Family Practice")
    wrong.show_problem(VaultError("wrong-password"))
    camera.gate("sign-in-wrong", wrong)
    camera.gate("lock", LockPage(ui, "ana", DutyState("Elm Street", locked=True, vault_open=True, due=12)))
    camera.gate("setup-1", PracticePage(ui, lambda _: None, lambda: None, lambda: None))
    camera.gate("setup-2", FactorPage(ui, _URI, lambda _: None))
    camera.gate("setup-3", RecoveryPage(ui, _KEY, lambda: None))
    camera.gate("setup-4", RelayPage(ui, session, lambda: None))
    screenshots_access.before_work(camera, session)


def at_work(camera: Camera, signed: SignedIn, visits: Path, contacts: Path, *, sent: bool) -> None:
    """Every page of the workspace: first those before the reminders are sent, then the rest."""
    camera.window.enter(signed)
    camera.settle()
    workspace = camera.window.centralWidget()
    if not isinstance(workspace, Workspace):
        raise TypeError("nobody is signed in")
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()
    if not sent:
        _today(camera, workspace, visits)
        return
    camera.take("today-sent")
    workspace.open("outbox")
    camera.take("outbox")
    screenshots_messages.at_work(camera, workspace, signed.session)
    screenshots_audit.at_work(camera, workspace, signed.session)
    screenshots_people.at_work(camera, workspace, signed.session, contacts)
    screenshots_campaigns.at_work(camera, workspace)
    screenshots_today.at_work(camera, workspace, signed.session)
    screenshots_results.at_work(camera, workspace, signed.session)
    screenshots_templates.at_work(camera, workspace, signed.session)
    _compose(camera, workspace, contacts)
    name = "Montgomery Sandoval"
    workspace.queued((), lambda left: camera.ui.say("ui.compose.leaves", name=name, seconds=left))
    camera.take("undo")
    workspace.open("settings")
    camera.take("settings")
    settings = workspace.pages["settings"]
    if isinstance(settings, SettingsPage):
        camera.dialog("relay", RelayDialog(camera.ui, signed.session, settings))
    screenshots_access.at_work(camera, workspace, signed.session)
    screenshots_keys.at_work(camera, workspace, signed.session)
    screenshots_protection.at_work(camera, workspace, signed.session)
    screenshots_delivery.at_work(camera, workspace, signed.session)
    screenshots_backups.at_work(camera, workspace, signed.session)
    screenshots_updates.at_work(camera, workspace)


def _today(camera: Camera, workspace: Workspace, visits: Path) -> None:
    camera.take("today")
    today = workspace.pages["today"]
    if isinstance(today, TodayPage):
        today.take_file(visits)
        camera.take("today-imported")
        today.review()
        camera.take("review")
        screenshots_decision.review(camera, today)


def _compose(camera: Camera, workspace: Workspace, contacts: Path) -> None:
    workspace.compose(None)
    camera.take("compose-empty")
    page, people = workspace.pages["compose"], workspace.pages["people"]
    if isinstance(page, ComposePage) and isinstance(people, PeoplePage) and people.rows.rows:
        people.search.setText("Sandoval")
        people.look_up()
        camera.settle()
        page.start(people.rows.rows[0].id)
        camera.settle()
        page.subject.setText("Your results" if camera.ui.texts.language == "en" else "Sus resultados")
        page.text.setPlainText(_LETTER[camera.ui.texts.language])
        page.take_files([contacts.with_name("results.pdf")])
        camera.take("compose")
        screenshots_decision.letter(camera, workspace, contacts)


def _workspace(ui: Ui, session: Session) -> QWidget:
    return Workspace(ui, session, LIMITS.hold)


def _into(target: Path, variant: Variant) -> Callable[[str], Path | None]:
    return lambda name: target / f"{name}-{variant.name}.png"


def _fail(error: BaseException) -> None:
    raise error


def _plan(target: Path | None) -> list[tuple[Variant, Callable[[str], Path | None]]]:
    """What is taken and where it goes."""
    if target is not None:
        everything = [
            Variant(language, dark, size)
            for language, dark, size in (
                ("en", False, (1240, 780)),
                ("en", False, (1000, 640)),
                ("en", True, (1240, 780)),
                ("es", False, (1240, 780)),
                ("es", False, (1000, 640)),
            )
        ]
        return [(one, _into(target, one)) for one in everything]
    dark = {"today-imported", "review", "people", "compose", "sign-in", "settings-users", "account"}
    dark |= {"settings-backups", "settings-backups-old", "template"}
    dark |= {"messages", "audit", "audit-alerts", "audit-gap", "compose-card", "review-card"}
    spanish = {"today-imported", "review", "compose", "outbox", "settings-users", "lock-quick"}
    spanish |= {"settings-backups", "settings-updates", "drill-done", "templates", "template"}
    spanish |= {"messages", "tasks", "audit", "audit-alerts", "audit-export", "compose-card", "compose-found"}
    return [
        (Variant(), lambda name: SHOWN / f"{name}.png"),
        (Variant(dark=True), lambda name: SHOWN / f"{name}-dark.png" if name in dark else None),
        (Variant("es"), lambda name: SHOWN / f"{name}-es.png" if name in spanish else None),
    ]


def main(arguments: list[str]) -> int:
    target = Path(arguments[0]) if arguments else None
    (target or SHOWN).mkdir(parents=True, exist_ok=True)
    made = QApplication.instance() or QApplication(["sealwell"])
    if not isinstance(made, QApplication):
        raise TypeError("pictures need a QApplication")
    folder = Path(tempfile.mkdtemp(prefix="sealwell-shots-"))
    try:
        with DemoRun(folder, lambda words: None) as run:
            session = run.set_up()
            run.import_people(session)
            run.add_relay(session)
            run.hand_over_keys(session)
            screenshots_access.add_users(run.office, session)
            screenshots_people.add_people(run.office, session)
            screenshots_campaigns.add_campaign(run.office, session)
            screenshots_today.add_today(run.office, session)
            screenshots_templates.add_templates(run.office, session)
            screenshots_backups.add_places(run.office, session, folder)
            visits = folder / "visits.csv"
            visits.write_bytes(visits_file(SystemClock().now().astimezone(ZoneInfo(ZONE)).date()))
            (folder / "results.pdf").write_bytes(b"All values are normal.\n" * 8000)
            contacts = folder / "people.csv"
            contacts.write_text(
                "First Name,Last Name,E-mail,DOB\nIda,Vance,ida@example.org,1990-02-03\n,,x,\n"
            )
            for sent in (False, True):
                if sent:
                    run.send(session)
                for variant, keep in _plan(target):
                    camera = Camera(made, run, variant, keep)
                    if not sent:
                        before_work(camera, session)
                    at_work(camera, run.signed_in, visits, contacts, sent=sent)
                    camera.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
