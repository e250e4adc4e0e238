"""The one window of a practice: a gate page, or the workspace of whoever is signed in.

Its title names the program only. Locking throws the workspace away, waits for nothing,
and shows what still goes on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop.config import Limits
from desktop.errors import SealwellError, VaultError
from desktop.models.accounts import Session, UserId
from desktop.office.values_entry import DutyState, SignedIn
from desktop.ui.base import Ui
from desktop.ui.capture import block_capture
from desktop.ui.clipboard import forget_clipboard
from desktop.ui.gate.gate import Desk, LatePages, Unfinished
from desktop.ui.gate.lock import LockPage
from desktop.ui.gate.pages import Pages
from desktop.ui.gate.signin import SignInPage
from desktop.ui.idle import IdleWatch
from desktop.ui.problem.dialog import ProblemDialog

if TYPE_CHECKING:
    from desktop.office.values_backups import Retired

SIZE = (1240, 780)
SMALLEST = (1000, 640)


class MainWindow(QMainWindow):
    """Implements `Gate`; `pages` builds what is loaded late."""

    painted = Signal()
    """Once, when the first page is on the screen."""
    closed = Signal()
    """It is hidden, and nobody's pages are in it."""
    service_ended = Signal()
    """From any thread: the process behind the door is gone, and every session with it."""

    def __init__(
        self, ui: Ui, application: QObject, limits: Limits, pages: LatePages, practice_exists: bool
    ) -> None:
        super().__init__()
        self.ui = ui
        self._pages = pages
        self._exists = practice_exists
        self._session: Session | None = None
        self._unfinished: tuple[UserId, str] | None = None
        """Whose work waits to come back after the lock, and on which page."""
        self._seen = False
        self._away = False
        """Closed, and not on the screen again."""
        self.visited = False
        """Whether somebody was ever let in here."""
        self.setWindowTitle(ui.say("ui.window.title"))
        self.resize(*SIZE)
        self.setMinimumSize(*SMALLEST)
        self._idle = IdleWatch(application, ui.clock, limits.idle_lock, self.lock, self._touch)
        QShortcut(QKeySequence("Ctrl+L"), self).activated.connect(self.lock)
        QShortcut(QKeySequence.StandardKey.HelpContents, self).activated.connect(self.report_problem)
        self.service_ended.connect(self._service_ended, Qt.ConnectionType.QueuedConnection)
        self.show_start()

    @property
    def locked(self) -> bool:
        """Whether nobody's pages are on the screen."""
        return self._session is None

    @property
    def practice_exists(self) -> bool:
        return self._exists

    # --- before the work --------------------------------------------------------------

    def show_start(self) -> None:
        if self._exists:
            self.show_sign_in()
        else:
            self._show(self._pages.setup(self.ui, self))

    def begin_with(self, page: QWidget) -> None:
        """Another first page: nobody signs in here before it has ended."""
        self._show(page)

    def look_around(self) -> None:
        """A sample practice, in a window and a process of its own; this one stays as it is."""
        self.ui.bridge.run(self, lambda _: self._pages.sample(), lambda _: None, self.show_error)

    def report_problem(self) -> None:
        """F1, on whatever page: what is reported is the program, not what the page shows."""
        ProblemDialog(self.ui, self._session, self).open()

    def show_restore(self) -> None:
        self._begin(self._pages.restore(self.ui, self))

    def show_readonly(self, user: str = "") -> None:
        self._begin(self._pages.readonly(self.ui, self, user))

    def show_sign_in(self, user: str = "", words: str = "") -> None:
        self._exists = True
        page = SignInPage(self.ui, "")
        page.say_so(user, words)
        page.signed_in.connect(self.arrive)
        page.join_wanted.connect(lambda: self._show(self._pages.join(self.ui, self)))
        page.sample_wanted.connect(self.look_around)
        page.problem_wanted.connect(self.report_problem)
        page.emergency_wanted.connect(lambda: self._show(self._pages.emergency(self.ui, self)))
        self._lead_out_of_damage(page)
        self._show(page)
        page.focus_first_empty()

    def _lead_out_of_damage(self, page: SignInPage) -> None:
        page.restore_wanted.connect(self.show_restore)
        page.readonly_wanted.connect(self.show_readonly)

    def arrive(self, answer: SignedIn) -> None:
        """Somebody proved who they are: first what must come first, then their work.

        A window that was closed meanwhile locks again instead.
        """
        self.attend(answer)
        if self._away:
            self.lock()
        elif answer.must_change or answer.notices:
            self._show(self._pages.arrival(self.ui, self, answer))
        else:
            self.enter(answer)

    def attend(self, answer: SignedIn) -> None:
        self._session = answer.session
        self.visited = self._exists = True
        self._idle.wait_for(answer.idle_lock)
        self._idle.start()

    # --- at work ----------------------------------------------------------------------

    def enter(self, answer: SignedIn) -> None:
        """Build their pages and begin to send what is due."""
        self.attend(answer)
        session = answer.session
        workspace = self._pages.workspace(self.ui, session)
        self._show(workspace)
        workspace.setFocus()
        if isinstance(workspace, Desk):
            workspace.leave.connect(self._leave)
            workspace.retired.connect(self._retired)
            if self._unfinished is not None and self._unfinished[0] == session.user:
                workspace.take_up(self._unfinished[1])
        self._unfinished = None
        self.ui.bridge.run(
            workspace, lambda _: self.ui.office.start_sending(session), lambda _: None, lambda _: None
        )

    def _touch(self) -> None:
        session = self._session
        if session is not None:
            self.ui.bridge.run(
                self, lambda _: self.ui.office.touch(session), lambda _: None, lambda _: self._turned_away()
            )

    def _turned_away(self) -> None:
        page = self.centralWidget()
        if not (isinstance(page, Desk) and page.ending):
            self.lock()

    def _retired(self, answer: Retired) -> None:
        """The session went with the practice's keys: from here on it is a bare computer."""
        self._session = self._unfinished = None
        self._exists = False
        self._idle.stop()
        forget_clipboard()
        self._show(self._pages.retired(self.ui, self, answer))

    def _leave(self, somebody_else: bool) -> None:
        self.lock()
        page = self.centralWidget()
        if somebody_else and isinstance(page, LockPage):
            page.somebody_else()

    def lock(self) -> None:
        """Screen lock: nothing of any person stays on the screen from this moment on.

        Unfinished work is kept first, off this thread: the page does not wait for it.
        """
        before = self.centralWidget()
        if isinstance(before, Desk) and before.ending:
            self._idle.start()
            return
        session, self._session = self._session, None
        if session is None:
            if isinstance(before, Pages):
                before.lock()
            return
        lost = before.lost() if isinstance(before, Desk) else ""
        self._idle.stop()
        forget_clipboard()
        keep = self._keeping()
        if keep is not None:
            self._unfinished = session.user, keep.place
        duty = DutyState("", locked=True, vault_open=False, due=0)
        page = LockPage(self.ui, session.user_name, duty)
        page.signed_in.connect(self.arrive)
        self._lead_out_of_damage(page)
        page.problem_wanted.connect(self.report_problem)
        if lost:
            page.notice.show_words(lost, "warn")
        self._show(page)
        page.focus_first_empty()
        self.ui.bridge.run(page, lambda _: self._end(keep), page.show_duty, page.show_problem, urgent=True)

    def _service_ended(self) -> None:
        """Nothing on the screen can be carried on: the lock page says so, and a sign-in starts it anew."""
        self.lock()
        self.show_error(VaultError("service-gone"))

    def _keeping(self) -> Unfinished | None:
        page = self.centralWidget()
        return page.unfinished() if isinstance(page, Desk) else None

    def _end(self, keep: Unfinished | None) -> DutyState:
        """On the bridge's pool. What cannot be kept does not hold up the lock."""
        if keep is not None:
            with suppress(SealwellError):
                keep.keep()
        return self.ui.office.lock()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._away = False
        block_capture(self)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Hide at once, locked: what is unfinished is kept first, and the session ends with the window.

        The service goes on with what was approved, unless the practice chose otherwise. It stays
        while a restore runs, and while a new recovery key is to be written down.
        """
        page = self.centralWidget()
        if isinstance(page, Pages) and page.stays():
            event.ignore()
            return
        self._idle.stop()
        self._away = True
        self.lock()
        super().closeEvent(event)
        self.closed.emit()

    def _show(self, page: QWidget) -> None:
        """The page before is hidden now and deleted with the next event; it is never a window of its own."""
        self.setCentralWidget(page)
        page.show()  # at once: what is not visible yet cannot take the focus

    def warn(self, words: str) -> None:
        """What was found about the computer at the start; what the page itself says goes before it."""
        page = self.centralWidget()
        if isinstance(page, SignInPage) and not page.notice.words:
            page.notice.show_words(words, "warn")

    def _begin(self, pages: QWidget) -> None:
        """With the first of their pages in focus: whoever has no mouse goes on at once."""
        self._show(pages)
        first = pages.currentWidget() if isinstance(pages, Pages) else None
        if first is not None:
            first.setFocus()

    def show_error(self, error: SealwellError) -> None:
        """What went wrong before any page could say it."""
        page = self.centralWidget()
        if isinstance(page, SignInPage):
            page.show_problem(error)
