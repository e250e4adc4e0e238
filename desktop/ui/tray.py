"""The mark in the system's tray: what still goes on when the window is closed, and the way back.

It says how many messages are going out, and that some came in, and nothing of whom they are. It
stands for the window's process, which the background service does not need: where there is no
tray, the window closes and the service goes on.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from desktop.bootstrap import SingleInstance
from desktop.errors import Refused, SealwellError
from desktop.office.values_entry import DutyState
from desktop.ui.base import Ui
from desktop.ui.bridge import Task
from desktop.ui.icons import icon
from desktop.ui.news import News
from desktop.ui.window import MainWindow

LOOK_EVERY = 5000
"""Milliseconds between two questions what goes on."""


class Tray(QObject):
    """Made by `app.py` where the system has a tray; owns its icon and menu."""

    ended = Signal()
    """Nothing keeps the closed window's process any more."""

    def __init__(
        self,
        ui: Ui,
        window: MainWindow,
        instance: SingleInstance,
        end: Callable[[], None],
        *,
        always: bool = False,
    ) -> None:
        """`end` closes the practice and the program; `always`: the mark stays when nothing goes on.

        `instance` is held by the one window that is on the screen. A hidden one lets go of it, and
        leaves when somebody opened another.
        """
        super().__init__(window)
        self._instance = instance
        window.closed.connect(self._window_closed)
        self._ui = ui
        self._window = window
        self._always = always
        self._goes_on = False
        self._ends_with_window = False
        self._seen = False
        """Whether a service has ever answered."""
        self._asked: Task | None = None
        self.menu = QMenu()
        self.open = self._action("ui.tray.open", self.show_window)
        self.lock = self._action("ui.tray.lock", window.lock)
        self.menu.addSeparator()
        self.end = self._action("ui.tray.end", end)
        self.menu.aboutToShow.connect(lambda: self.lock.setEnabled(not window.locked))
        self.mark = QSystemTrayIcon(icon("lock", ui.theme.tokens.text), self)
        self.mark.setContextMenu(self.menu)
        self.mark.activated.connect(self._clicked)
        self.mark.messageClicked.connect(self.show_window)
        self._news = News()
        self._looking = QTimer(self)
        self._looking.timeout.connect(self.look)
        self._say("ui.tray.nothing")

    @property
    def words(self) -> str:
        return self.mark.toolTip()

    def start(self) -> None:
        self.mark.show()
        self._looking.start(LOOK_EVERY)
        self.look()

    def stop(self) -> None:
        self._looking.stop()
        self.mark.hide()

    def keeps_window(self) -> bool:
        """Whether a closed window stays behind its mark: its end is what closes a practice that chose so."""
        if self._ends_with_window and self._window.visited:
            return False
        return self._always or self._goes_on

    def _window_closed(self) -> None:
        if self.keeps_window():
            self._instance.release()
        else:
            self.ended.emit()

    def _is_the_one(self) -> bool:
        try:
            self._instance.acquire()
        except Refused:
            return False
        return True

    def show_window(self) -> None:
        if not self._is_the_one():
            self.ended.emit()
            return
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def look(self) -> None:
        if not self._window.isVisible():
            if not self._is_the_one():
                self.ended.emit()
                return
            self._instance.release()
        if self._asked is None or self._asked.over:
            self._asked = self._ui.bridge.run(
                self, lambda _: self._ui.office.duty(), self.show_duty, self.show_trouble
            )

    def show_duty(self, duty: DutyState) -> None:
        self._seen = True
        self._goes_on = duty.vault_open and bool(duty.due or duty.reads_mail)
        self._ends_with_window = duty.ends_with_window
        code = _code(duty)
        if code == "ui.tray.going-out":
            self.mark.setToolTip(self._ui.texts.count(code, duty.due))
        else:
            self._say(code)
        self._tell(duty)
        self._leave_if_done()

    def _tell(self, duty: DutyState) -> None:
        window = self._window
        in_front = window.isVisible() and not window.isMinimized() and window.isActiveWindow()
        news = self._news.of(duty, in_front=in_front)
        if news is not None:
            code, number = news
            picture = icon("inbox", self._ui.theme.tokens.text)
            self.mark.showMessage(
                self._ui.say("ui.window.title"), self._ui.texts.count(code, number), picture
            )

    def show_trouble(self, error: SealwellError) -> None:
        """A busy disk is asked again; a service that is gone keeps nothing here.

        Where there was none yet, it starts with the first sign-in.
        """
        if error.code == "service-gone":
            self._goes_on = False
            self._say("ui.tray.gone" if self._seen else "ui.tray.waits-for-sign-in")
            self._leave_if_done()

    def _leave_if_done(self) -> None:
        if not self._window.isVisible() and not self.keeps_window():
            self.ended.emit()

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.show_window()

    def _say(self, code: str) -> None:
        self.mark.setToolTip(self._ui.say(code))

    def _action(self, code: str, act: Callable[[], None]) -> QAction:
        made = self.menu.addAction(self._ui.say(code))
        made.triggered.connect(lambda: act())
        return made


def has_tray() -> bool:
    """Some desktops have none (GNOME without an extension)."""
    return QSystemTrayIcon.isSystemTrayAvailable()


def _code(duty: DutyState) -> str:
    if duty.waits_for_sign_in:
        return "ui.tray.waits-for-sign-in"
    if duty.paused:
        return "ui.tray.paused"
    if duty.due:
        return "ui.tray.going-out"
    return "ui.tray.reads-mail" if duty.reads_mail else "ui.tray.nothing"
