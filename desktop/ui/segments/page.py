"""Groups of people: all of them at the left, one in hand with its conditions, its count and its people."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models import rules
from desktop.models.accounts import Session
from desktop.models.rules import Every, Rule
from desktop.models.standing import SegmentId
from desktop.office.values_segments import (
    LIST,
    RULE,
    RuleCounted,
    RuleParts,
    SegmentLine,
    SegmentRequest,
    SegmentShown,
    SegmentsShown,
)
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.form import Field
from desktop.ui.navigation import Navigation
from desktop.ui.segments.builder import RuleGroup
from desktop.ui.segments.members import Members
from desktop.ui.segments.words import Words
from desktop.ui.table import Column, Rows, table
from desktop.ui.users.dialogs import ConfirmDialog

_LIST = 220
PAUSE = 250
"""Milliseconds without a key after which the people are counted anew."""
_NAMES = 5


class GroupsPage(Page):
    """Who may not open groups sees their counts only."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.groups.title"))
        self._session = session
        self._line: SegmentLine | None = None
        self._kind = RULE
        self._parts = RuleParts((), (), ())
        self.builder: RuleGroup | None = None
        self._asked = 0
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self._count)
        self.title.hide()
        self._build_head()
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self._build_list())
        self.card = QWidget()
        right = QVBoxLayout(self.card)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(8)
        above = scrolled_column(right, margin=8)
        frame, column = card()
        above.addWidget(frame)
        self.name = Field(ui.say("ui.groups.name"))
        column.addWidget(self.name)
        self._place = QVBoxLayout()
        column.addLayout(self._place)
        self.members = Members(ui, session, self, self._changed_by_hand)
        above.addWidget(self.members)
        above.addStretch()
        self.counted = plain_label("", "heading")
        self.sample = plain_label("", "muted", wrap=True)
        right.addWidget(self.counted)
        right.addWidget(self.sample)
        right.addLayout(self._build_foot())
        row.addWidget(self.card, 1)
        self.hint = plain_label("", "muted", wrap=True)
        row.addWidget(self.hint, 1, Qt.AlignmentFlag.AlignTop)
        self.outer.addLayout(row, 1)
        self.members.hide()
        self._show_card(False)

    def _build_head(self) -> None:
        say = self.ui.say
        self.head.addStretch()
        self.new_button = button(say("ui.groups.new"), lambda: self.begin(Every(())))
        self.recipe_button = button(say("ui.groups.begin-with"), lambda: None)
        self.recipes = QMenu(self.recipe_button)
        self.recipe_button.setMenu(self.recipes)
        self.list_button = button(say("ui.groups.new-list"), self.begin_list)
        for one in (self.new_button, self.recipe_button, self.list_button):
            self.head.addWidget(one)
            one.hide()

    def _build_list(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(_LIST)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        self.rows = Rows[SegmentLine](
            [
                Column(self.ui.say("ui.groups.group"), self._name_of, stretch=True),
                Column(self.ui.say("ui.groups.people"), lambda one: f"{one.count:,}", width=92),
            ]
        )
        self.list = table(self.rows, self.ui.say("ui.groups.title"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        column.addWidget(self.list, 1)
        self.none = plain_label(self.ui.say("ui.groups.nothing"), "muted", wrap=True)
        column.addWidget(self.none, 1, Qt.AlignmentFlag.AlignTop)
        return side

    def _build_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        self.save_button = button(self.ui.say("ui.save"), self.save, "primary")
        self.remove_button = button(self.ui.say("ui.groups.remove"), self.remove)
        foot.addWidget(self.save_button)
        foot.addWidget(self.remove_button)
        self.used = plain_label("", "muted", wrap=True)
        foot.addWidget(self.used, 1)
        return foot

    def _name_of(self, line: SegmentLine) -> str:
        return self.ui.say("ui.groups.health") if line.hidden else clean(line.name)

    # --- showing -------------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_segments(self._session), self._show)

    def _show(self, shown: SegmentsShown) -> None:
        self.rows.show(shown.segments)
        self.list.setVisible(bool(shown.segments))
        self.none.setVisible(not shown.segments)
        for one in (self.new_button, self.recipe_button, self.list_button):
            one.setVisible(shown.can_change)
        self.save_button.setVisible(shown.can_change)
        code = "choose" if shown.can_show else "counts-only"
        self.hint.setText(self.ui.say(f"ui.groups.{code}-one") if shown.segments else "")
        if not shown.can_show:
            self.list.setSelectionMode(self.list.SelectionMode.NoSelection)
            return
        self.call(lambda _: self.ui.office.rule_parts(self._session), self._offer)

    def _offer(self, parts: RuleParts) -> None:
        self._parts = parts
        self.recipes.clear()
        for recipe in parts.recipes:
            action = self.recipes.addAction(self.ui.say(f"ui.groups.recipe.{recipe.code}"))
            action.triggered.connect(lambda _=False, one=recipe: self._begin_with(one.code, one.rule))

    def _show_card(self, on: bool) -> None:
        """One group, or in its place what can be done here."""
        self.card.setVisible(on)
        self.hint.setVisible(not on)

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self.rows.rows) or self.rows.rows[row].hidden:
            return
        id_ = self.rows.rows[row].id
        if self.list.selectionMode() is not self.list.SelectionMode.NoSelection:
            self.call(lambda _: self.ui.office.show_segment(self._session, id_), self._opened)

    def _opened(self, shown: SegmentShown) -> None:
        self._line, self._kind = shown.line, shown.line.kind
        self.name.input.setText(clean(shown.line.name))
        self.remove_button.setVisible(not self.save_button.isHidden())
        used = shown.line.used_by
        self.used.setText(self.ui.texts.count("ui.groups.used-by", used) if used else "")
        if shown.rule:
            self._edit(rules.from_text(shown.rule))
        else:
            self._by_hand(shown)
        self.members.show_group(shown)
        self._show_card(True)

    def _edit(self, rule: Rule) -> None:
        self.builder = RuleGroup(Words(self.ui, self._parts), rule)
        self.builder.changed.connect(self._timer.start)
        emptied(self._place).addWidget(self.builder)
        self.sample.show()
        self._count()

    def _by_hand(self, shown: SegmentShown | None) -> None:
        self.builder = None
        emptied(self._place).addWidget(plain_label(self.ui.say("ui.groups.by-hand"), "muted", wrap=True))
        many = 0 if shown is None else shown.line.count
        self.counted.setText(self.ui.say("ui.groups.in-list", count=f"{many:,}"))
        self.sample.hide()

    # --- counting while one types --------------------------------------------------------

    def _count(self) -> None:
        if self.builder is None:
            return
        self._asked += 1
        mine, text = self._asked, rules.to_text(self.builder.rule())
        self.call(
            lambda _: self.ui.office.count_rule(self._session, text, _NAMES),
            lambda answer: self._counted(mine, answer),
            lambda error: self._not_counted(mine, error),
        )

    def _counted(self, mine: int, answer: RuleCounted) -> None:
        if mine != self._asked:
            return
        say = self.ui.say
        self.counted.setText(say("ui.groups.count", count=f"{answer.count:,}", of=f"{answer.everybody:,}"))
        names = ", ".join(clean(one.name) for one in answer.sample)
        self.sample.setText(say("ui.groups.sample", names=names) if names else say("ui.groups.nobody"))

    def _not_counted(self, mine: int, error: SealwellError) -> None:
        """What is being typed is often not complete yet: said where the count stands."""
        if mine == self._asked:
            self.counted.setText("")
            self.sample.setText(self.ui.error(error))

    # --- changing ------------------------------------------------------------------------

    def begin(self, rule: Rule, name: str = "") -> None:
        """A new group by conditions."""
        self._new(RULE, name)
        self._edit(rule)

    def begin_list(self) -> None:
        """A new list kept by hand."""
        self._new(LIST, "")
        self._by_hand(None)

    def _new(self, kind: str, name: str) -> None:
        self._line, self._kind = None, kind
        self.list.clearSelection()
        self.name.input.setText(name)
        self.remove_button.hide()
        self.used.setText("")
        self.members.hide()
        self._show_card(True)
        self.name.input.setFocus()

    def _begin_with(self, code: str, rule: str) -> None:
        self.begin(rules.from_text(rule), self.ui.say(f"ui.groups.recipe.{code}"))

    def save(self) -> None:
        if not self.name.text.strip():
            self.name.refuse(self.ui.say("ui.form.missing"))
            return
        line = self._line
        rule = "" if self.builder is None else rules.to_text(self.builder.rule())
        id_, version = (None, 0) if line is None else (line.id, line.version)
        request = SegmentRequest(self.name.text, rule, id_, version)
        self.notice.clear()
        self.save_button.setEnabled(False)
        self.call(lambda _: self.ui.office.keep_segment(self._session, request), self._saved, self._refused)

    def _saved(self, shown: SegmentShown) -> None:
        self.save_button.setEnabled(True)
        self._opened(shown)
        self.notice.show_words(self.ui.say("ui.groups.saved"), "ok")
        self.refresh()

    def _refused(self, error: SealwellError) -> None:
        self.save_button.setEnabled(True)
        self.show_error(error)

    def remove(self) -> None:
        """Asks first."""
        line = self._line
        if line is None:
            return
        say, id_ = self.ui.say, line.id
        lead = say("ui.groups.remove-lead", name=clean(line.name))
        dialog = ConfirmDialog(self.ui, say("ui.groups.remove-title"), lead, say("ui.groups.remove"), self)
        dialog.accepted.connect(lambda: self._remove(id_))
        dialog.open()

    def _remove(self, id_: SegmentId) -> None:
        self.call(lambda _: self.ui.office.retire_segment(self._session, id_), self._removed)

    def _removed(self, shown: SegmentsShown) -> None:
        self._line, self.builder = None, None
        self.members.hide()
        self._show_card(False)
        self._show(shown)

    def _changed_by_hand(self, shown: SegmentShown) -> None:
        self._opened(shown)
        self.refresh()
