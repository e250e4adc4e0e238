"""What the practice says of itself, once: every letter may name it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.standing import Location, LocationId, VisitRule
from desktop.office.values_access import Purpose
from desktop.office.values_facts import PracticeChange, PracticeShown
from desktop.texts import clean
from desktop.ui.audit.inputs import number_input
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.form import Field
from desktop.ui.settings.practice_dialogs import LocationDialog, RuleDialog
from desktop.ui.stepup import proved

_TEXTS = ("name", "phone", "address", "booking_link", "portal_link")
_LAST_HOUR = 24


class PracticeSection(Page):
    """The facts in one card, the places in another, the types of visits in a third."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.practice"))
        self._session = session
        self.head.addStretch()
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.save_button.setEnabled(False)
        self.head.addWidget(self.save_button)
        self.column = scrolled_column(self.outer, margin=8)
        self.column.addWidget(self._facts_card())
        self.places = self._list_card("places", "place-add", lambda: self.change_place(None))
        self.rules = self._list_card("types", "type-add", lambda: self.change_rule(None))
        self.column.addStretch()

    def _facts_card(self) -> QWidget:
        say = self.ui.say
        frame, column = card()
        column.addWidget(plain_label(say("ui.practice.heading"), "heading"))
        column.addWidget(plain_label(say("ui.practice.lead"), "muted", wrap=True))
        self.texts = {name: Field(say(f"ui.practice.{name}")) for name in _TEXTS}
        for field in self.texts.values():
            column.addWidget(field)
        column.addWidget(plain_label(say("ui.practice.hours"), "label"))
        row = QHBoxLayout()
        self.first = number_input(say("ui.practice.first"), 0, _LAST_HOUR - 1)
        self.last = number_input(say("ui.practice.last"), 1, _LAST_HOUR)
        for words, made in (("ui.practice.first", self.first), ("ui.practice.last", self.last)):
            row.addWidget(plain_label(say(words), "muted"))
            row.addWidget(made)
        row.addStretch()
        column.addLayout(row)
        week = QHBoxLayout()
        self.days = [QCheckBox(say(f"words.weekday.{day}")) for day in range(1, 8)]
        for box in self.days:
            week.addWidget(box)
        week.addStretch()
        column.addLayout(week)
        self.closed = Field(say("ui.sending.closed"), hint=say("ui.sending.closed-hint"))
        column.addWidget(self.closed)
        self.country, self.region = Field(say("ui.sending.country")), Field(say("ui.sending.region"))
        both = QHBoxLayout()
        for field in (self.country, self.region):
            both.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(both)
        return frame

    def _list_card(self, code: str, add: str, on_add: Callable[[], None]) -> QVBoxLayout:
        frame, column = card()
        column.addWidget(plain_label(self.ui.say(f"ui.practice.{code}"), "heading"))
        column.addWidget(plain_label(self.ui.say(f"ui.practice.{code}-lead"), "muted", wrap=True))
        inner = QVBoxLayout()
        inner.setSpacing(8)
        column.addLayout(inner)
        made = button(self.ui.say(f"ui.practice.{add}"), on_add)
        column.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(frame)
        return inner

    # --- showing ------------------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_practice(self._session), self._show)

    def _show(self, shown: PracticeShown) -> None:
        facts = shown.facts
        for name, field in self.texts.items():
            field.input.setText(getattr(facts, name))
        self.first.setValue(facts.first)
        self.last.setValue(facts.last)
        for day, box in enumerate(self.days, start=1):
            box.setChecked(day in facts.days)
        self.closed.input.setText(", ".join(facts.closed))
        self.country.input.setText(facts.country)
        self.region.input.setText(facts.region)
        self._lists(shown)
        self.save_button.setEnabled(shown.can_change)

    def _lists(self, shown: PracticeShown) -> None:
        """The other cards; what somebody types into the first stays."""
        emptied(self.places)
        for place in shown.locations:
            words = ", ".join(one for one in (clean(place.name), clean(place.address)) if one)
            self.places.addWidget(self._line(words, partial(self.change_place, place)))
        emptied(self.rules)
        for rule in shown.rules:
            said = self._rule_words(rule)
            self.rules.addWidget(self._line(said, partial(self.change_rule, rule)))
        for name in shown.types:
            words = self.ui.say("ui.practice.type-unsaid", name=clean(name))
            self.rules.addWidget(self._line(words, partial(self.change_rule, VisitRule("", name))))

    def _line(self, words: str, on_change: Callable[[], None]) -> QWidget:
        made = button(words, on_change, "link")
        made.setToolTip(words)
        return made

    def _rule_words(self, rule: VisitRule) -> str:
        say = self.ui.say
        parts = [clean(rule.name)]
        if rule.arrive_early:
            parts.append(say("ui.practice.early-words", minutes=rule.arrive_early))
        if rule.instructions:
            parts.append(say("ui.practice.has-instructions"))
        if rule.patient_only:
            parts.append(say("ui.practice.patient-only"))
        if not rule.remind:
            parts.append(say("ui.practice.no-remind"))
        return ", ".join(parts)

    # --- changing -----------------------------------------------------------------------------

    def save(self) -> None:
        """The facts; places and types are kept by their own dialogs."""
        self.notice.clear()
        for field in self.texts.values():
            field.wrong("")
        change = PracticeChange(
            **{name: field.text for name, field in self.texts.items()},
            first=self.first.value(),
            last=self.last.value(),
            days=tuple(day for day, box in enumerate(self.days, start=1) if box.isChecked()),
            closed=tuple(one.strip() for one in self.closed.text.split(",") if one.strip()),
            country=self.country.text,
            region=self.region.text,
        )
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.set_practice(self._session, change),
            self._saved,
            self.show_error,
        )

    def _saved(self, shown: PracticeShown) -> None:
        self._show(shown)
        self.notice.show_words(self.ui.say("ui.practice.saved"), "ok")

    def change_place(self, place: Location | None) -> None:
        dialog = LocationDialog(self.ui, self._session, place or Location(LocationId(""), ""), self)
        dialog.saved.connect(self._listed)
        dialog.open()

    def change_rule(self, rule: VisitRule | None) -> None:
        dialog = RuleDialog(self.ui, self._session, rule or VisitRule("", ""), self)
        dialog.saved.connect(self._listed)
        dialog.open()

    def _listed(self, shown: object) -> None:
        if isinstance(shown, PracticeShown):
            self._lists(shown)
            self.notice.show_words(self.ui.say("ui.practice.saved"), "ok")
