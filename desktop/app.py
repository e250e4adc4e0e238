"""Composition: builds the long-lived objects and hands them to window, command line and service.

The one place for late imports: the command line must run without Qt's libraries, the window
without the heavy rest (SQLAlchemy, cryptography, mail), which is the background service's.
"""
# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import argparse
import gc
import locale
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from desktop import bootstrap, logs, parts, program
from desktop.clock import SystemClock
from desktop.config import LIMITS
from desktop.errors import Refused
from desktop.paths import PracticeFolder, default_practice, make_private_folder
from desktop.texts import LANGUAGES, Texts, clean

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.models.accounts import Session
    from desktop.models.documents import Printer
    from desktop.office.api import Office
    from desktop.office.remote import RemoteOffice
    from desktop.office.values_backups import Retired
    from desktop.office.values_entry import SignedIn
    from desktop.office.values_practice import Check
    from desktop.office.values_sample import Guide
    from desktop.sample.tour import Tour
    from desktop.ui.base import Ui
    from desktop.ui.gate.gate import Gate
    from desktop.ui.tray import Tray

_LOAD_AFTER = 2.0
"""Seconds after which the office is loaded even if no page has been seen."""


def system_language() -> str:
    """`es` where the computer speaks Spanish, else `en`."""
    named = (locale.getlocale()[0] or "en")[:2].lower()
    return named if named in LANGUAGES else "en"


def run_command(argv: Sequence[str]) -> int:
    """The command line: through the practice's background service where one runs, else in this process.

    What needs no practice stays in this process, which holds no keys.
    A bug is described without content and exits with 70. The hidden commands are parts of the
    program that it starts itself.
    """
    hidden = {program.SERVICE: run_service, program.WORKER: parts.run_worker, program.SAMPLE: run_sample}
    if argv and argv[0] in hidden:
        return hidden[argv[0]](argv[1:])
    if argv and argv[0] in parts.ABOUT:
        return parts.about(argv, system_language())
    from desktop.cli.main import run
    from desktop.office.remote import running_office

    language = system_language()

    def office(folder: PracticeFolder) -> Office:
        remote = running_office(folder)
        return alone(folder) if remote is None else remote.as_office()

    def alone(folder: PracticeFolder) -> Office:
        with bootstrap.loading():
            from desktop.assembly import build_office

        return build_office(folder, SystemClock(), language=language, printer=_printer)

    logs.install_last_resort(_tell)
    return run(argv, office, language, open_alone=alone)


def run_service(argv: Sequence[str]) -> int:
    """The background service of one practice, until it is not needed or told to end (SIGTERM)."""
    arguments = argparse.ArgumentParser(prog=f"sealwell {program.SERVICE}")
    arguments.add_argument("--practice", metavar="DIR", required=True)
    folder = PracticeFolder(Path(arguments.parse_args(list(argv)).practice).absolute())
    make_private_folder(folder.root)
    logs.start_log(folder.service_log)
    parts.note_start()
    logs.install_last_resort(lambda _: None)
    instance = bootstrap.SingleInstance(folder.service_lock)
    try:
        instance.acquire()
    except Refused:
        return bootstrap.ANOTHER_RUNS
    with instance:
        with bootstrap.loading():
            from desktop.assembly import build_office
            from desktop.office.agent import Agent

        clock = SystemClock()
        office = build_office(folder, clock, language=system_language(), printer=_printer, service=True)
        agent = Agent(office, folder, clock)
        bootstrap.on_end(agent.end)
        agent.serve()
    return 0


def run_window(argv: Sequence[str]) -> int:
    """The window; returns Qt's exit code."""
    if argv and argv[0] in parts.ABOUT:
        return parts.about(argv, system_language())
    arguments = argparse.ArgumentParser(prog="sealwell-gui")
    which = arguments.add_mutually_exclusive_group()
    which.add_argument("--practice", metavar="DIR")
    which.add_argument("--sample", action="store_true")
    arguments.add_argument("--tray", action="store_true")
    given = arguments.parse_args(list(argv))
    if given.sample:
        return run_sample(())
    folder = PracticeFolder(Path(given.practice).absolute()) if given.practice else default_practice()
    make_private_folder(folder.root)
    logs.start_log(folder.log)
    parts.note_start()
    language = system_language()
    instance = bootstrap.SingleInstance(folder.lock)
    try:
        instance.acquire()
    except Refused as refused:
        texts = Texts(language)
        _tell(f"{texts.say(f'error.{refused.code}')} {texts.say(f'error.{refused.code}.hint')}")
        return 1
    with instance:
        return WindowRun(folder, language, instance=instance, tray=given.tray).run()


