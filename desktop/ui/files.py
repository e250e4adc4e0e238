"""Choosing and reading files on the person's behalf; dropped files come the same way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.errors import InputError
from desktop.texts import clean

_MEGABYTE = 1_000_000
_MARKED = "files-marked"
"""Property of the application: what stands before the name of every file that is saved."""


def mark_files(mark: str) -> None:
    """From now on every file that is saved is offered under a name that begins with `mark`."""
    QCoreApplication.instance().setProperty(_MARKED, mark)  # type: ignore[union-attr] # a window is there


def marked(name: str) -> str:
    application = QCoreApplication.instance()
    mark = application.property(_MARKED) if application is not None else None
    return f"{mark}-{name}" if mark else name


def choose_file(parent: QWidget, title: str, patterns: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Open the system's file dialog without blocking; `chosen` is called only on a choice."""
    dialog = QFileDialog(parent, title, str(Path.home()), patterns)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def choose_files(
    parent: QWidget, title: str, patterns: str, chosen: Callable[[list[Path]], None]
) -> QFileDialog:
    """As `choose_file`, for any number at once."""
    dialog = QFileDialog(parent, title, str(Path.home()), patterns)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def choose_folder(parent: QWidget, title: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """As `choose_file`, for a folder that is there."""
    dialog = QFileDialog(parent, title, str(Path.home()))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def choose_target(parent: QWidget, title: str, name: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask where to save; overwriting is confirmed by the system's dialog."""
    name = marked(name)
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


def dropped_file(event: QDragEnterEvent | QDropEvent) -> Path | None:
    """The one local file that is being dropped, if it is one."""
    files = dropped_files(event)
    return files[0] if len(files) == 1 else None


def dropped_files(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    """Every file of this computer that is being dropped; none where one of them is from elsewhere."""
    urls = event.mimeData().urls()
    return [Path(url.toLocalFile()) for url in urls] if all(url.isLocalFile() for url in urls) else []


def size_words(size: int, language: str) -> str:
    """As people know it from mail programs: "4.1 MB", "180 kB", "312 MB", "1.2 GB"."""
    digits = 1 if _MEGABYTE <= size < 100 * _MEGABYTE or size >= 1000 * _MEGABYTE else 0
    return QLocale(language).formattedDataSize(size, digits, QLocale.DataSizeFormat.DataSizeSIFormat)
