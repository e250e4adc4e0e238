"""The program's own window for a test: says which page is in front, closes when told to by a file."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget

from desktop.app import WindowRun
from desktop.paths import PracticeFolder

folder, log, close = PracticeFolder(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3])
run = WindowRun(folder, "en")
seen: list[str] = []


def look() -> None:
    stack = run.window.centralWidget()
    page = stack.currentWidget() if isinstance(stack, QStackedWidget) else stack
    code = getattr(page, "code", None)
    said = "code" if code is not None and not code.isHidden() else type(page).__name__
    if seen[-1:] != [said]:
        seen.append(said)
        log.write_text("\n".join(seen), encoding="ascii")
    if close.exists():
        close.unlink()
        run.window.close()


timer = QTimer()
timer.timeout.connect(look)
timer.start(50)
sys.exit(run.run())
