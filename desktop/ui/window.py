"""The one window of a practice: a gate page, or the workspace of whoever is signed in.

Its title names the program only. Locking throws the workspace away, waits for nothing,
and shows what still goes on.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop.config import Limits
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_entry import DutyState, SignedIn
from desktop.ui.base import Ui
from desktop.ui.capture import block_capture
from desktop.ui.clipboard import forget_clipboard
from desktop.ui.gate.signin import LockPage, SignInPage
from desktop.ui.idle import IdleWatch

SIZE = (1240, 780)
SMALLEST = (1000, 640)


class MainWindow(QMainWindow):
    """`load_workspace` builds the signed-in pages; it is handed in because they load late."""

    painted = Signal()
    """Once, when the first page is on the screen."""

    def __init__(
        self,
        ui: Ui,
        application: QObject,
        limits: Limits,
        load_workspace: Callable[[Ui, Session], QWidget],
        load_setup: Callable[[Ui, Callable[[SignedIn], None]], QWidget],
        practice_exists: bool,
    ) -> None:
        super().__init__()
        self.ui = ui
        self._load_workspace = load_workspace
        self._load_setup = load_setup
        self._session: Session | None = None
        self._seen = False
        self.setWindowTitle(ui.say("ui.window.title"))
        self.resize(*SIZE)
        self.setMinimumSize(*SMALLEST)
        self._idle = IdleWatch(application, ui.clock, limits.idle_lock, self.lock, self._touch)
        QShortcut(QKeySequence("Ctrl+L"), self).activated.connect(self.lock)
        if practice_exists:
            self.show_sign_in()
        else:
            self._show(self._load_setup(self.ui, self.enter))

    @property
    def locked(self) -> bool:
        """Whether nobody's pages are on the screen."""
        return self._session is None

    def show_sign_in(self) -> None:
        page = SignInPage(self.ui, "")
        page.signed_in.connect(self.enter)
        self._show(page)
        page.focus_first_empty()

    def enter(self, answer: SignedIn) -> None:
        """Somebody is signed in: build their pages and begin to send what is due."""
        self._session = answer.session
        workspace = self._load_workspace(self.ui, answer.session)
        self._show(workspace)
        workspace.setFocus()
        self._idle.start()
        self.ui.bridge.run(
            workspace, lambda _: self.ui.office.start_sending(answer.session), lambda _: None, lambda _: None
        )

    def _touch(self) -> None:
        session = self._session
        if session is not None:
            self.ui.bridge.run(
                self, lambda _: self.ui.office.touch(session), lambda _: None, lambda _: self.lock()
            )

    def lock(self) -> None:
        """Screen lock: nothing of any person stays on the screen from this moment on."""
        session, self._session = self._session, None
        if session is None:
            return
        self._idle.stop()
        forget_clipboard()
        page = LockPage(self.ui, session.user_name, DutyState("", locked=True, vault_open=False, due=0))
        page.signed_in.connect(self.enter)
        self._show(page)
        page.focus_first_empty()
        self.ui.bridge.run(page, lambda _: self.ui.office.lock(), page.show_duty, page.show_problem)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        block_capture(self)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Hide at once; what is being sent comes to its end in `app.py`."""
        self._idle.stop()
        self._session = None
        super().closeEvent(event)

    def _show(self, page: QWidget) -> None:
        old = self.takeCentralWidget()
        self.setCentralWidget(page)
        if old is not None:
            old.hide()
            old.deleteLater()

    def warn(self, words: str) -> None:
        """What was found about the computer at the start; what the page itself says goes before it."""
        page = self.centralWidget()
        if isinstance(page, SignInPage) and not page.notice.words:
            page.notice.show_words(words, "warn")

    def show_error(self, error: SealwellError) -> None:
        """What went wrong before any page could say it."""
        page = self.centralWidget()
        if isinstance(page, SignInPage):
            page.show_problem(error)