def run_sample(argv: Sequence[str]) -> int:
    """A look around in a practice of invented people, which ends with its window.

    First of all, and for good, this process loses the network.
    """
    argparse.ArgumentParser(prog=f"sealwell {program.SAMPLE}").parse_args(list(argv))
    from desktop.sample.isolation import forbid_network

    forbid_network()
    from desktop.sample.place import temporary_place

    with temporary_place() as root, logs.log_into(root / "sealwell.log"):
        parts.note_start()
        logs.install_last_resort(_tell)
        return _look_around(root, system_language())


def _look_around(root: Path, language: str) -> int:
    from desktop.ui.sample.around import look_around

    with ThreadPoolExecutor(1, thread_name_prefix="tour") as maker:
        coming = maker.submit(_tour, root, language)
        run = WindowRun(PracticeFolder(root), language, lambda: coming.result().office, guide=coming.result)
        bootstrap.on_end(run.leave)
        look_around(run.window, coming.result)
        return run.run()


def _tour(root: Path, language: str) -> Tour:
    """Raises Refused("sample-not-started") to everybody who waits for it; why stands in the log."""
    try:
        from desktop.sample.tour import Tour
        from desktop.ui.dates import system_zone

        return Tour(root, Texts(language), system_zone(), _printer)
    except Exception as error:  # on a thread: the last resort hears of it here, who waits below
        _on_bug(error)
        raise Refused("sample-not-started") from error


class WindowRun:
    """One life of the window: the pages first, the service coming up behind them, an orderly end."""

    def __init__(
        self,
        folder: PracticeFolder,
        language: str,
        office: Callable[[], Office] | None = None,
        *,
        instance: bootstrap.SingleInstance | None = None,
        tray: bool = False,
        guide: Callable[[], Guide] | None = None,
    ) -> None:
        """`office` is one in this process, for a look around, whose `guide` leads through it.

        `instance` is held while the window is on the screen. `tray`: hidden behind the mark in the
        system's tray at first, which stays.
        """
        from PySide6.QtWidgets import QApplication

        from desktop.ui.base import Ui
        from desktop.ui.bridge import Bridge
        from desktop.ui.gate.gate import LatePages
        from desktop.ui.icons import program_icon
        from desktop.ui.theme import Theme
        from desktop.ui.window import MainWindow

        self.application = QApplication.instance() or QApplication(["sealwell"])
        if not isinstance(self.application, QApplication):
            raise TypeError("a window needs a QApplication")
        self.application.setApplicationName("Sealwell")
        self.application.setDesktopFileName("sealwell")
        if sys.platform != "darwin":
            self.application.setWindowIcon(program_icon())
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="load")
        clock = SystemClock()
        self._seen = threading.Event()
        self._remote: RemoteOffice | None = None
        self._instance = instance or bootstrap.SingleInstance(folder.lock)
        self._office: Future[Office] = self._loader.submit(office or (lambda: self._load(folder)))
        self.bridge = Bridge(_on_bug)
        ui = Ui(
            self._office.result, self.bridge, Texts(language), Theme(self.application), clock, guide, folder
        )
        pages = LatePages(
            _workspace, _setup, _join, _emergency, _arrival, _restore, _readonly, _retired, _sample
        )
        self.window = MainWindow(ui, self.application, LIMITS, pages, practice_exists=folder.exists())
        self.window.painted.connect(self._seen.set)
        self.window.painted.connect(self._lock_with_system)
        self.window.painted.connect(self._look_over_computer)
        self.tray = self._tray(ui, always=tray) if office is None else None
        self._hidden = tray and self.tray is not None

    def _tray(self, ui: Ui, *, always: bool) -> Tray | None:
        """Where the system has none, a closed window ends its process and the service goes on alone."""
        from PySide6.QtWidgets import QApplication

        from desktop.ui.tray import Tray, has_tray

        if not has_tray():
            return None
        made = Tray(ui, self.window, self._instance, self._end_all, always=always)
        QApplication.setQuitOnLastWindowClosed(False)
        made.ended.connect(QApplication.quit)
        return made

    def _end_all(self) -> None:
        """From the tray: nothing is sent until the next sign-in."""
        remote, leave = self._remote, self.application.quit
        if remote is None:
            leave()
        else:
            self.bridge.run(self.window, lambda _: remote.lock_vault(), lambda _: leave(), lambda _: leave())

    def leave(self) -> None:
        """From any thread: close the window, and end."""
        from PySide6.QtCore import QTimer

        QTimer.singleShot(0, self.application, self.application.quit)

    def _lock_with_system(self) -> None:
        """From the first page on: nobody can be signed in before it."""
        from desktop.ui.systemlock import lock_with_system

        self._system_lock = lock_with_system(self.window, self.window.lock)

    def _look_over_computer(self) -> None:
        """Before anybody signs in: what is wrong with it is said on the first page."""
        self.bridge.run(
            self.window,
            lambda _: self._office.result().look_over_computer(),
            lambda report: self._warn(report.wrong),
            self.window.show_error,
        )

    def _warn(self, wrong: tuple[Check, ...]) -> None:
        if wrong:
            self.window.warn("\n".join(self.window.ui.reason(one.reason) for one in wrong))

    def _load(self, folder: PracticeFolder) -> Office:
        """In the loader's thread, which would slow the first page down if it ran before it."""
        self._seen.wait(_LOAD_AFTER)
        from desktop.office.remote import window_office

        self._remote = window_office(folder, SystemClock())
        self._remote.tell_when_gone(lambda: self.window.service_ended.emit())
        return self._remote.as_office()

    def run(self) -> int:
        logs.install_last_resort(_tell)
        if not self._hidden:
            self.window.show()
        if self.tray is not None:
            self.tray.start()
        code = int(self.application.exec())
        self.stop()
        return code

    def stop(self) -> None:
        """In order: no more calls, then the service is left to itself.

        An office in this process ends: what is being sent comes to its end, the keys go.
        """
        self._seen.set()
        if self.tray is not None:
            self.tray.stop()
        self.window.close()
        self.bridge.stop()
        if self._office.exception() is None:  # else there is none to close
            self._office.result().close()
        self._loader.shutdown()


