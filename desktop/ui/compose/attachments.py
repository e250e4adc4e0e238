"""The files that go with a letter: name, size, and a button that takes one off again."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.office.values import AttachmentIn
from desktop.texts import clean
from desktop.ui.base import Ui, button, emptied, plain_label

_MEGABYTE = 1_000_000


class AttachmentList(QWidget):
    """Holds the bytes until the letter is sent or the page goes."""

    changed = Signal()

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self.files: tuple[AttachmentIn, ...] = ()
        self.buttons: list[QWidget] = []
        self._paths: dict[int, str] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.hide()

    @property
    def paths(self) -> tuple[str, ...]:
        """Where they were read from: a draft remembers this, not the contents."""
        return tuple(self._paths[id(one)] for one in self.files)

    def add(self, file: AttachmentIn, path: str) -> None:
        self._paths[id(file)] = path
        self.files = (*self.files, file)
        self._draw()
        self.changed.emit()

    def rename(self, number: int, name: str) -> None:
        """Another name for what leaves; the file on this computer keeps its own."""
        old = self.files[number]
        new = replace(old, name=name)
        self._paths[id(new)] = self._paths.pop(id(old))
        self.files = tuple(new if one is old else one for one in self.files)
        self._draw()
        self.changed.emit()

    def take_off(self, number: int) -> None:
        if 0 <= number < len(self.files):
            self._remove(self.files[number])

    def clear(self) -> None:
        self.files = ()
        self._draw()

    def _remove(self, file: AttachmentIn) -> None:
        self.files = tuple(one for one in self.files if one is not file)
        self._draw()
        self.changed.emit()

    def _draw(self) -> None:
        emptied(self._column)
        self.buttons = []
        for file in self.files:
            self._column.addWidget(self._line(file))
        self.setVisible(bool(self.files))

    def _line(self, file: AttachmentIn) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        size = size_words(len(file.data), self.ui.texts.language)
        name = clean(file.name, 80)
        row.addWidget(plain_label(f"{name}  ·  {size}", "muted"))
        remove = button(self.ui.say("ui.compose.remove"), lambda: self._remove(file), "quiet")
        remove.setAccessibleName(self.ui.say("ui.compose.remove-name", name=name))
        self.buttons.append(remove)
        row.addWidget(remove)
        row.addStretch()
        return holder


def size_words(size: int, language: str) -> str:
    """As people know it from mail programs: "4.1 MB", "180 kB"."""
    digits = 1 if size >= _MEGABYTE else 0
    return QLocale(language).formattedDataSize(size, digits, QLocale.DataSizeFormat.DataSizeSIFormat)
