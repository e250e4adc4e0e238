"""Choosing and reading files on the person's behalf; dropped files come the same way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.errors import InputError
from desktop.office.values import ImportRequest
from desktop.texts import clean


def choose_file(parent: QWidget, title: str, patterns: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Open the system's file dialog without blocking; `chosen` is called only on a choice."""
    dialog = QFileDialog(parent, title, str(Path.home()), patterns)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def choose_target(parent: QWidget, title: str, name: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask where to save; overwriting is confirmed by the system's dialog."""
    dialog = QFileDialog(parent, title, str(Path.home() / name))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def read(path: Path, limit: int) -> bytes:
    """The file's bytes; known errors where it is missing, forbidden or too large."""
    try:
        if path.stat().st_size > limit:
            raise InputError("file-too-large", file=clean(path.name), mebibytes=limit // 1024 // 1024)
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError("file-missing", file=clean(path.name)) from error
    except (IsADirectoryError, PermissionError) as error:
        raise InputError("file-not-readable", file=clean(path.name)) from error


def import_request(path: Path, limit: int, *, dry_run: bool = False) -> ImportRequest:
    """The file as the office takes it; called off the window's thread."""
    data = read(path, limit)
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return ImportRequest(path.name, data=data, modified=modified, dry_run=dry_run)


def dropped_file(event: QDragEnterEvent | QDropEvent) -> Path | None:
    """The one local file that is being dropped, if it is one."""
    urls = event.mimeData().urls()
    if len(urls) == 1 and urls[0].isLocalFile():
        return Path(urls[0].toLocalFile())
    return None
