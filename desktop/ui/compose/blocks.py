"""Text blocks: a quiet list that is filtered as somebody types, and puts words into the letter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.values_messages import SnippetFilled, SnippetLine, SnippetsShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.compose.letter import SubjectField, TextField
from desktop.ui.compose.recipient import RecipientField
from desktop.ui.navigation import Navigation

SNIPPET, TEMPLATE = "snippet", "template"
_WIDTH, _HEIGHT = 420, 260
_FIRST = 60
_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
_LINE = Qt.ItemDataRole.UserRole


class BlockList(QFrame):
    """Opens over the letter. Enter takes the marked one, Escape none; `chosen` carries its line.

    `change`: somebody wants to write or change blocks.
    """

    chosen = Signal(object)
    change = Signal()

    def __init__(self, ui: Ui, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.ui = ui
        self.setObjectName("card")
        self.setFixedSize(_WIDTH, _HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(ui.say("ui.blocks.filter"))
        self.filter.setAccessibleName(ui.say("ui.blocks.filter"))
        self.filter.textChanged.connect(self._draw)
        self.filter.installEventFilter(self)
        column.addWidget(self.filter)
        self.list = QListWidget()
        self.list.setAccessibleName(ui.say("ui.blocks.name"))
        self.list.itemActivated.connect(self._take)
        self.list.itemClicked.connect(self._take)
        column.addWidget(self.list, 1)
        self.none = plain_label(ui.say("ui.blocks.none"), "muted", wrap=True)
        column.addWidget(self.none)
        self.change_button = button(ui.say("ui.blocks.change"), self._leave, "link")
        column.addWidget(self.change_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._lines: tuple[SnippetLine, ...] = ()

    def show_blocks(self, lines: tuple[SnippetLine, ...]) -> None:
        """A signature is no block: it stands under the letter already."""
        self._lines = tuple(one for one in lines if one.kind in (SNIPPET, TEMPLATE))
        self._draw()

    def open_at(self, place: QWidget) -> None:
        """Above `place`, where the button stands at the foot of the page."""
        self.filter.clear()
        self._draw()
        self.move(place.mapToGlobal(QPoint(0, -_HEIGHT - 4)))
        self.show()
        self.filter.setFocus()

    def _draw(self) -> None:
        wanted = self.filter.text().casefold().split()
        self.list.clear()
        for one in self._lines:
            said = f"{one.name} {one.subject} {one.text}".casefold()
            if all(word in said for word in wanted):
                item = QListWidgetItem(self._words(one))
                item.setData(_LINE, one)
                self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(self._lines))
        self.none.setVisible(not self._lines)

    def _words(self, one: SnippetLine) -> str:
        first = clean(" ".join(one.text.split()), _FIRST)
        return f"{clean(one.name)}\n{first}"

    def _leave(self) -> None:
        self.hide()
        self.change.emit()

    def _take(self, item: QListWidgetItem) -> None:
        self.hide()
        self.chosen.emit(item.data(_LINE))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The arrows move in the list while the words are typed above it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _MOVES:
                self.list.event(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                item = self.list.currentItem()
                if item is not None:
                    self._take(item)
                return True
        return super().eventFilter(watched, event)


class TextBlocks(QObject):
    """Fills blocks for the person whom the letter is to, and hands the signature to the text."""

    def __init__(
        self,
        page: Page,
        session: Session,
        navigation: Navigation,
        recipient: RecipientField,
        subject: SubjectField,
        text: TextField,
    ) -> None:
        super().__init__(page)
        self.ui = page.ui
        self._page = page
        self._session = session
        self._recipient = recipient
        self._subject = subject
        self._text = text
        self.button = button(self.ui.say("ui.blocks.open"), self.open)
        self.button.setToolTip(self.ui.say("ui.blocks.keys"))
        self.list = BlockList(self.ui, page)
        self.list.chosen.connect(self._fill)
        self.list.change.connect(lambda: navigation.open("blocks"))

    def refresh(self) -> None:
        self._page.call(lambda _: self.ui.office.list_snippets(self._session), self._show)

    def _show(self, shown: SnippetsShown) -> None:
        self.list.show_blocks(shown.snippets)
        self._text.sign_with(shown.signature)

    def open(self) -> None:
        """Fields are filled for somebody: without a recipient it asks for one."""
        if self._recipient.person is None:
            self._page.notice.show_words(self.ui.say("ui.blocks.whom"), "warn")
            self._recipient.to.setFocus()
            return
        self.list.open_at(self.button)

    def _fill(self, line: SnippetLine) -> None:
        who = self._recipient.person
        if who is None:
            return
        person = who.person.id

        def put(filled: SnippetFilled) -> None:
            if self._recipient.person is not None and self._recipient.person.person.id == person:
                self._put(filled)

        self._page.call(lambda _: self.ui.office.fill_snippet(self._session, line.id, person), put)

    def _put(self, filled: SnippetFilled) -> None:
        """Where the cursor stands; a subject only where there is none."""
        self._text.insertPlainText(filled.text)
        if filled.subject and not self._subject.text().strip():
            self._subject.setText(filled.subject)
        self._text.setFocus()
        if filled.missing:
            marks = ", ".join(f"[[{name}]]" for name in filled.missing)
            self._page.notice.show_words(self.ui.say("ui.blocks.missing", fields=marks), "warn")
