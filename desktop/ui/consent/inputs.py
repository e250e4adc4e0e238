"""Inputs that the dialogs about consent share: choices, days, and the proof of an answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.config import LIMITS
from desktop.models.standing import EvidenceKind
from desktop.office.values_consent import ProofIn
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.files import choose_file, read
from desktop.ui.form import Field


class Choice(QWidget):
    """A label over a box of words; `value` is the chosen code."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        words = plain_label(label, "label")
        self.box = QComboBox()
        self.box.setAccessibleName(label)
        for code, text in choices:
            self.box.addItem(text, code)
        words.setBuddy(self.box)
        column.addWidget(words)
        column.addWidget(self.box)

    @property
    def value(self) -> str:
        return str(self.box.currentData())

    def choose(self, code: str) -> None:
        self.box.setCurrentIndex(max(0, self.box.findData(code)))


class DayField(Field):
    """A day as YYYY-MM-DD; empty where it need not be."""

    def __init__(self, ui: Ui, label: str, hint: str = "") -> None:
        super().__init__(label, hint=hint or ui.say("ui.form.date-hint"))
        self._ui = ui

    def day(self, *, needed: bool = False) -> tuple[bool, date | None]:
        """Whether it is fit, and the day; what is wrong is said beside the field."""
        text = self.text.strip()
        if not text and not needed:
            return True, None
        try:
            return True, date.fromisoformat(text)
        except ValueError:
            self.refuse(self._ui.say("ui.form.date-hint" if text else "ui.form.missing"))
            return False, None


class FileField(QWidget):
    """A file chosen for later: only its name is shown, its bytes are read when they are wanted."""

    def __init__(self, ui: Ui, label: str, patterns: str) -> None:
        super().__init__()
        self._ui = ui
        self._label = label
        self._patterns = patterns
        self.path: Path | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.choose_button = button(label, self.choose)
        self.name = plain_label(ui.say("ui.consent.no-file"), "muted", wrap=True)
        row.addWidget(self.choose_button)
        row.addWidget(self.name, 1)

    def choose(self) -> None:
        choose_file(self, self._label, self._ui.say(self._patterns), self.take)

    def take(self, path: Path) -> None:
        self.path = path
        self.name.setText(clean(path.name))
        self._look("muted")
        self.choose_button.setAccessibleDescription(clean(path.name))

    def chosen(self) -> bool:
        """Whether there is one; it says so where there is none, with the button in focus."""
        if self.path is None:
            self.name.setText(self._ui.say("ui.form.missing"))
            self._look("problem")
            self.choose_button.setFocus()
        return self.path is not None

    def _look(self, name: str) -> None:
        self.name.setObjectName(name)
        self.name.style().unpolish(self.name)
        self.name.style().polish(self.name)

    def read(self) -> bytes:
        """Off the window's thread. Raises what `files.read` raises."""
        return read(self.path, LIMITS.attachment_bytes) if self.path is not None else b""


class ProofFields(QWidget):
    """How we know: a signed paper as a file, or what was said to whom."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        kinds = (EvidenceKind.FORM, EvidenceKind.SPOKEN)
        self.kind = Choice(
            say("ui.consent.proof"), [(one.value, say(f"ui.consent.proof-{one.value}")) for one in kinds]
        )
        self.file = FileField(ui, say("ui.consent.choose-file"), "ui.files.scan")
        self.note = Field(say("ui.consent.note"), hint=say("ui.consent.note-hint"))
        self.wording = Field(say("ui.consent.wording"), hint=say("ui.consent.wording-hint"))
        for one in (self.kind, self.file, self.note, self.wording):
            column.addWidget(one)
        self.kind.box.currentIndexChanged.connect(lambda _: self._fit())
        self._fit()

    def only_paper(self, only: bool) -> None:
        """What was only said is not enough here."""
        if only:
            self.kind.choose(EvidenceKind.FORM.value)
        self.kind.box.setEnabled(not only)

    def _fit(self) -> None:
        paper = self.kind.value == EvidenceKind.FORM.value
        self.file.setVisible(paper)
        self.wording.setVisible(paper)
        self.note.setVisible(not paper)

    def fit(self) -> bool:
        """Whether it proves anything; what is missing is said beside its field."""
        if self.kind.value == EvidenceKind.FORM.value:
            return self.file.chosen()
        if not self.note.text.strip():
            self.note.refuse(self._ui.say("ui.form.missing"))
            return False
        return True

    def value(self, taken_on: date | None) -> ProofIn:
        """Off the window's thread: a file is read here."""
        paper = self.kind.value == EvidenceKind.FORM.value
        return ProofIn(
            EvidenceKind(self.kind.value),
            file_name=self.file.path.name if paper and self.file.path is not None else "",
            data=self.file.read() if paper else None,
            note="" if paper else self.note.text.strip(),
            wording=self.wording.text.strip() if paper else "",
            taken_on=taken_on,
        )
