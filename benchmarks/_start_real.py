"""The real program as its entry point starts it, with a watch on its window."""

from __future__ import annotations

import sys

from benchmarks._watch import Watch
from desktop import app
from desktop.__main__ import window

watch = Watch()


class WatchedRun(app.WindowRun):
    def run(self) -> int:
        self.window.installEventFilter(watch)
        return super().run()


app.WindowRun = WatchedRun  # type: ignore[misc]
sys.exit(window())
