"""Plain text on paper: saved codes, a leaving report. Nothing is written to a file by us."""

from __future__ import annotations

from PySide6.QtGui import QFont, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

_POINTS = 12


def text_document(title: str, lines: tuple[str, ...]) -> QTextDocument:
    """Title and lines as they are; no markup is read."""
    document = QTextDocument()
    font = QFont("DejaVu Sans Mono")
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPointSize(_POINTS)
    document.setDefaultFont(font)
    document.setPlainText("\n".join((title, "", *lines)))
    return document


def print_text(parent: QWidget, title: str, lines: tuple[str, ...]) -> QPrintDialog:
    """The system's print dialog, without blocking; prints when it is accepted."""
    printer = QPrinter()
    printer.setDocName("Sealwell")
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(parent.window().windowTitle())
    dialog.accepted.connect(lambda: text_document(title, lines).print_(printer))
    dialog.finished.connect(lambda _: dialog.deleteLater())
    QDialog.open(dialog)
    return dialog
