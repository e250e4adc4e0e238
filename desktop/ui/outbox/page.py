"""Outbox: every message and where it stands, in plain words; what waits can be stopped."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.errors import DeliveryError, SealwellError
from desktop.models.accounts import Session
from desktop.models.delivery import EVERYTHING, Scope
from desktop.models.records import MessageId
from desktop.office.values import OutboxShown
from desktop.office.values_delivery import PausesShown
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.buttonline import ButtonLine
from desktop.ui.failures.wizard import FailureWizard
from desktop.ui.help.opening import Helper
from desktop.ui.navigation import Navigation
from desktop.ui.outbox.calls import CallDialog
from desktop.ui.outbox.detail import MessagePane
from desktop.ui.outbox.listing import OutboxList
from desktop.ui.outbox.pausing import ContinueDialog, PauseBanner, PauseDialog
from desktop.ui.outbox.words import ALL, CALLS, DESK, GROUPS, WAITING, counted

_REFRESH_MS = 2000
Looked = tuple[OutboxShown, PausesShown | None]


class OutboxPage(Page):
    """Looks anew every two seconds while it is in front; reads again only what has changed."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.outbox.title"))
        self.back = self.lead_back(ui.say("ui.rail.messages"), lambda: navigation.open("messages"))
        self._session = session
        self._trouble = False
        self._mark = ""
        self._group = ALL
        self._looking = False
        self.head.addStretch()
        self.calls = button(ui.say("ui.calls.open"), self.open_calls)
        self.pause = button(ui.say("ui.pause.everything"), self.ask_pause)
        for made in (self.calls, self.pause):
            made.setVisible(session.role in DESK)
            self.head.addWidget(made)
        self.banner = PauseBanner(ui, session)
        self.banner.resume.connect(self.ask_continue)
        self.outer.addWidget(self.banner)
        self.filters = ButtonLine(ui.say("ui.outbox.filters"), self.show_group)
        for group in GROUPS:
            self.filters.add(group, ui.texts.count(f"ui.outbox.group-{group}", 0))
        self.filters.buttons[ALL].setChecked(True)
        self.outer.addWidget(self.filters)
        self.list = OutboxList(ui)
        self.list.chosen_changed.connect(lambda: self._show_chosen())
        self.list.wanted.connect(self._read)
        self.rows, self.view = self.list.rows, self.list.view
        self.detail = MessagePane(ui, session)
        self.detail.changed.connect(self.refresh)
        self.detail.said.connect(lambda words, kind: self.notice.show_words(words, kind))
        self.detail.wizard.connect(self.open_wizard)
        self.helper = Helper(ui, session, self, lambda words, kind: self.notice.show_words(words, kind))
        self.detail.help_wanted.connect(self.helper.message)
        self.stop, self.help = self.detail.stop, self.detail.help
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.list, 1)
        row.addWidget(self.detail)
        self.body = QWidget()
        row.setContentsMargins(0, 0, 0, 0)
        self.body.setLayout(row)
        self.outer.addWidget(self.body, 1)
        self.empty = plain_label(ui.say("ui.outbox.empty"), "muted", wrap=True)
        self.outer.addWidget(self.empty)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look_if_shown)
        self._timer.start(_REFRESH_MS)

    # --- looking --------------------------------------------------------------------------

    def _look_if_shown(self) -> None:
        if self.isVisible() and not self._looking:
            self._look(self._mark)

    def refresh(self) -> None:
        self._look("")

    def show_group(self, group: str) -> None:
        """The messages that stand there alone, or all."""
        self._group = group
        self.filters.buttons[group].setChecked(True)
        self._look("")

    def open_group(self, group: str) -> None:
        """From elsewhere: a group, or `calls` for the call list."""
        if group == CALLS:
            self.open_calls()
        else:
            self.show_group(group)

    def _look(self, known: str) -> None:
        """What is in sight, with what is paused; with `known` only if something has changed."""
        group = self._group
        first, number = self.list.stretch() if known else (0, self.list.stretch()[1])
        if not known and self.list.group == group:
            first = self.list.stretch()[0]
        self._looking = True

        def look(_: object) -> Looked:
            office = self.ui.office
            shown = office.list_outbox(self._session, number, first, GROUPS[group], known)
            return shown, None if shown.unchanged else office.list_pauses(self._session)

        def show(looked: Looked) -> None:
            self._looking = False
            if group == self._group:
                self._show(group, first, *looked)

        def failed(error: SealwellError) -> None:
            self._looking = False
            self.show_error(error)

        self.call(look, show, failed)

    def _read(self, first: int, number: int) -> None:
        """Rows that came into sight; had the outbox changed meanwhile, everything is looked at anew."""
        group, mark = self._group, self._mark

        def show(shown: OutboxShown) -> None:
            if group != self._group:
                return
            if shown.mark != mark:
                self.refresh()
            else:
                self.list.fill(first, shown)

        self.call(lambda _: self.ui.office.list_outbox(self._session, number, first, GROUPS[group]), show)

    def _show(self, group: str, first: int, shown: OutboxShown, paused: PausesShown | None) -> None:
        self._show_counts(shown)
        self._show_trouble(shown)
        if paused is None:
            return
        self._mark = shown.mark
        self.banner.show_pauses(paused)
        everything = any(one.scope == EVERYTHING for one in paused.pauses)
        self.pause.setVisible(self._session.role in DESK and not everything)
        self.list.show_shown(group, first, shown)
        self._show_chosen()

    def _show_counts(self, shown: OutboxShown) -> None:
        """Places without a message are not offered, but the one that is open stays."""
        anything = counted(shown.counts, ALL) > 0
        self.empty.setVisible(not anything)
        self.body.setVisible(anything)
        self.filters.setVisible(anything)
        for group, made in self.filters.buttons.items():
            number = counted(shown.counts, group)
            made.setText(self.ui.texts.count(f"ui.outbox.group-{group}", number))
            made.setHidden(not number and group not in (ALL, self._group))
        self.filters.place()

    def _show_trouble(self, shown: OutboxShown) -> None:
        """While rows wait because the latest run ended early, say why; it goes when they have left."""
        waiting = sum(shown.counts.get(state, 0) for state in WAITING)
        if shown.stopped is not None and waiting:
            error = DeliveryError(shown.stopped.code, **shown.stopped.params)
            self.notice.show_words(self.ui.error(error), "warn")
            self._trouble = True
        elif self._trouble:
            self.notice.clear()
            self._trouble = False

    def _show_chosen(self) -> None:
        self.detail.show_chosen(tuple(self.list.chosen.values()))

    # --- what may be done -------------------------------------------------------------------

    def ask_pause(self) -> None:
        dialog = PauseDialog(self.ui, self._session, self)
        dialog.accepted.connect(self.refresh)
        dialog.open()

    def ask_continue(self, scope: Scope) -> None:
        dialog = ContinueDialog(self.ui, self._session, scope, self)
        dialog.accepted.connect(self.refresh)
        dialog.open()

    def open_calls(self) -> None:
        CallDialog(self.ui, self._session, self).open()

    def open_wizard(self, message: MessageId) -> None:
        """The guided way after a message that did not arrive."""
        dialog = FailureWizard(self.ui, self._session, message, self)
        dialog.finished.connect(lambda _: self.refresh())
        dialog.open()
