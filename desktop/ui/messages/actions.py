"""What may be done with a conversation: one primary step, the usual ones, the rest in a quiet menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from desktop.models.accounts import UserId
from desktop.models.correspondence import ConversationState, Direction, FilingForm, Retention
from desktop.office.values_messages import ConversationShown
from desktop.texts import clean
from desktop.ui.base import Ui, button

TAKE, REPLY, FORWARD, WAIT, DONE, REOPEN = "take", "reply", "forward", "wait", "done", "reopen"
BUTTONS = (TAKE, REPLY, REOPEN, FORWARD, WAIT, DONE)
GIVE_BACK, TAKE_OVER, WHOSE, WRONG_PERSON, PERSON = (
    "give-back",
    "take-over",
    "whose",
    "wrong-person",
    "person",
)
KEYS = {REPLY: "R", TAKE: "T", DONE: "D"}
"""Only while the list or the conversation has the focus."""
_FIRST_TO_GO = (DONE, FORWARD, WAIT)
"""Where there is no room for them they stand in the menu."""
_GAP = 8
Act = Callable[[], None]


class ActionBar(QWidget):
    """Buttons in a row; `on` says what each one does. Nothing can be pressed while a call is under way."""

    def __init__(
        self,
        ui: Ui,
        on: dict[str, Act],
        keep: Callable[[Retention], None],
        export: Callable[[FilingForm, bool], None],
    ) -> None:
        super().__init__()
        self.ui = ui
        self._on = on
        self._keep = keep
        self._export = export
        self._wanted: set[str] = set()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        self.buttons: dict[str, QPushButton] = {}
        for code in BUTTONS:
            made = button(ui.say(f"ui.messages.{code}"), partial(self.press, code))
            if code in KEYS:
                made.setToolTip(f"{made.text()} ({KEYS[code]})")
            self.buttons[code] = made
            row.addWidget(made)
        row.addStretch()
        self.more = QPushButton(ui.say("ui.messages.more"))
        self.more.setAutoDefault(False)
        self.menu = QMenu(self.more)
        self.actions_: dict[str, QAction] = {}
        self.exports: dict[tuple[FilingForm, bool], QAction] = {}
        self.kept: dict[Retention, QAction] = {}
        self._fill_menu()
        self.more.setMenu(self.menu)
        row.addWidget(self.more)

    def _fill_menu(self) -> None:
        say = self.ui.say
        for code in (*_FIRST_TO_GO, TAKE_OVER, GIVE_BACK, WHOSE, PERSON, WRONG_PERSON):
            made = self.menu.addAction(say(f"ui.messages.{code}"))
            made.triggered.connect(lambda _=False, code=code: self.press(code))
            self.actions_[code] = made
        self.menu.addSeparator()
        self.keep_menu = self.menu.addMenu(say("ui.messages.keep"))
        group = QActionGroup(self.keep_menu)
        for one in Retention:
            kept = self.keep_menu.addAction(say(f"ui.messages.keep-{one.value}"))
            kept.setCheckable(True)
            kept.triggered.connect(lambda _=False, one=one: self._keep(one))
            group.addAction(kept)
            self.kept[one] = kept
        self.export_menu = self.menu.addMenu(say("ui.messages.export"))
        for to_person in (False, True):
            for form in (FilingForm.PDF, FilingForm.EML):
                out = self.export_menu.addAction("")
                out.triggered.connect(lambda _=False, form=form, to=to_person: self._export(form, to))
                self.exports[form, to_person] = out

    def keys(self, *places: QWidget) -> None:
        """The letters work while one of `places`, or something in it, has the focus."""
        for place in places:
            for code, key in KEYS.items():
                short = QShortcut(QKeySequence(key), place)
                short.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                short.activated.connect(lambda code=code: self.press(code))

    def press(self, code: str) -> None:
        """What is not offered now does nothing."""
        if code in self._wanted and self.isEnabled() and not self.isHidden():
            self._on[code]()

    # --- what is offered ---------------------------------------------------------------------------

    def offer(self, shown: ConversationShown | None, user: UserId) -> None:
        self.setVisible(shown is not None)
        self._wanted = set()
        if shown is None:
            return
        line = shown.line
        over = line.state is ConversationState.DONE
        mine = line.owner == user
        wanted = {
            TAKE: line.owner is None and not over,
            REPLY: shown.reply_to is not None,
            FORWARD: bool(shown.entries),
            WAIT: line.state is ConversationState.OPEN,
            DONE: not over,
            REOPEN: line.state is not ConversationState.OPEN,
            TAKE_OVER: line.owner is not None and not mine,
            GIVE_BACK: mine,
            WHOSE: line.person is None,
            PERSON: line.person is not None,
            WRONG_PERSON: any(one.direction is Direction.OUT for one in shown.entries),
        }
        self._wanted = {code for code, on in wanted.items() if on}
        primary = "" if line.person is None else TAKE if TAKE in self._wanted else REPLY
        for code, made in self.buttons.items():
            _look(made, "primary" if code == primary and code in self._wanted else "")
        for code, action in self.actions_.items():
            action.setVisible(code in self._wanted)
        self.kept[shown.retention].setChecked(True)
        name = clean(line.name, 60)
        for (form, to_person), action in self.exports.items():
            code = f"ui.messages.export-{form.value}" + ("-to" if to_person else "")
            action.setText(self.ui.say(code, name=name).replace("&", "&&"))
            action.setVisible(not to_person or line.person is not None)
        self._place()

    def lock(self, busy: bool) -> None:
        """Nothing is pressed twice."""
        self.setEnabled(not busy)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """What finds no room in the row stands in the menu."""
        room = self.width() - self.more.sizeHint().width()
        shown = [code for code in BUTTONS if code in self._wanted]
        for code in _FIRST_TO_GO[::-1]:
            needed = sum(self.buttons[one].sizeHint().width() + _GAP for one in shown)
            if needed > room and code in shown:
                shown.remove(code)
        for code, made in self.buttons.items():
            made.setVisible(code in shown)
        for code in _FIRST_TO_GO:
            self.actions_[code].setVisible(code in self._wanted and code not in shown)


def _look(made: QPushButton, name: str) -> None:
    if made.objectName() != name:
        made.setObjectName(name)
        made.style().unpolish(made)
        made.style().polish(made)
