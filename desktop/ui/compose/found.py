"""Under the letter: what the content check found, in quiet lines, each with the step that settles it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.office.values import AttachmentIn
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.compose.findings import FILE, FILE_NAME, SUBJECT, TEXT, Finding, Findings
from desktop.ui.icons import pixmap

_LEAST, _PART = 148, 0.27
"""It grows to that part of the window, then it scrolls."""
_QUOTED = 3


class FoundPanel(QScrollArea):
    """Blocks first, then what a person must look at, then what makes the letter go protected.

    The signals carry the finding that a button stands beside. `settled` says that a tick or
    an answer changed whether the letter may go.
    """

    show_wanted = Signal(object)
    move_subject = Signal()
    rename = Signal(object)
    remove = Signal(object)
    look = Signal(object)
    settled = Signal()

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self.findings = Findings()
        self._looked: set[tuple[object, ...]] = set()
        self.tick: QCheckBox | None = None
        self.buttons: list[QPushButton] = []
        self.stops: list[QWidget] = []
        """Where Tab goes, from above."""
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(ui.say("ui.found.title"))
        self.hide()

    # --- whether the letter may go -----------------------------------------------------

    @property
    def blocked(self) -> bool:
        return bool(self.findings.blocks)

    @property
    def waiting(self) -> bool:
        """Whether somebody still has to look at something."""
        return any(not self.answered(one) for one in (*self.findings.scans, *self.findings.warns))

    def answered(self, finding: Finding) -> bool:
        return finding.key in self._looked

    def answer(self, finding: Finding) -> None:
        """Somebody looked at this scan and said that it is the right person's."""
        self._looked.add(finding.key)
        self.show_findings(self.findings, self._files)
        self.settled.emit()

    def clear(self) -> None:
        """Another letter: nobody has looked at anything."""
        self._looked = set()
        self.show_findings(Findings(), ())

    # --- drawing -----------------------------------------------------------------------

    def show_findings(self, findings: Findings, files: tuple[AttachmentIn, ...]) -> None:
        self.findings = findings
        self._files = files
        self.tick = None
        self.buttons = []
        self.stops = []
        body = QFrame()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 2, 6, 2)
        column.setSpacing(6)
        for one in findings.blocks:
            column.addWidget(self._line(one, "circle-alert", self.ui.theme.tokens.error, self._fixes(one)))
        for one in findings.scans:
            column.addWidget(self._scan(one))
        for one in findings.warns:
            column.addWidget(
                self._line(one, "triangle-alert", self.ui.theme.tokens.warn, self._show_button(one))
            )
        if findings.warns:
            column.addWidget(self._tick(findings.warns))
        if findings.raises:
            column.addWidget(self._raises(findings.raises))
        self.setWidget(body)
        self.setVisible(findings.any)
        self._fit()

    def _fit(self) -> None:
        """As tall as its lines at this width, up to a limit; then it scrolls."""
        body = self.widget()
        if body is not None:
            width = max(self.viewport().width(), 300)
            layout = body.layout()
            wanted = layout.totalHeightForWidth(width) if layout is not None else 0
            self.setFixedHeight(min(max(wanted, 24), max(_LEAST, int(self.window().height() * _PART))))

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _line(
        self, finding: Finding, look: str, colour: str, buttons: list[QPushButton], words: str = ""
    ) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        picture = QLabel()
        picture.setPixmap(pixmap(look, colour, 18))
        picture.setContentsMargins(0, 4, 0, 0)
        label = plain_label(words or self._words(finding), wrap=True)
        label.setContentsMargins(0, 5, 0, 0)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label, 1, Qt.AlignmentFlag.AlignTop)
        for one in buttons:
            row.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        return made

    def _words(self, finding: Finding) -> str:
        """Such as "“123-45-6789” in the subject: This looks like a social security number."."""
        reason = self.ui.reason(finding.reason)
        file = self._file_name(finding)
        code = f"ui.found.{finding.part}" + ("" if finding.words or finding.part == FILE else "-alone")
        return self.ui.say(code, words=self._quoted(finding), file=file, reason=reason)

    def _quoted(self, *findings: Finding) -> str:
        every = list(dict.fromkeys(clean(word) for one in findings for word in one.words))
        said = ", ".join(f"“{word}”" for word in every[:_QUOTED])
        return f"{said} …" if len(every) > _QUOTED else said

    def _file_name(self, finding: Finding) -> str:
        if 0 <= finding.file < len(self._files):
            return clean(self._files[finding.file].name, 60)
        return ""

    # --- the steps ---------------------------------------------------------------------

    def _button(self, code: str, finding: Finding, act: Callable[[], None]) -> QPushButton:
        said = self.ui.say(code)
        made = button(said, act, "quiet")
        place = self._quoted(finding) or self._file_name(finding) or self.ui.say("ui.compose.subject")
        made.setAccessibleName(f"{said}: {place}")
        self.buttons.append(made)
        self.stops.append(made)
        return made

    def _show_button(self, finding: Finding) -> list[QPushButton]:
        if finding.part not in (TEXT, SUBJECT):
            return []
        return [self._button("ui.found.show", finding, partial(self.show_wanted.emit, finding))]

    def _fixes(self, finding: Finding) -> list[QPushButton]:
        show = self._show_button(finding)
        if finding.part == SUBJECT:
            return [*show, self._button("ui.found.move-subject", finding, self.move_subject.emit)]
        if finding.part == FILE_NAME:
            return [self._button("ui.found.rename", finding, partial(self.rename.emit, finding))]
        if finding.part == FILE:
            return [self._button("ui.found.remove", finding, partial(self.remove.emit, finding))]
        return show

    def _scan(self, finding: Finding) -> QWidget:
        tokens = self.ui.theme.tokens
        name = self._file_name(finding)
        if self.answered(finding):
            words = self.ui.say("ui.found.scan-right", file=name)
            return self._line(finding, "check", tokens.ok, [], words)
        words = self.ui.say("ui.found.scan", file=name)
        look = self._button("ui.found.look", finding, partial(self.look.emit, finding))
        return self._line(finding, "triangle-alert", tokens.warn, [look], words)

    def _tick(self, warns: tuple[Finding, ...]) -> QCheckBox:
        tick = QCheckBox(self.ui.say("ui.found.looked"))
        tick.setChecked(all(self.answered(one) for one in warns))

        def turn(checked: bool) -> None:
            keys = {one.key for one in warns}
            self._looked = self._looked | keys if checked else self._looked - keys
            self.settled.emit()

        tick.clicked.connect(turn)
        self.tick = tick
        self.stops.append(tick)
        return tick

    def _raises(self, raises: tuple[Finding, ...]) -> QWidget:
        """One calm line: the letter is protected for it, nobody has to do anything."""
        tokens = self.ui.theme.tokens
        quoted = self._quoted(*raises)
        words = self.ui.say("ui.found.raises" if quoted else "ui.found.raises-file", words=quoted)
        inside = next((one for one in raises if one.part == TEXT), None)
        return self._line(
            raises[0], "lock", tokens.ok, self._show_button(inside) if inside is not None else [], words
        )
