"""The look around, for `docs/guide/trying.md`: `python -m docs.screenshots_sample [FOLDER]`.

In a process of its own, because it loses the network for good. With a folder every page of it is
taken in both languages, themes and sizes; else the pictures that the guide shows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop.app import WindowRun
from desktop.models.accounts import Role
from desktop.office.api import Office
from desktop.paths import PracticeFolder
from desktop.sample.isolation import forbid_network
from desktop.sample.place import temporary_place
from desktop.sample.tour import Tour
from desktop.texts import Texts
from desktop.ui.sample.around import look_around
from desktop.ui.sample.banner import SampleBanner
from desktop.ui.workspace import Workspace

SHOWN = Path(__file__).parent / "screenshots"
_SIZES = ((1280, 800), (1024, 680))


def wait(until: Callable[[], bool], seconds: int = 300) -> None:
    loop, left = QEventLoop(), [seconds * 20]

    def look() -> None:
        left[0] -= 1
        if until() or not left[0]:
            loop.quit()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(50)
    loop.exec()
    if not until():
        raise TimeoutError


class Look:
    """One look around in one language, pictured."""

    def __init__(self, root: Path, language: str, keep: Callable[[str], Path | None]) -> None:
        self._keep = keep
        coming: Future[Tour] = Future()

        def office() -> Office:
            coming.set_result(Tour(root, Texts(language), "America/Denver", None))
            return coming.result().office

        self.run = WindowRun(PracticeFolder(root / "practice"), language, office, guide=coming.result)
        self.window = self.run.window
        self.window.resize(*_SIZES[0])
        self.page = look_around(self.window, coming.result)
        self.window.show()

    def settle(self) -> None:
        wait(lambda: not self.run.bridge.busy)
        for _ in range(20):
            QApplication.processEvents()

    def take(self, name: str) -> None:
        self.settle()
        for size in _SIZES:
            self.window.resize(*size)
            self.settle()
            self.save(name + ("-small" if size != _SIZES[0] else ""), self.window)
        self.window.resize(*_SIZES[0])

    def save(self, name: str, what: QWidget) -> None:
        path = self._keep(name)
        if path is not None:
            what.grab().save(str(path))

    @property
    def banner(self) -> SampleBanner:
        found = self.window.findChild(SampleBanner)
        if found is None:
            raise LookupError
        return found

    def workspace(self) -> Workspace:
        page = self.window.centralWidget()
        if not isinstance(page, Workspace):
            raise TypeError(type(page))
        return page

    def be(self, role: Role) -> Workspace:
        self.banner.roles[role].click()
        wait(lambda: isinstance(self.window.centralWidget(), Workspace))
        return self.workspace()

    def walk(self) -> None:
        wait(lambda: self.page.bar.value() > 2)
        self.save("sample-making", self.window)
        wait(lambda: self.window.findChild(SampleBanner) is not None)
        self.take("sample-today")
        self.workspace().open("messages")
        self.take("sample-messages")
        self.banner.show_left()
        wait(lambda: bool(self.window.findChildren(QDialog)))
        self.settle()
        self.save("sample-left", self.window.findChildren(QDialog)[0])
        self.window.findChildren(QDialog)[0].close()
        self.window.report_problem()
        self.settle()
        self.save("problem", self.window.findChildren(QDialog)[-1])
        self.window.findChildren(QDialog)[-1].close()
        for role, pages in (
            (Role.MANAGER, ("campaigns", "results")),
            (Role.ADMINISTRATOR, ("today", "audit", "settings")),
        ):
            workspace = self.be(role)
            for page in pages:
                workspace.open(page)
                self.take(f"sample-{page}-{role.value}")
        self.window.lock()
        self.take("sample-lock")


def main(argv: list[str]) -> int:
    """Exit code 0 when every picture was taken."""
    forbid_network()
    language, dark = (argv[1] if len(argv) > 1 else "en"), argv[2:] == ["dark"]
    QApplication([]).styleHints().setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
    wanted = {"sample-making", "sample-today", "sample-left", "sample-results-manager", "problem"}

    def keep(name: str) -> Path | None:
        if argv:
            return Path(argv[0]) / f"{name}-{language}{'-dark' if dark else ''}.png"
        return SHOWN / f"{name}.png" if name in wanted else None

    with temporary_place() as root:
        look = Look(root, language, keep)
        look.walk()
        look.run.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
