"""A paper of the office as a PDF, where the person says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.errors import InputError
from desktop.paths import write_private
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.files import choose_target


def save_paper(
    owner: QWidget, ui: Ui, data: bytes, name: str, done: str, said: Callable[[str, str], None]
) -> None:
    """`done` is the sentence with {file}; `said` hears the words and their kind."""
    target = choose_target(
        owner, ui.say("ui.backups.save-as"), name, lambda path: write_paper(ui, data, path, done, said)
    )
    target.finished.connect(lambda _: owner.activateWindow())


def write_paper(ui: Ui, data: bytes, path: Path, done: str, said: Callable[[str, str], None]) -> None:
    try:
        write_private(path, data)
    except OSError:
        said(ui.error(InputError("file-not-written", file=clean(path.name))), "error")
        return
    said(ui.say(done, file=clean(path.name)), "ok")
