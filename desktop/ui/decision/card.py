"""The opened card: the way, what it rests on, what else there is, and the step that would open it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.models.records import Level, Method, Reason
from desktop.office.values import Explained, PersonShown, RejectedMethod
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.decision.words import (
    SEALED,
    choices,
    grounds,
    line_words,
    reason_words,
    same_for_all,
    technical,
    way_words,
)
from desktop.ui.icons import icon

WIDTH = 316
_MORE = "remedy-end-to-end"
"""Says nothing where the letter already goes that way."""


class DecisionCard(QFrame):
    """Beside a letter or a list; it never takes the focus by itself.

    `way_wanted` carries a method or None for the usual one, `level_wanted` whether only the
    recipient may read it, `step_wanted` the remedy's reason.
    """

    closed = Signal()
    way_wanted = Signal(object)
    level_wanted = Signal(bool)
    step_wanted = Signal(object)

    def __init__(self, ui: Ui, steps: Iterable[str] = (), *, choose: bool = False) -> None:
        """`steps` are the remedies that lead somewhere from here; `choose`: whether a way may be chosen."""
        super().__init__()
        self.ui = ui
        self._steps = frozenset(steps)
        self._choose = choose
        self.setObjectName("card")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(ui.say("ui.decision.title"))
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 12, 4, 8)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.setContentsMargins(16, 0, 8, 0)
        top.addWidget(plain_label(ui.say("ui.decision.title"), "muted"), 1)
        self.close_button = button("", self.closed.emit, "link")
        self.close_button.setIcon(icon("x", ui.theme.tokens.muted, 16))
        self.close_button.setAccessibleName(ui.say("ui.decision.close"))
        top.addWidget(self.close_button)
        column.addLayout(top)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(scroll, 1)
        self._scroll = scroll
        self._body = QWidget()
        self.fold: QPushButton | None = None
        self.raise_box: QCheckBox | None = None
        self.buttons: dict[str, QPushButton] = {}
        QShortcut(
            QKeySequence("Escape"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
        ).activated.connect(self.closed)

    def show_decision(
        self,
        decided: Explained,
        name: str,
        who: PersonShown | None = None,
        *,
        chosen: Method | None = None,
        raised: bool = False,
    ) -> None:
        """`name` is how the recipient is called; `chosen` and `raised` are what the sender asked for."""
        kept = self.fold is not None and self.fold.isChecked()
        self._body = QWidget()
        self.buttons = {}
        self.raise_box = None
        column = QVBoxLayout(self._body)
        column.setContentsMargins(16, 0, 12, 8)
        column.setSpacing(8)
        column.addWidget(plain_label(line_words(self.ui, decided, name), "heading", wrap=True))
        for words in grounds(self.ui, decided, who):
            column.addWidget(plain_label(words, "muted", wrap=True))
        for reason in decided.warnings:
            column.addWidget(plain_label(reason_words(self.ui, reason), "muted", wrap=True))
        if self._choose:
            self._add_choice(column, decided, name, chosen, raised)
        if not same_for_all(decided):
            self._add_others(column, decided, name)
        self._add_technical(column, decided, kept)
        column.addStretch()
        self._scroll.setWidget(self._body)

    # --- asking for more -----------------------------------------------------------

    def _add_choice(
        self, column: QVBoxLayout, decided: Explained, name: str, chosen: Method | None, raised: bool
    ) -> None:
        if raised or (decided.level is Level.ON_THE_WAY and decided.method not in SEALED):
            box = QCheckBox(self.ui.say("ui.decision.raise"))
            box.setAccessibleName(self.ui.say("ui.decision.raise-name", name=name))
            box.setChecked(raised)
            box.clicked.connect(self.level_wanted)
            column.addWidget(box)
            self.raise_box = box
        if chosen is not None:
            back = button(self.ui.say("ui.decision.usual"), lambda: self.way_wanted.emit(None))
            column.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
            self.buttons["usual"] = back

    # --- the other ways --------------------------------------------------------------

    def _add_others(self, column: QVBoxLayout, decided: Explained, name: str) -> None:
        if not decided.rejected:
            return
        line = QFrame()
        line.setObjectName("line")
        line.setFixedHeight(1)
        column.addWidget(line)
        column.addWidget(plain_label(self.ui.say("ui.decision.others"), "label"))
        open_ways = choices(decided) if self._choose else frozenset()
        for item in decided.rejected:
            column.addWidget(self._other(decided, item, name, item.method in open_ways))

    def _other(self, decided: Explained, item: RejectedMethod, name: str, may_choose: bool) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(2)
        words = way_words(self.ui, item.method, name)
        column.addWidget(plain_label(words, "label", wrap=True))
        column.addWidget(plain_label(reason_words(self.ui, item.reason), "muted", wrap=True))
        if may_choose:
            self._add_button(
                column, item, words, "ui.decision.use", lambda: self.way_wanted.emit(item.method)
            )
        elif item.remedy is not None and not (item.remedy.code == _MORE and decided.method in SEALED):
            self._add_remedy(column, item, item.remedy, words)
        return made

    def _add_remedy(self, column: QVBoxLayout, item: RejectedMethod, remedy: Reason, words: str) -> None:
        if remedy.code in self._steps:
            code = f"ui.decision.do-{remedy.code.removeprefix('remedy-')}"
            self._add_button(column, item, words, code, lambda: self.step_wanted.emit(remedy))
        elif remedy.code != "remedy-choose":
            column.addWidget(plain_label(reason_words(self.ui, remedy), "muted", wrap=True))

    def _add_button(
        self, column: QVBoxLayout, item: RejectedMethod, words: str, code: str, act: object
    ) -> None:
        said = self.ui.say(code)
        made = QPushButton(said)
        made.setObjectName("quiet")
        made.setAutoDefault(False)
        made.setAccessibleName(f"{said}: {words}")
        made.clicked.connect(act)
        column.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        self.buttons[item.method.value] = made

    # --- for whoever asks exactly ----------------------------------------------------

    def _add_technical(self, column: QVBoxLayout, decided: Explained, kept: bool) -> None:
        fold = QPushButton(self.ui.say("ui.decision.technical"))
        fold.setObjectName("quiet")
        fold.setCheckable(True)
        fold.setAutoDefault(False)
        column.addWidget(fold, 0, Qt.AlignmentFlag.AlignLeft)
        folded = QWidget()
        inner = QVBoxLayout(folded)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(2)
        for name, value in technical(self.ui, decided):
            inner.addWidget(plain_label(name, "muted"))
            label = plain_label(value, wrap=True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            inner.addWidget(label)
        column.addWidget(folded)

        def turn(shown: bool) -> None:
            folded.setVisible(shown)
            fold.setIcon(self._arrow(shown))

        fold.toggled.connect(turn)
        turn(False)
        fold.setChecked(kept)
        self.fold = fold

    def _arrow(self, shown: bool) -> QIcon:
        return icon("chevron-down" if shown else "chevron-right", self.ui.theme.tokens.accent, 16)
