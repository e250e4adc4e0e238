"""What was copied here does not outlive the lock (45 CFR 164.310(b))."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication


def forget_clipboard() -> None:
    """A name or a card's words that were copied here go; what another program put there stays."""
    clipboard = QGuiApplication.clipboard()
    if clipboard.ownsClipboard():
        clipboard.clear()
