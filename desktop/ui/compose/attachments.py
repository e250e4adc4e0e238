"""The files that go with a letter: name, size, whom each names, and a button that takes it off again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.config import LIMITS
from desktop.errors import InputError, SealwellError
from desktop.models.accounts import Session
from desktop.models.correspondence import EntryId
from desktop.office.values import AttachmentIn, FileOwned
from desktop.texts import clean
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.files import read, size_words

_RECEIVED = "received:"
"""Begins where a file came from that was received, not read from this computer: its mail and its part."""


class AttachmentList(QWidget):
    """Holds the bytes until the letter is sent or the page goes."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self.files: tuple[AttachmentIn, ...] = ()
        self.buttons: list[QWidget] = []
        self._paths: dict[int, str] = {}
        self._whose: dict[int, str] = {}
        self._letter = 0
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.hide()

    @property
    def paths(self) -> tuple[str, ...]:
        """Where they came from: a draft remembers this, not the contents."""
        return tuple(self._paths[id(one)] for one in self.files)

    # --- taking them --------------------------------------------------------------------

    def take(self, paths: Sequence[str]) -> None:
        """Attach what stands there, in this order; read now, so that a later change cannot slip in.

        What cannot be taken is told by `failed`, each by itself; the others are attached.
        """
        letter = self._letter

        def load(_: object) -> tuple[list[tuple[str, AttachmentIn]], list[SealwellError]]:
            found, missing = [], []
            for path in paths:
                try:
                    found.append((path, self._read(path)))
                except SealwellError as error:
                    missing.append(error)
            return found, missing

        def add(read_now: tuple[list[tuple[str, AttachmentIn]], list[SealwellError]]) -> None:
            if letter != self._letter:
                return
            for path, file in read_now[0]:
                self.add(file, path)
            for error in read_now[1]:
                self.failed.emit(error)

        self.ui.bridge.run(self, load, add, self.failed.emit)

    def take_received(self, entry: EntryId, parts: Sequence[int]) -> None:
        """Files of a mail that came in."""
        self.take([f"{_RECEIVED}{entry}:{part}" for part in parts])

    def _read(self, path: str) -> AttachmentIn:
        if not path.startswith(_RECEIVED):
            return AttachmentIn(Path(path).name, data=read(Path(path), LIMITS.attachment_bytes))
        entry, _, part = path.removeprefix(_RECEIVED).rpartition(":")
        file = self.ui.office.save_file(self._session, EntryId(entry), int(part))
        if len(file.data) > LIMITS.attachment_bytes:
            most = LIMITS.attachment_bytes // 1024 // 1024
            raise InputError("file-too-large", file=clean(file.name), mebibytes=most)
        return AttachmentIn(file.name, data=file.data)

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
        self._whose[id(new)] = self._whose.pop(id(old), "")
        self.files = tuple(new if one is old else one for one in self.files)
        self._draw()
        self.changed.emit()

    def take_off(self, number: int) -> None:
        if 0 <= number < len(self.files):
            self._remove(self.files[number])

    def clear(self) -> None:
        """Another letter: what is still being read for this one comes too late."""
        self._letter += 1
        self.files = ()
        self._paths, self._whose = {}, {}
        self._draw()

    def _remove(self, file: AttachmentIn) -> None:
        self.files = tuple(one for one in self.files if one is not file)
        for known in (self._paths, self._whose):
            known.pop(id(file), None)
        self._draw()
        self.changed.emit()

    # --- showing them -------------------------------------------------------------------

    def show_owned(
        self, files: tuple[AttachmentIn, ...], owned: tuple[FileOwned, ...], name: str, person: str
    ) -> None:
        """Whom each names, as the content check found: `person` where the birth date stands there too."""
        said = {
            id(file): self.ui.say("ui.compose.names", person=person if one.birth_date else name)
            for file, one in zip(files, owned, strict=False)
            if one.name
        }
        if said != self._whose:
            self._whose = said
            self._draw()

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
        name = clean(file.name, 80)
        said = (name, size_words(len(file.data), self.ui.texts.language), self._whose.get(id(file), ""))
        row.addWidget(plain_label("  ·  ".join(part for part in said if part), "muted"))
        remove = button(self.ui.say("ui.compose.remove"), lambda: self._remove(file), "quiet")
        remove.setAccessibleName(self.ui.say("ui.compose.remove-name", name=name))
        self.buttons.append(remove)
        row.addWidget(remove)
        row.addStretch()
        return holder
