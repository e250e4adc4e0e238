"""Who is in a group: a page at a time, why each of them is, and putting people in by hand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from desktop.models import rules
from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.office.values import PeopleFound
from desktop.office.values_segments import LIST, MemberLine, SegmentLine, SegmentShown, SegmentWhy
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.segments.words import Words
from desktop.ui.table import Column, Rows, table

_TALLEST = 230
_OFFERED = 8


class WhyDialog(FormDialog):
    """Each condition, and whether it holds for this person."""

    def __init__(self, ui: Ui, words: Words, name: str, why: SegmentWhy, parent: QWidget) -> None:
        code = "ui.groups.why-in" if why.inside else "ui.groups.why-out"
        super().__init__(ui, ui.say(code, name=clean(name)), parent)
        self.cancel.setText(ui.say("ui.close"))
        if why.reason:
            self.content.addWidget(plain_label(ui.say(f"ui.groups.because.{why.reason}"), "muted", wrap=True))
        for part in why.parts:
            held = ui.say("ui.groups.holds" if part.holds else "ui.groups.fails")
            if part.joint:
                said = ui.say(f"ui.groups.why-joint.{part.joint}")
            else:
                one = rules.from_text(part.rule)
                said = words.condition(one) if isinstance(one, rules.Condition) else ""
            line = plain_label(f"{held} {said}", wrap=True)
            line.setIndent(22 * part.depth)
            self.content.addWidget(line)


class Members(QWidget):
    """Below the conditions; `changed` is told when somebody was put in or taken out."""

    def __init__(self, ui: Ui, session: Session, page: Page, changed: Callable[[SegmentShown], None]) -> None:
        super().__init__()
        self.ui = ui
        self._session, self._page, self._changed = session, page, changed
        self._group: SegmentLine | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(plain_label(ui.say("ui.groups.members"), "heading"))
        head.addStretch()
        self.add_field = QLineEdit()
        self.add_field.setPlaceholderText(ui.say("ui.groups.add-person"))
        self.add_field.setAccessibleName(ui.say("ui.groups.add-person"))
        self.add_field.returnPressed.connect(self._look)
        self.why_button = button(ui.say("ui.groups.why"), self.explain)
        self.take_button = button(ui.say("ui.groups.take-person"), self.take)
        for widget in (self.add_field, self.take_button, self.why_button):
            head.addWidget(widget)
        column.addLayout(head)
        self.rows = Rows[MemberLine](
            [
                Column(ui.say("ui.groups.person"), lambda one: clean(one.name), stretch=True),
                Column(ui.say("ui.groups.address"), lambda one: clean(one.email), width=240),
            ],
            self._more,
        )
        self.view = table(self.rows, ui.say("ui.groups.members"))
        self.view.setMaximumHeight(_TALLEST)
        column.addWidget(self.view)

    def show_group(self, shown: SegmentShown) -> None:
        self._group = shown.line
        by_hand = shown.line.kind == LIST
        self.add_field.setVisible(by_hand)
        self.take_button.setVisible(by_hand)
        self.rows.show(shown.members, shown.line.count)
        self.show()

    def _more(self) -> None:
        group, offset = self._group, len(self.rows.rows)
        if group is not None:
            self._page.call(
                lambda _: self.ui.office.show_segment(self._session, group.id, 50, offset),
                lambda shown: self.rows.append(shown.members) if self._group is group else None,
            )

    def _chosen(self) -> MemberLine | None:
        at = self.view.currentIndex().row()
        return self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None

    def explain(self) -> None:
        """Why the chosen one is in it."""
        group, one = self._group, self._chosen()
        if group is None or one is None:
            return
        office, session = self.ui, self._session
        self._page.call(
            lambda _: (
                office.office.explain_segment(session, group.id, one.person),
                office.office.rule_parts(session),
            ),
            lambda both: WhyDialog(self.ui, Words(self.ui, both[1]), one.name, both[0], self).open(),
        )

    # --- by hand -------------------------------------------------------------------------

    def _look(self) -> None:
        text = self.add_field.text().strip()
        if text:
            self._page.call(
                lambda _: self.ui.office.search_people(self._session, text, _OFFERED), self._found
            )

    def _found(self, found: PeopleFound) -> None:
        """The one that was meant at once; of several the menu asks."""
        if not found.people:
            self._page.notice.show_words(self.ui.say("ui.groups.nobody-found"), "warn")
        elif len(found.people) == 1:
            self._put(found.people[0].id)
        else:
            menu = QMenu(self)
            for line in found.people:
                words = " · ".join(filter(None, (clean(line.name), clean(line.email))))
                action = menu.addAction(words.replace("&", "&&"))
                action.triggered.connect(lambda _=False, who=line.id: self._put(who))
            menu.popup(self.add_field.mapToGlobal(self.add_field.rect().bottomLeft()))

    def _put(self, who: PersonId) -> None:
        group = self._group
        if group is not None:
            self.add_field.clear()
            self._page.call(
                lambda _: self.ui.office.add_to_segment(self._session, group.id, (who,)), self._changed
            )

    def take(self) -> None:
        """The chosen one out of the list again."""
        group, one = self._group, self._chosen()
        if group is not None and one is not None:
            self._page.call(
                lambda _: self.ui.office.remove_from_segment(self._session, group.id, (one.person,)),
                self._changed,
            )
