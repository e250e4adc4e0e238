"""The anchor of `start.py`: a process that opens an empty window."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QMainWindow

from benchmarks._watch import Watch

application = QApplication([])
watch = Watch()
window = QMainWindow()
window.resize(1240, 780)
window.installEventFilter(watch)
window.show()
sys.exit(application.exec())
