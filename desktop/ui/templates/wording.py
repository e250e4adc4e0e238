"""The words of a template in one language: subject, preview line, body, and what helps to write them.

Bodies are plain text with a few marks (Markdown), so that what is kept is what is seen. The buttons
write those marks; whoever knows them types them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QAction, QKeySequence, QTextCursor
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.models.standing import FieldClass
from desktop.office.values_templates import FieldOffered, TemplateParts, TemplateWords
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import row_label

_LINKS = ("booking_link", "portal_link", "practice_phone", "location_phone")
"""Fields that a button may lead to; which of them are offered says the office."""
_TOOLS = (("heading", "Ctrl+Alt+1"), ("bold", "Ctrl+B"), ("list", "Ctrl+Shift+L"))


class WordsForm(QWidget):
    """`changed` at every key; `pictures` when somebody wants the pictures of the practice."""

    changed = Signal()
    pictures = Signal()

    def __init__(self, ui: Ui, language: str) -> None:
        super().__init__()
        self.ui, self.language = ui, language
        self._parts = TemplateParts((), (), (), (), (), ())
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        self.subject, self.preview = QLineEdit(), QLineEdit()
        for row, (code, line) in enumerate((("subject", self.subject), ("line", self.preview))):
            label = row_label(say(f"ui.templates.{code}"))
            label.setBuddy(line)
            line.setAccessibleName(say(f"ui.templates.{code}"))
            line.setPlaceholderText(say(f"ui.templates.{code}-hint"))
            grid.addWidget(label, row, 0)
            grid.addWidget(line, row, 1)
        column.addLayout(grid)
        self.body = QPlainTextEdit()
        self.body.setAccessibleName(say("ui.templates.body"))
        self.body.setPlaceholderText(say("ui.templates.body-hint"))
        self.body.setTabChangesFocus(True)
        self.tools: dict[str, QPushButton] = {}
        self.marks = QWidget()
        """What writes marks around words: it stands beside the languages, where there is room."""
        column.addWidget(self._build_tools())
        column.addWidget(self.body, 1)
        self._last: QLineEdit | QPlainTextEdit = self.body
        for one in (self.subject, self.preview, self.body):
            one.installEventFilter(self)
            one.textChanged.connect(self.changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Fields go where one was last writing."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QLineEdit | QPlainTextEdit):
            self._last = watched
        return super().eventFilter(watched, event)

    # --- words ----------------------------------------------------------------------------

    def words(self) -> TemplateWords:
        return TemplateWords(self.subject.text(), self.body.toPlainText(), self.preview.text())

    @property
    def empty(self) -> bool:
        words = self.words()
        return not any(part.strip() for part in (words.subject, words.preview, words.body))

    def fill(self, words: TemplateWords) -> None:
        self.subject.setText(words.subject)
        self.preview.setText(words.preview)
        self.body.setPlainText(words.body)
        self._last = self.body

    def allow(self, changes: bool) -> None:
        for one in (self.subject, self.preview, self.body):
            one.setReadOnly(not changes)
        for tool in self.tools.values():
            tool.setEnabled(changes)

    def show_place(self, part: str, words: str) -> None:
        """The cursor where something is to be mended, `words` marked where they stand there."""
        place = {"subject": self.subject, "preview": self.preview}.get(part)
        if place is not None:
            place.setFocus()
            at = place.text().casefold().find(words.casefold()) if words else -1
            if at >= 0:
                place.setSelection(at, len(words))
            return
        self.body.setFocus()
        cursor = self.body.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        at = self.body.toPlainText().casefold().find(words.casefold()) if words else -1
        if at >= 0:
            cursor.setPosition(at)
            cursor.setPosition(at + len(words), QTextCursor.MoveMode.KeepAnchor)
        self.body.setTextCursor(cursor)

    # --- tools ----------------------------------------------------------------------------

    def _build_tools(self) -> QWidget:
        holder = QWidget()
        marks, row = QHBoxLayout(self.marks), QHBoxLayout(holder)
        for tools, line in ((self.marks, marks), (holder, row)):
            tools.setAccessibleName(self.ui.say("ui.templates.tools"))
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(2)
        acts: dict[str, Callable[[], None]] = {
            "heading": lambda: self._before_lines("## "),
            "bold": self._bold,
            "list": lambda: self._before_lines("- "),
        }
        for code, keys in _TOOLS:
            made = self._tool(marks, code)
            made.clicked.connect(lambda _=False, act=acts[code]: act())
            # A shortcut of the editor, not of the window: it is there while the words are.
            action = QAction(self.body)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _=False, act=acts[code]: act())
            self.body.addAction(action)
            made.setToolTip(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
        self._menus = {code: self._menu(row, code) for code in ("button", "picture", "field", "known")}
        row.addStretch()
        return holder

    def _tool(self, row: QHBoxLayout, code: str) -> QPushButton:
        made = button(self.ui.say(f"ui.templates.tool-{code}"), lambda: None, "link")
        row.addWidget(made)
        self.tools[code] = made
        return made

    def _menu(self, row: QHBoxLayout, code: str) -> QMenu:
        made = self._tool(row, code)
        menu = QMenu(made)
        menu.setToolTipsVisible(True)
        made.setMenu(menu)
        menu.aboutToShow.connect(self._fit_place)
        return menu

    def offer(self, parts: TemplateParts) -> None:
        """What a template can be made of here."""
        self._parts = parts
        say = self.ui.say
        for menu in self._menus.values():
            menu.clear()
        known = {one.name for one in parts.fields}
        links = self._menus["button"]
        for name in (one for one in _LINKS if one in known):
            self._add(links, self.field_words(name), partial(self._button, "{{ " + name + " }}"))
        self._add(links, say("ui.templates.own-address"), lambda: self._button("https://"))
        pictures = self._menus["picture"]
        for one in parts.pictures:
            mark = f"\n\n![{one.alt}](picture:{one.name})\n\n"
            self._add(pictures, clean(one.name), partial(self._insert_body, mark))
        self._add(pictures, say("ui.templates.add-picture"), self.pictures.emit)
        for kind in FieldClass:
            found = [one for one in parts.fields if one.group is kind]
            if not found:
                continue
            self._menus["field"].addSection(say(f"ui.templates.class-{kind}"))
            self._menus["known"].addSection(say(f"ui.templates.class-{kind}"))
            for field in found:
                words = self._offered_words(field)
                made = self._add(self._menus["field"], words, partial(self._insert_field, field))
                made.setData(kind.value)
                self._add(self._menus["known"], words, partial(self._if_known, field.name))

    def _add(self, menu: QMenu, words: str, act: Callable[[], None]) -> QAction:
        made = menu.addAction(words.replace("&", "&&"))
        made.triggered.connect(lambda _=False: act())
        return made

    def _offered_words(self, field: FieldOffered) -> str:
        return clean(field.label) or self.field_words(field.name)

    def field_words(self, name: str) -> str:
        code = f"ui.blocks.field-{name}"
        return self.ui.say(code) if self.ui.texts.has(code) else clean(name)

    def _fit_place(self) -> None:
        """What lets one guess what somebody is treated for never goes into a subject."""
        in_head = self._last is not self.body
        for action in self._menus["field"].actions():
            if action.data() == FieldClass.CLINICAL.value:
                action.setEnabled(not in_head)
                action.setToolTip(self.ui.say("ui.templates.never-subject") if in_head else "")

    def _insert_field(self, field: FieldOffered) -> None:
        words = "{{ " + field.name + " }}"
        if isinstance(self._last, QLineEdit):
            self._last.insert(words)
            self._last.setFocus()
        else:
            self._insert_body(words)

    def _insert_body(self, words: str) -> None:
        self.body.insertPlainText(words)
        self.body.setFocus()

    def _if_known(self, name: str) -> None:
        """Around what is marked, else with the cursor between."""
        cursor = self.body.textCursor()
        inside = cursor.selectedText().replace("\u2029", "\n")
        opened, closed = "{% if " + name + " %}", "{% endif %}"
        cursor.insertText(f"{opened}{inside}{closed}")
        if not inside:
            cursor.setPosition(cursor.position() - len(closed))
        self._take(cursor)

    def _bold(self) -> None:
        cursor = self.body.textCursor()
        inside = cursor.selectedText()
        cursor.insertText(f"**{inside}**")
        if not inside:
            cursor.setPosition(cursor.position() - 2)
        self._take(cursor)

    def _before_lines(self, mark: str) -> None:
        """Before each marked line, or taken away again where it stands before all of them."""
        cursor = self.body.textCursor()
        document = self.body.document()
        first = document.findBlock(cursor.selectionStart()).blockNumber()
        last = document.findBlock(cursor.selectionEnd()).blockNumber()
        blocks = [document.findBlockByNumber(number) for number in range(first, last + 1)]
        gone = all(block.text().startswith(mark) for block in blocks)
        cursor.beginEditBlock()
        for block in blocks:
            line = QTextCursor(block)
            if gone:
                line.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, len(mark))
                line.removeSelectedText()
            else:
                line.insertText(mark)
        cursor.endEditBlock()
        self.body.setFocus()

    def _button(self, address: str) -> None:
        """A line of its own that is one link: a button. Its words are marked, to be written over."""
        words = self.ui.say("ui.templates.button-words")
        cursor = self.body.textCursor()
        before = "" if cursor.atStart() else "\n\n"
        cursor.insertText(f"{before}[{words}]({address})\n\n")
        start = cursor.position() - len(f"{words}]({address})\n\n")
        cursor.setPosition(start)
        cursor.setPosition(start + len(words), QTextCursor.MoveMode.KeepAnchor)
        self._take(cursor)

    def _take(self, cursor: QTextCursor) -> None:
        self.body.setTextCursor(cursor)
        self.body.setFocus()


def tool_hint(ui: Ui) -> QWidget:
    """Under the words: what the marks mean."""
    return plain_label(ui.say("ui.templates.marks"), "muted", wrap=True)
