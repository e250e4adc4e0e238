"""What was said, oldest first, the newest in view; views are made a few at a time, newest first."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.correspondence import EntryId
from desktop.office.values_messages import ConversationShown, EntryShown
from desktop.ui.base import Ui, button
from desktop.ui.messages.entry import EntryView
from desktop.ui.messages.saving import Saver

_AT_ONCE = 4
_ABOVE = 10
"""Pixels that stay free above the entry that is in view."""


class Thread(QScrollArea):
    """`earlier` asks for older entries, `opened` tells of a decrypted one, `failed` of an error."""

    earlier = Signal()
    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, ui: Ui, session: Session, saver: Saver) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self._saver = saver
        self.views: dict[EntryId, EntryView] = {}
        self._order: dict[EntryId, int] = {}
        self._waiting: list[EntryShown] = []
        self._shut: dict[EntryId, EntryShown] = {}
        """What could not be opened: the office says why once, here it stays while one looks at it."""
        self._shown: ConversationShown | None = None
        self._target: EntryId | None = None
        self._from_end = -1
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(ui.say("ui.messages.thread"))
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(16, 4, 10, 10)
        self._column.setSpacing(12)
        self.more = button(ui.texts.count("ui.messages.earlier", 1), self._ask_earlier, "quiet")
        self.more.hide()
        self._column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch()
        self.setWidget(self._holder)
        self._later = QTimer(self)
        self._later.setInterval(0)
        self._later.timeout.connect(self._make_some)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._settle)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda *_: self._soon.start(0))
        bar.actionTriggered.connect(lambda _: self._let_go())

    @property
    def whole(self) -> bool:
        """Whether everything that was shown stands there."""
        return not self._waiting

    def clear(self) -> None:
        self._later.stop()
        self._waiting = []
        for view in self.views.values():
            self._remove(view)
        self.views = {}
        self._shut = {}
        self._shown = None
        self.more.hide()

    def show_entries(self, shown: ConversationShown, at: EntryId | None = None) -> None:
        """Another conversation, the same one with more in it, or the one entry that is looked for."""
        same = self._shown is not None and self._shown.line.id == shown.line.id
        moved = self._shown is None or self._shown.line.person != shown.line.person
        if not same or moved:
            self.clear()
        older = (
            same and bool(self._order) and shown.entries[:1] != () and shown.entries[0].id not in self._order
        )
        self._shown = shown
        said = [entry if entry.opened else self._shut.get(entry.id, entry) for entry in shown.entries]
        self._order = {entry.id: position for position, entry in enumerate(shown.entries)}
        for id_, view in list(self.views.items()):
            if id_ not in self._order or view.entry != said[self._order[id_]]:
                self._remove(self.views.pop(id_))
        self._waiting = [entry for entry in said if entry.id not in self.views]
        bar = self.verticalScrollBar()
        self._from_end = bar.maximum() - bar.value() if older else -1
        if at is not None or not same:
            self._target = at if at in self._order else shown.entries[-1].id if shown.entries else None
        self.more.setText(self.ui.texts.count("ui.messages.earlier", shown.earlier))
        self.more.setVisible(shown.earlier > 0)
        self._make_some()
        if self._waiting:
            self._later.start()
        self._soon.start(0)

    def show_entry(self, entry: EntryShown) -> None:
        """One of them has changed: it was opened."""
        if entry.trouble is not None:
            self._shut[entry.id] = entry
        old = self.views.pop(entry.id, None)
        if old is not None:
            self._remove(old)
            self._make(entry)

    def _remove(self, view: EntryView) -> None:
        self._column.removeWidget(view)
        view.hide()
        view.deleteLater()

    def _make_some(self) -> None:
        for entry in reversed(self._waiting[-_AT_ONCE:]):
            self._make(entry)
        self._waiting = self._waiting[:-_AT_ONCE]
        if not self._waiting:
            self._later.stop()

    def _make(self, entry: EntryShown) -> None:
        if self._shown is None:
            return
        view = EntryView(self.ui, self._session, self._shown, entry, self._saver)
        view.opened.connect(self.opened)
        view.failed.connect(self.failed)
        place = self._order.get(entry.id, len(self._order))
        before = sum(1 for id_ in self.views if self._order.get(id_, 0) < place)
        self._column.insertWidget(1 + before, view)
        self.views[entry.id] = view

    def _ask_earlier(self) -> None:
        self.more.setEnabled(False)
        self.earlier.emit()

    # --- what is in view ------------------------------------------------------------------------

    def _settle(self) -> None:
        """Keep to the entry that is looked at, or to the distance from the end, until somebody scrolls."""
        self.more.setEnabled(True)
        bar = self.verticalScrollBar()
        if self._from_end >= 0:
            bar.setValue(bar.maximum() - self._from_end)
            return
        view = self.views.get(self._target) if self._target is not None else None
        if view is not None:
            bar.setValue(min(max(view.y() - _ABOVE, 0), bar.maximum()))

    def _let_go(self) -> None:
        self._target = None
        self._from_end = -1

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        self._let_go()
        super().wheelEvent(event)
