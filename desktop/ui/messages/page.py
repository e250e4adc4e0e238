"""Messages: the practice's mailbox as several people work it, new mail on the screen within a second."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QVBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationId, MailQuery
from desktop.office.values_access import DraftKept, DraftsShown
from desktop.office.values_messages import (
    INBOX,
    ConversationLine,
    ConversationQuery,
    ConversationsShown,
    MailFound,
    MailHit,
    TaskLine,
)
from desktop.texts import keys
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.messages.conversation import ConversationPane
from desktop.ui.messages.listing import ConversationList
from desktop.ui.messages.places import Places
from desktop.ui.messages.rows import Opener, row_column, row_list
from desktop.ui.messages.search import FoundList, Limits, SearchField, asks
from desktop.ui.messages.words import DRAFTS, draft_look
from desktop.ui.navigation import Navigation
from desktop.ui.table import Rows

LOOK_MS = 1000
_ANSWERING_SECONDS = 120
"""That somebody is answering ends by itself, without a change that a mark would show."""


class MessagesPage(Page):
    """While it is in front it asks once a second whether anything has changed; nothing jumps then."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.messages.title"))
        self._session = session
        self._navigation = navigation
        self._mark = ""
        self._read_at = 0.0
        self._looking = False
        self._again = False
        self._trouble = False
        self._listed = False
        self._searched = 0
        self._searching = False
        self._query = MailQuery()
        self._head()
        self.places = Places(ui, self.show_place, lambda: navigation.open("outbox"))
        self.list = ConversationList(ui, session.user)
        self.list.passed.connect(self._passed)
        self.list.opened.connect(self._open_line)
        self.list.entered.connect(self._into_conversation)
        self.list.wanted.connect(self._read)
        self._make_drafts()
        self.found = FoundList(ui)
        self.found.hit.connect(self._open_hit)
        self.found.entered.connect(self._into_conversation)
        self.found.task.connect(self._open_task)
        self.found.more.connect(self._more_found)
        self.found.closed.connect(self.end_search)
        self.empty, column = QFrame(), QVBoxLayout()
        self.empty.setObjectName("card")
        self.empty_words = plain_label("", "muted", wrap=True)
        column.setContentsMargins(20, 24, 20, 24)
        column.addWidget(self.empty_words)
        column.addStretch()
        self.empty.setLayout(column)
        self.middle = QStackedWidget()
        for one in (self.list, self.drafts_view, self.found, self.empty):
            self.middle.addWidget(one)
        self.pane = ConversationPane(ui, session, navigation)
        self.pane.changed.connect(self.refresh)
        self.pane.said.connect(self.notice.show_words)
        self.pane.back.connect(self._to_list)
        self.pane.actions_bar.keys(self.list.view, self.found.view, self.pane)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look_if_shown)
        self._shortcuts()

    def _head(self) -> None:
        say = self.ui.say
        self.search = SearchField(self.ui)
        self.search.wanted.connect(self.look_for)
        self.head.addWidget(self.search, 1)
        self.fold = QPushButton(say("ui.messages.limits"))
        self.fold.setObjectName("quiet")
        self.fold.setCheckable(True)
        self.fold.setAutoDefault(False)
        self.fold.toggled.connect(self._fold)
        self.head.addWidget(self.fold)
        self.head.addStretch()
        self.new = button(say("ui.messages.new"), lambda: self._navigation.compose(None), "primary")
        self.new.setToolTip(keys(f"{self.new.text()} (Ctrl+N)"))
        self.head.addWidget(self.new)
        self.limits = Limits(self.ui, self._session)
        self.limits.hide()
        self.limits.changed.connect(self.look_for)
        self.outer.addWidget(self.limits)

    def _make_drafts(self) -> None:
        name = self.ui.say("ui.drafts.heading")
        self.drafts = Rows[DraftKept]([row_column(name, lambda one: draft_look(self.ui, one))])
        self.drafts_view = row_list(self.drafts, name, self.ui.theme)
        self.drafts_view.clicked.connect(lambda index: self._continue(index.row()))
        Opener(self.drafts_view).entered.connect(self._continue)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.places)
        self.split = QSplitter()
        self.split.setHandleWidth(14)
        self.split.setChildrenCollapsible(False)
        self.middle.setMinimumWidth(262)
        self.pane.setMinimumWidth(360)
        self.split.addWidget(self.middle)
        self.split.addWidget(self.pane)
        self.split.setStretchFactor(0, 2)
        self.split.setStretchFactor(1, 3)
        self.split.setSizes([320, 605])
        row.addWidget(self.split, 1)
        self.outer.addLayout(row, 1)

    def _shortcuts(self) -> None:
        find = QShortcut(QKeySequence("Ctrl+F"), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.focus_search)
        for one in (self.search, self.found):
            escape = QShortcut(QKeySequence("Escape"), one)
            escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            escape.activated.connect(self.end_search)

    # --- from elsewhere -----------------------------------------------------------------------------

    def refresh(self) -> None:
        self._look("")
        self.call(lambda _: self.ui.office.list_drafts(self._session), self._show_drafts)

    def show_place(self, place: str) -> None:
        """The list of one place; a search ends."""
        self.places.choose(place)
        self._leave_search()
        self.pane.show_nothing(self.ui.say("ui.messages.choose-draft") if place == DRAFTS else "")
        self.list.choose(None)
        self._show_middle()
        self.refresh()

    def show_conversation(self, conversation: ConversationId) -> None:
        """From a task or another page: beside the list, wherever it stands."""
        self.list.choose(conversation)
        self.pane.open(conversation)

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    # --- looking ------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        super().hideEvent(event)
        self._timer.stop()

    def _look_if_shown(self) -> None:
        if self.isVisible() and not self._looking:
            self._look("" if self._ends_by_itself() else self._mark)

    def _ends_by_itself(self) -> bool:
        old = self.ui.clock.mono() - self._read_at > _ANSWERING_SECONDS
        return old and any(line.answering for line in self.list.rows.held.values())

    @property
    def _place(self) -> str:
        """Whose conversations are looked at; drafts are no conversations."""
        return INBOX if self.places.chosen == DRAFTS else self.places.chosen

    def _look(self, known: str) -> None:
        """What is in sight; with `known` only if something has changed. Never two at once."""
        if self._looking:
            self._again = True
            return
        place = self._place
        first, number = self.list.stretch()
        if place != self.list.place:
            first = 0
        self._looking = True
        query = ConversationQuery(place, number, first, known)

        def show(shown: ConversationsShown) -> None:
            if self._trouble:
                self._trouble = False
                self.notice.clear()
            if place == self._place and not shown.unchanged:
                self._show(place, first, number, shown)
            self._looked()

        def failed(error: SealwellError) -> None:
            self._trouble = True
            self.show_error(error)
            self._looked()

        self.call(lambda _: self.ui.office.list_conversations(self._session, query), show, failed)

    def _looked(self) -> None:
        self._looking = False
        if self._again:
            self._again = False
            self._look("")

    def _read(self, first: int, number: int) -> None:
        """Rows that came into sight; had anything changed meanwhile, everything is looked at anew."""
        place, mark = self._place, self._mark
        query = ConversationQuery(place, number, first)

        def show(shown: ConversationsShown) -> None:
            if place != self._place:
                return
            if shown.mark != mark:
                self._look("")
            else:
                self.list.fill(first, number, shown)

        self.call(lambda _: self.ui.office.list_conversations(self._session, query), show)

    def _show(self, place: str, first: int, number: int, shown: ConversationsShown) -> None:
        self._mark = shown.mark
        self._read_at = self.ui.clock.mono()
        self.places.show_counts(shown.counts)
        self.list.show_shown(place, first, number, shown)
        self._show_middle()
        self._follow()

    def _show_middle(self) -> None:
        """The list, or the sentence that stands for an empty one; what was found stays in front."""
        if self._searching and self.middle.currentWidget() is self.found:
            return
        place = self.places.chosen
        rows = self.drafts.rowCount() if place == DRAFTS else self.list.rows.rowCount()
        if not rows and (place == DRAFTS or self.list.place == place):
            self.empty_words.setText(self.ui.say(f"ui.messages.empty-{place}"))
            self.middle.setCurrentWidget(self.empty)
        else:
            self.middle.setCurrentWidget(self.drafts_view if place == DRAFTS else self.list)

    def _follow(self) -> None:
        """What is open beside the list changes with it; what left the list is looked at once more."""
        shown = self.pane.shown
        if shown is None:
            return
        line = self.list.line if self.list.chosen == shown.line.id else None
        gone = self._listed and line is None
        self._listed = line is not None
        if gone or (line is not None and replace(line, unseen=False) != replace(shown.line, unseen=False)):
            self.pane.look_again()

    # --- one conversation ---------------------------------------------------------------------------

    def _passed(self, line: ConversationLine | None) -> None:
        """The arrows moved on: nothing can be done to what they left."""
        if line is None:
            self.pane.show_nothing()
        else:
            self.pane.show_line(line)

    def _open_line(self, line: ConversationLine) -> None:
        self._listed = True
        self.pane.open_line(line)

    def _into_conversation(self) -> None:
        self.pane.entries.setFocus()

    def _to_list(self) -> None:
        where = self.middle.currentWidget()
        (self.found.view if where is self.found else self.list.view).setFocus()

    # --- drafts -------------------------------------------------------------------------------------

    def _show_drafts(self, shown: DraftsShown) -> None:
        self.drafts.show(shown.drafts)
        self.places.show_drafts(len(shown.drafts))
        self._show_middle()

    def _continue(self, row: int) -> None:
        if 0 <= row < len(self.drafts.rows):
            self._navigation.draft(self.drafts.rows[row])

    # --- search -------------------------------------------------------------------------------------

    def _fold(self, opened: bool) -> None:
        self.limits.setVisible(opened)
        if not opened:
            self.limits.clear()

    def look_for(self) -> None:
        """What the field and the limits say; an older answer never overtakes a newer one."""
        self._query = self.limits.query(self.search.text().strip())
        if not asks(self._query):
            self._leave_search(emptied=False)
            return
        self._searched += 1
        self._searching = True
        asked, query = self._searched, self._query

        def show(found: MailFound) -> None:
            if asked == self._searched:
                self.found.show_found(found)
                self.middle.setCurrentWidget(self.found)

        self.call(lambda _: self.ui.office.search_mail(self._session, query), show)

    def _more_found(self, offset: int) -> None:
        asked, query = self._searched, replace(self._query, offset=offset)

        def show(found: MailFound) -> None:
            if asked == self._searched:
                self.found.append(found)

        self.call(lambda _: self.ui.office.search_mail(self._session, query), show)

    def end_search(self) -> None:
        """Back to the list, as it was."""
        self._leave_search()
        self.list.choose(self.pane.shown.line.id if self.pane.shown is not None else None)
        self._to_list()

    def _leave_search(self, *, emptied: bool = True) -> None:
        if emptied:
            self.search.empty()
            self.fold.setChecked(False)
        self._searched += 1
        self._searching = False
        if self.middle.currentWidget() is self.found:
            self._show_middle()

    def _open_hit(self, hit: MailHit) -> None:
        self._listed = False
        self.list.choose(hit.conversation)
        self.pane.open(hit.conversation, hit.entry)

    def _open_task(self, task: TaskLine) -> None:
        if task.conversation is not None:
            self.show_conversation(task.conversation)
        else:
            self._navigation.tasks(task.group)
