"""The letter itself: subject, text, files; and ways to point at what was found in it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QScrollArea, QTextEdit, QVBoxLayout, QWidget

from desktop.ui.base import Ui
from desktop.ui.compose.findings import BLOCK, Finding

_LEAST = 112
"""Four lines, in pixels: less is no place to write in."""
_FREE = 24


class LetterScroll(QScrollArea):
    """All that belongs to the letter; in a low window it scrolls, and Send stays where it is."""

    def __init__(self, text: TextField) -> None:
        super().__init__()
        holder = QWidget()
        self.column = QVBoxLayout(holder)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(10)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(holder)
        self._holder, self._text = holder, text
        text.cursorPositionChanged.connect(self._follow)

    def show_below(self, panel: QWidget) -> None:
        """Once it is laid out: what keeps the letter here is not to be looked for."""
        QTimer.singleShot(0, panel, lambda: self.ensureWidgetVisible(panel, 0, 0))

    def _follow(self) -> None:
        """Nobody writes where they cannot see it."""
        if self._text.hasFocus():
            at = self._text.viewport().mapTo(self._holder, self._text.cursorRect().center())
            self.ensureVisible(at.x(), at.y(), 0, _FREE)


class SubjectField(QLineEdit):
    """One line that only the recipient sees."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.setAcceptDrops(False)  # a file that is dropped here is the letter's, its path no words of it
        self.setPlaceholderText(ui.say("ui.compose.subject-hint"))
        self.setAccessibleName(ui.say("ui.compose.subject"))

    def point_at(self, finding: Finding) -> None:
        """Select what was found, where it stands now."""
        self.setFocus()
        for (start, end), word in zip(finding.spans, _padded(finding), strict=True):
            now = self.text()
            at = start if now[start:end] == word else now.find(word)
            if word and at >= 0:
                self.setSelection(_units(now[:at]), _units(word))
                return


class TextField(QPlainTextEdit):
    """The text, with what was found underlined; Tab leaves it."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._next = 0
        self._signature = ""
        self._signed = ""
        self.setAccessibleName(ui.say("ui.compose.text"))
        self.setPlaceholderText(ui.say("ui.compose.text-hint"))
        self.setTabChangesFocus(True)
        for takes in (self, self.viewport()):
            takes.setAcceptDrops(False)
        self.setMinimumHeight(_LEAST)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """It takes what room there is; where there is little, what stands around it scrolls."""
        return QSize(super().sizeHint().width(), _LEAST)

    # --- the signature ----------------------------------------------------------------

    @property
    def written(self) -> str:
        """What somebody wrote: the text without the signature that was put under it."""
        return self.toPlainText().removesuffix(self._signed).strip()

    def begin(self, text: str = "", below: str = "") -> None:
        """A new letter, with the signature under it once; `below` stands under that."""
        self._signed = f"\n\n{self._signature}" if self._signature else ""
        self.setPlainText(f"{text}{self._signed}" + (f"\n\n{below}" if below else ""))

    def sign_with(self, signature: str) -> None:
        """For the letters that begin from now on, and for one that nobody has written in yet."""
        if signature != self._signature:
            self._signature = signature
            if not self.written:
                self.begin()

    def add_below(self, words: str) -> None:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(f"\n\n{words}")

    # --- what was found -----------------------------------------------------------------

    def point_at(self, finding: Finding) -> None:
        """Select what was found; asked again, the next place of the same kind."""
        places = [place for place in self._places(finding) if place is not None]
        if not places:
            return
        start, length = places[self._next % len(places)]
        self._next += 1
        cursor = self._cursor(start, length)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        self.setFocus()

    def underline(self, findings: tuple[Finding, ...]) -> None:
        """A quiet line under each; the words beside the letter say what it is."""
        tokens = self.ui.theme.tokens
        marks = []
        for finding in findings:
            look = QTextCharFormat()
            look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
            look.setUnderlineColor(QColor(tokens.error if finding.action == BLOCK else tokens.warn))
            for place in self._places(finding):
                if place is not None:
                    mark = QTextEdit.ExtraSelection()
                    mark.cursor = self._cursor(*place)
                    mark.format = look
                    marks.append(mark)
        self.setExtraSelections(marks)

    def _places(self, finding: Finding) -> list[tuple[int, int] | None]:
        """Each place in Qt's count, where the same words still stand."""
        now = self.toPlainText()
        return [
            (_units(now[:start]), _units(now[start:end])) if now[start:end] in finding.words else None
            for start, end in finding.spans
        ]

    def _cursor(self, start: int, length: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        return cursor


def _padded(finding: Finding) -> list[str]:
    """A word for each span; where several are alike, the last one again."""
    words = list(finding.words) or [""]
    return [words[min(at, len(words) - 1)] for at in range(len(finding.spans))]


def _units(text: str) -> int:
    """Qt counts UTF-16 units, the content check counts characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
