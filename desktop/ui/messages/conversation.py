"""One conversation beside the list: whose it is, what was said, and what may be done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.correspondence import (
    ConversationId,
    ConversationState,
    Direction,
    EntryId,
    FilingForm,
    Retention,
)
from desktop.models.records import PersonId
from desktop.office.values_messages import (
    Answering,
    ConversationChange,
    ConversationLine,
    ConversationShown,
    EntryShown,
)
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.messages.actions import (
    DONE,
    FORWARD,
    GIVE_BACK,
    PERSON,
    REOPEN,
    REPLY,
    TAKE,
    TAKE_OVER,
    WAIT,
    WHOSE,
    WRONG_PERSON,
    ActionBar,
)
from desktop.ui.messages.asking import AskDialog, WhoseDialog
from desktop.ui.messages.head import ConversationHead
from desktop.ui.messages.saving import Saver
from desktop.ui.messages.thread import Thread
from desktop.ui.navigation import Navigation

FIRST = 20
"""Entries that are asked for at once; more come when they are wanted."""
MOST = 500


class ConversationPane(QFrame):
    """`changed` after something was done, `said` with words and their kind, `back` for Esc."""

    changed = Signal()
    said = Signal(str, str)
    back = Signal()

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self._navigation = navigation
        self._wanted: ConversationId | None = None
        self._asked = 0
        self.shown: ConversationShown | None = None
        self.setObjectName("card")
        self.setAccessibleName(ui.say("ui.messages.conversation"))
        self.saver = Saver(ui, session, self, self.said.emit, self.look_again)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 14, 4, 12)
        column.setSpacing(8)
        self.head = ConversationHead(ui, session.user)
        self.head.whose.clicked.connect(self._ask_whose)
        column.addWidget(self.head)
        self.entries = Thread(ui, session, self.saver)
        self.entries.earlier.connect(self._earlier)
        self.entries.opened.connect(self._opened)
        self.entries.failed.connect(self._say)
        column.addWidget(self.entries, 1)
        self.actions_bar = ActionBar(ui, self._doings(), self._keep, self._export)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 2, 14, 0)
        foot.addWidget(self.actions_bar)
        column.addLayout(foot)
        escape = QShortcut(QKeySequence("Escape"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.back)
        self.show_nothing()

    def _doings(self) -> dict[str, Callable[[], None]]:
        return {
            TAKE: self._take,
            REPLY: self._reply,
            FORWARD: self._forward,
            WAIT: lambda: self._set(ConversationState.WAITING),
            DONE: self._done,
            REOPEN: lambda: self._set(ConversationState.OPEN),
            TAKE_OVER: lambda: self._change(lambda id_: ConversationChange(id_, owner=self._session.user)),
            GIVE_BACK: lambda: self._change(lambda id_: ConversationChange(id_, give_back=True)),
            WHOSE: self._ask_whose,
            PERSON: self._open_person,
            WRONG_PERSON: self._ask_wrong_person,
        }

    # --- what is shown ------------------------------------------------------------------------------

    def show_nothing(self, words: str = "") -> None:
        """The empty state says the next step."""
        self._wanted = None
        self.shown = None
        self._clear()
        self.head.say(words or self.ui.say("ui.messages.choose"))

    def show_line(self, line: ConversationLine) -> None:
        """What the list knows already; nothing can be done until the rest is here."""
        if self._wanted == line.id:
            return
        self._wanted = line.id
        self.shown = None
        self._clear()
        self.head.show_line(line)

    def open(self, conversation: ConversationId, entry: EntryId | None = None) -> None:
        """Show it, and `entry` of it where one is looked for."""
        self._wanted = conversation
        if self.shown is not None and self.shown.line.id != conversation:
            self.shown = None
            self._clear()
        self._load(conversation, MOST if entry is not None else self._number(), entry)

    def open_line(self, line: ConversationLine) -> None:
        """As chosen in the list; what is not for this role is said, not asked for."""
        if line.hidden:
            self.show_line(line)
            self.head.say(self.ui.say("ui.messages.hidden-lead"))
        elif self.shown is None or self.shown.line.id != line.id:
            self.open(line.id)

    def look_again(self) -> None:
        """What is shown, as it is now; nothing jumps."""
        if self.shown is not None:
            self._load(self.shown.line.id, self._number(), None)

    def _number(self) -> int:
        return max(FIRST, len(self.shown.entries)) if self.shown is not None else FIRST

    def _load(self, conversation: ConversationId, number: int, entry: EntryId | None) -> None:
        self._asked += 1
        asked = self._asked

        def show(shown: ConversationShown) -> None:
            if asked == self._asked and self._wanted == shown.line.id:
                self._show(shown, entry)

        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.show_conversation(self._session, conversation, number),
            show,
            self._not_loaded,
        )

    def _not_loaded(self, error: SealwellError) -> None:
        self._say(error)
        if self.shown is None:
            self.show_nothing()

    def _show(self, shown: ConversationShown, entry: EntryId | None = None) -> None:
        self.shown = shown
        self.head.show_shown(shown)
        self.entries.show_entries(shown, entry)
        self.actions_bar.offer(shown, self._session.user)

    def _clear(self) -> None:
        self.head.clear()
        self.entries.clear()
        self.actions_bar.offer(None, self._session.user)

    def _earlier(self) -> None:
        if self.shown is not None:
            number = min(MOST, len(self.shown.entries) * 2 + FIRST)
            self._load(self.shown.line.id, number, None)

    def _opened(self, entry: EntryShown) -> None:
        """Decrypted in place: the others stay as they are."""
        self.entries.show_entry(entry)
        self.look_again()

    def _say(self, error: SealwellError) -> None:
        self.said.emit(self.ui.error(error), "error")

    # --- what may be done ------------------------------------------------------------------------------

    def _take(self) -> None:
        self._do(lambda id_: self.ui.office.take_conversation(self._session, id_), self._changed)

    def _set(self, state: ConversationState) -> None:
        turn = self._turn
        self._change(lambda id_: ConversationChange(id_, state=state, turn=turn))

    def _change(self, wanted: Callable[[ConversationId], ConversationChange]) -> None:
        self._do(lambda id_: self.ui.office.change_conversation(self._session, wanted(id_)), self._changed)

    def _keep(self, retention: Retention) -> None:
        self._change(lambda id_: ConversationChange(id_, retention=retention))

    def _done(self) -> None:
        """At once, and taken back for as long as the message at the foot stands there."""
        if self.shown is None:
            return
        before, id_, turn = self.shown.line.state, self.shown.line.id, self.shown.turn

        def done(shown: ConversationShown) -> None:
            self._changed(shown)
            self._navigation.undoable(
                self.ui.say("ui.messages.done-said"), lambda: self._undo(id_, before, turn)
            )

        self._do(
            lambda one: self.ui.office.change_conversation(
                self._session, ConversationChange(one, state=ConversationState.DONE, turn=turn)
            ),
            done,
        )

    def _undo(self, conversation: ConversationId, before: ConversationState, turn: int) -> None:
        change = ConversationChange(conversation, state=before, turn=turn)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.change_conversation(self._session, change),
            self._changed,
            self._failed,
        )

    @property
    def _turn(self) -> int | None:
        """What is in sight: nothing newer is settled with it."""
        return self.shown.turn if self.shown is not None else None

    def _do(
        self,
        work: Callable[[ConversationId], ConversationShown],
        done: Callable[[ConversationShown], None],
    ) -> None:
        if self.shown is None:
            return
        id_ = self.shown.line.id
        self.actions_bar.lock(True)

        def ended(shown: ConversationShown) -> None:
            self.actions_bar.lock(False)
            done(shown)

        self.ui.bridge.run(self, lambda _: work(id_), ended, self._failed)

    def _changed(self, shown: ConversationShown) -> None:
        if self._wanted == shown.line.id:
            self._show(shown)
        self.changed.emit()

    def _failed(self, error: SealwellError) -> None:
        """It may be that somebody else was quicker: show how it stands."""
        self.actions_bar.lock(False)
        self._say(error)
        self.look_again()
        self.changed.emit()

    # --- answering ----------------------------------------------------------------------------------

    def _reply(self) -> None:
        """Others see it from now on; where one of them is at it already, that is asked about first."""
        if self.shown is None:
            return
        id_ = self.shown.line.id
        self.actions_bar.lock(True)

        def begun(answer: Answering) -> None:
            self.actions_bar.lock(False)
            shown = self.shown
            if shown is None or shown.line.id != id_:
                return
            if answer.turn != shown.turn:
                self.said.emit(self.ui.say("ui.messages.something-new"), "warn")
                self.look_again()
            elif answer.other:
                name = clean(answer.other)
                dialog = AskDialog(self.ui, "ui.messages.answer-anyway", self, name=name)
                dialog.accepted.connect(lambda: self._hand_over(id_))
                dialog.open()
            else:
                self._hand_over(id_)

        self.ui.bridge.run(
            self, lambda _: self.ui.office.begin_answer(self._session, id_), begun, self._failed
        )

    def _hand_over(self, conversation: ConversationId) -> None:
        if self.shown is not None and self.shown.line.id == conversation and self.shown.entries:
            self._navigation.reply(self.shown, latest(self.shown, (Direction.IN,)))

    def _forward(self) -> None:
        if self.shown is not None and self.shown.entries:
            self._navigation.forward(self.shown, latest(self.shown, (Direction.IN,)))

    def _open_person(self) -> None:
        if self.shown is not None and self.shown.line.person is not None:
            self._navigation.person(self.shown.line.person)

    # --- whose it is, and whose it was not -----------------------------------------------------------

    def _ask_whose(self) -> None:
        if self.shown is None:
            return
        writer = next((one for one in reversed(self.shown.entries) if one.direction is Direction.IN), None)
        address = clean(writer.address) if writer is not None else clean(self.shown.line.name)
        dialog = WhoseDialog(self.ui, self._session, address, self.shown.writers, self)
        dialog.person.connect(self._put_to)
        dialog.nobody.connect(self._done)
        dialog.open()

    def _put_to(self, person: PersonId) -> None:
        self._change(lambda id_: ConversationChange(id_, person=person))

    def _ask_wrong_person(self) -> None:
        if self.shown is None or not self.shown.entries:
            return
        entry = self.shown.entries[-1].id
        dialog = AskDialog(self.ui, "ui.messages.wrong", self, name=clean(self.shown.line.name, 60))
        dialog.accepted.connect(
            lambda: self._do(lambda _: self.ui.office.wrong_person(self._session, entry), self._stopped)
        )
        dialog.open()

    def _stopped(self, shown: ConversationShown) -> None:
        self.said.emit(self.ui.say("ui.messages.wrong-said"), "ok")
        self._changed(shown)

    def _export(self, form: FilingForm, to_person: bool) -> None:
        if self.shown is not None:
            self.saver.export(self.shown.line.id, form, self.shown.line.person if to_person else None)


def latest(shown: ConversationShown, directions: tuple[Direction, ...]) -> EntryShown:
    """The newest that they said, else the newest of all."""
    return next((one for one in reversed(shown.entries) if one.direction in directions), shown.entries[-1])
