"""Settings, "This computer": what it lacks, moving to another one, retiring it."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_backups import ArrivalShown, MovePlan
from desktop.ui.base import Notice, Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.dates import moment_words
from desktop.ui.moving.arrival import ArrivalCard
from desktop.ui.navigation import Navigation

STEPS = 4
"""Of a move, in order."""


class ComputerSection(Page):
    """The list of what is missing stands first, while there is one."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.settings.computer"))
        self._session = session
        self._navigation = navigation
        self.head.addStretch()
        column = scrolled_column(self.outer, margin=6)
        self.arrival = ArrivalCard(ui, navigation, self.settle)
        column.addWidget(self.arrival)
        column.addWidget(self._move_card())
        column.addWidget(self._retire_card())
        column.addStretch()

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_arrival(self._session), self._arrived)

    def _arrived(self, shown: ArrivalShown) -> None:
        self.arrival.show_items(shown)
        stops = [*self.arrival.stops, self.plan_button, self.to_backups, self.retire]
        for one, following in pairwise(stops):  # made later, they would come last
            QWidget.setTabOrder(one, following)

    def settle(self, item: str) -> None:
        """What can be looked up is looked up behind the door, and refused where it is not done."""
        self.notice.clear()
        self.call(lambda _: self.ui.office.settle_arrival(self._session, item), self._arrived)

    # --- moving -------------------------------------------------------------------------

    def _move_card(self) -> QWidget:
        say = self.ui.say
        frame, column = card()
        column.addWidget(plain_label(say("ui.computer.move"), "heading"))
        column.addWidget(plain_label(say("ui.computer.move-lead"), "muted", wrap=True))
        self.plan_button = button(say("ui.computer.plan"), self.plan)
        self.ready = Notice(self.ui.theme)
        self.to_backups = button(
            say("ui.computer.lead-targets"), lambda: self._navigation.settings("backups"), "quiet"
        )
        self.to_backups.hide()
        self._plan = QVBoxLayout()
        self._plan.setSpacing(4)
        self.lines: list[QLabel] = []
        column.addLayout(_row(self.plan_button))
        column.addWidget(self.ready)
        column.addLayout(_row(self.to_backups))
        column.addLayout(self._plan)
        return frame

    def plan(self) -> None:
        self.notice.clear()
        self.plan_button.setEnabled(False)
        self.call(lambda _: self.ui.office.plan_move(self._session), self._planned, self._not_planned)

    def _planned(self, plan: MovePlan) -> None:
        say = self.ui.say
        self.plan_button.setEnabled(True)
        self.ready.show_words(self._saved_words(plan), "ok" if plan.ready else "warn")
        self.to_backups.setVisible(not plan.ready)
        emptied(self._plan)
        self.lines = []
        self._add(say("ui.computer.cannot-travel"), "label")
        for one in plan.items:
            self._add(f"•  {say(f'ui.computer.item-{one.item}')}: {self.ui.reason(one.reason)}")
        self._add(say("ui.computer.how"), "label")
        for number in range(1, STEPS + 1):
            self._add(f"{number}.  {say(f'ui.computer.step-{number}')}")

    def _saved_words(self, plan: MovePlan) -> str:
        """Looking about is written down too: "everything" holds for the moment after a backup."""
        if plan.ready:
            return self.ui.say("ui.computer.ready")
        last = plan.freshness.last
        if last is None:
            return self.ui.say("ui.computer.not-saved")
        return self.ui.say("ui.computer.saved-until", when=moment_words(last, self.ui.texts.language))

    def _add(self, words: str, name: str = "") -> None:
        label = plain_label(words, name, wrap=True)
        if name:
            label.setContentsMargins(0, 8, 0, 0)
        self.lines.append(label)
        self._plan.addWidget(label)

    def _not_planned(self, error: SealwellError) -> None:
        self.plan_button.setEnabled(True)
        self.show_error(error)

    # --- retiring -----------------------------------------------------------------------

    def _retire_card(self) -> QWidget:
        say = self.ui.say
        frame, column = card()
        column.addWidget(plain_label(say("ui.computer.retire"), "heading"))
        column.addWidget(plain_label(say("ui.computer.retire-lead"), "muted", wrap=True))
        self.retire = button(say("ui.computer.retire-open"), self._navigation.retire)
        column.addLayout(_row(self.retire))
        return frame


def _row(widget: QWidget) -> QHBoxLayout:
    made = QHBoxLayout()
    made.addWidget(widget)
    made.addStretch()
    return made