def _printer() -> Printer:
    """Made when the first paper is: Qt is loaded for it even on the command line."""
    try:
        from desktop.ui.paper import OffscreenPrinter
    except ImportError as error:  # a library of the system that Qt draws with is not there
        raise Refused("printing-unavailable", library=clean(str(error).partition(":")[0])) from error

    return OffscreenPrinter()


def _workspace(ui: Ui, session: Session) -> QWidget:
    from desktop.ui.workspace import Workspace

    _keep_what_is_loaded()
    return Workspace(ui, session, LIMITS.hold)


@cache
def _keep_what_is_loaded() -> None:
    """Once, before the first page: a full collection of garbage looks at 240,000 objects of modules
    else, and holds up whoever types for a tenth of a second and more.
    """
    gc.freeze()


def _setup(ui: Ui, gate: Gate) -> QWidget:
    from desktop.ui.firstrun.setup import SetupPages

    return SetupPages(ui, gate)


def _join(ui: Ui, gate: Gate) -> QWidget:
    from desktop.ui.gate.join import JoinPages

    return JoinPages(ui, gate)


def _emergency(ui: Ui, gate: Gate) -> QWidget:
    from desktop.ui.gate.emergency import EmergencyPages

    return EmergencyPages(ui, gate)


def _arrival(ui: Ui, gate: Gate, signed: SignedIn) -> QWidget:
    from desktop.ui.gate.arrival import ArrivalPages

    return ArrivalPages(ui, gate, signed)


def _restore(ui: Ui, gate: Gate) -> QWidget:
    from desktop.ui.gate.restore import RestorePages

    return RestorePages(ui, gate)


def _readonly(ui: Ui, gate: Gate, user: str) -> QWidget:
    from desktop.ui.gate.readonly import ReadonlyPages

    return ReadonlyPages(ui, gate, user)


def _retired(ui: Ui, gate: Gate, answer: Retired) -> QWidget:
    from desktop.ui.moving.retire import RetiredPage

    return RetiredPage(ui, answer, gate.show_start)


def _sample() -> None:
    """Raises Refused("sample-not-started")."""
    try:
        program.start_apart(program.SAMPLE)
    except OSError as error:
        raise Refused("sample-not-started") from error


def _tell(words: str) -> None:
    """A bug's description without content, for whoever started the program at a terminal.

    The window's program has none on Windows.
    """
    if sys.stderr is not None:
        sys.stderr.write(f"{words}\n")


def _on_bug(error: BaseException) -> None:
    """What is no known error goes to the last-resort handler, as if it were not caught."""
    sys.excepthook(type(error), error, error.__traceback__)
