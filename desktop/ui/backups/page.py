"""Backups: how things stand, the places, trying one out, the recovery kit, what was made."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.office.values_access import Purpose
from desktop.office.values_backups import BackupMade, BackupsShown, TargetLine
from desktop.ui.backups.adding import PlaceDialog
from desktop.ui.backups.check import CheckDialog
from desktop.ui.backups.drill import DrillDialog
from desktop.ui.backups.emergency import EmergencyCard
from desktop.ui.backups.history import HistoryCard, HistoryDialog
from desktop.ui.backups.kit import KitDialog, NewKeyDialog, new_key
from desktop.ui.backups.place import PlaceCard
from desktop.ui.backups.state import StateCard
from desktop.ui.backups.words import live, name_of, trouble_words
from desktop.ui.base import Page, Ui, button, emptied, plain_label, scrolled_column
from desktop.ui.bridge import Task
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.navigation import Navigation
from desktop.ui.stepup import proved

_AGAIN_MS = 3000
"""While a backup is made by itself, the page looks again."""


class BackupsSection(Page):
    """One primary action; what only administrators may do, only they see."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.settings.backups"))
        self._session = session
        self._navigation = navigation
        self._manages = session.role is Role.ADMINISTRATOR
        self._shown: BackupsShown | None = None
        self._known: tuple[date, tuple[TargetLine, ...]] | None = None
        self._task: Task | None = None
        self._return = False
        """Whoever waited on Cancel comes back to the button that began it."""
        self.head.addStretch()
        self.make_button = button(ui.say("ui.backups.make"), self.make, "primary")
        self.make_button.setEnabled(False)
        self.head.addWidget(self.make_button)
        self.column = scrolled_column(self.outer, margin=6)
        self.state = StateCard(ui, self.cancel)
        self.column.addWidget(self.state)
        self.column.addLayout(self._places_head())
        self._places = QVBoxLayout()
        self._places.setSpacing(10)
        self.column.addLayout(self._places)
        self.emergency = EmergencyCard(ui, self.drill, self.kit, self.ask_new_key)
        self.emergency.hide()
        self.column.addWidget(self.emergency)
        self.history = HistoryCard(ui, lambda: self.check(None), self.show_history)
        self.history.hide()
        self.column.addWidget(self.history)
        self.column.addStretch()
        self.cards: list[PlaceCard] = []
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._look_again)

    def _places_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(plain_label(self.ui.say("ui.backups.places"), "heading"))
        row.addStretch()
        self.add_button = button(self.ui.say("ui.target.add"), self.add)
        self.add_button.setVisible(self._manages)
        row.addWidget(self.add_button)
        return row

    # --- showing --------------------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_backups(self._session), self.show_backups)

    def show_backups(self, shown: BackupsShown) -> None:
        before, self._shown = self._shown, shown
        if before is not None and before.freshness != shown.freshness:
            self._navigation.backed_up()
        lines = live(shown)
        self.state.show_state(shown)
        self._show_places(lines)
        self.emergency.show_drills(shown)
        self.emergency.setVisible(self._manages)
        self.history.show_history(shown)
        self.history.show()
        self._offer()
        if shown.running and self._task is None:
            self._again.start(_AGAIN_MS)

    def _show_places(self, lines: tuple[TargetLine, ...]) -> None:
        """Built anew only where something is new: whoever stands on a button stays there."""
        known = (self.ui.clock.now().astimezone().date(), lines)
        if known == self._known:
            return
        self._known = known
        emptied(self._places)
        self.cards = [PlaceCard(self.ui, line, self, manages=self._manages) for line in lines]
        for made in self.cards:
            self._places.addWidget(made)
            made.show()  # at once, so that the page is laid out once and not seen in between
        if not lines:
            code = "ui.backups.none" if self._manages else "ui.backups.none-manager"
            self._places.addWidget(plain_label(self.ui.say(code), "muted", wrap=True))

    def _offer(self) -> None:
        """One action is the next: without a place it is to add one."""
        shown = self._shown
        some = shown is not None and bool(live(shown))
        running = shown is not None and shown.running
        self.make_button.setEnabled(some and self._task is None and not running)
        self._primary(self.make_button, some or not self._manages)
        self._primary(self.add_button, not some and self._manages)
        self.history.check_button.setEnabled(some)
        if self._return and self.make_button.isEnabled():
            self._return = False
            self.make_button.setFocus()

    def _primary(self, made: QWidget, on: bool) -> None:
        made.setObjectName("primary" if on else "")
        made.style().unpolish(made)
        made.style().polish(made)

    def _look_again(self) -> None:
        if self.isVisible():
            self.refresh()

    # --- a backup now ----------------------------------------------------------------------------

    def make(self) -> None:
        self.notice.clear()
        self.state.going.begin()
        self.state.elsewhere.hide()
        self._task = self.call(
            lambda task: self.ui.office.create_backup(self._session, task.progress),
            self._made,
            self._not_made,
            self.state.going.told,
        )
        self._offer()
        self.state.going.cancel.setFocus()

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self.state.going.stopping()

    def _made(self, made: BackupMade) -> None:
        self._over()
        names = {line.target.id: name_of(line) for line in (live(self._shown) if self._shown else ())}
        if made.failed:
            words = [self.ui.texts.count("ui.backups.made-in", len(made.copied))] if made.copied else []
            words += [
                self.ui.say("ui.backups.not-put", name=names.get(target, ""), why=trouble_words(self.ui, why))
                for target, why in made.failed
            ]
            self.notice.show_words("\n".join(words), "warn" if made.copied else "error")
        elif made.backup is None and not made.copied:
            self.notice.show_words(self.ui.say("ui.backups.nothing-new"), "ok")
        else:
            words = [self.ui.texts.count("ui.backups.made-in", len(made.copied))]
            self.notice.show_words(" ".join(words), "ok")
        self.refresh()

    def _not_made(self, error: SealwellError) -> None:
        self._over()
        if error.code == "cancelled":
            self.notice.show_words(self.ui.say("ui.backups.stopped"), "plain")
        else:
            self.show_error(error)
        self.refresh()

    def _over(self) -> None:
        self._task = None
        self._return = self.state.going.cancel.hasFocus()
        self.state.going.hide()
        self._navigation.backed_up()

    # --- places ----------------------------------------------------------------------------------

    def add(self) -> None:
        dialog = PlaceDialog(self.ui, self._session, self)
        dialog.accepted.connect(self._added)
        dialog.open()

    def _added(self) -> None:
        self.notice.show_words(self.ui.say("ui.target.added"), "ok")
        self.refresh()

    def change(self, line: TargetLine) -> None:
        dialog = PlaceDialog(self.ui, self._session, self, line)
        dialog.accepted.connect(self.refresh)
        dialog.open()

    def ask_retire(self, line: TargetLine) -> None:
        dialog = ConfirmDialog(self.ui, "ui.target.retire", self)
        dialog.accepted.connect(lambda: self._retire(line))
        dialog.open()

    def _retire(self, line: TargetLine) -> None:
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.KEYS,
            lambda _: self.ui.office.retire_target(self._session, line.target.id),
            self.show_backups,
            self.show_error,
        )

    # --- looking, trying, being prepared ----------------------------------------------------------

    def check(self, line: TargetLine | None) -> None:
        if self._shown is not None:
            CheckDialog(self.ui, self._session, self._shown, self, line).open()

    def show_history(self) -> None:
        if self._shown is not None:
            HistoryDialog(self.ui, self._shown, self).open()

    def drill(self) -> None:
        if self._shown is not None:
            dialog = DrillDialog(self.ui, self._session, self._shown, self)
            dialog.finished.connect(lambda _: self.refresh())
            dialog.open()

    def kit(self) -> None:
        KitDialog(self.ui, self._session, self).open()

    def ask_new_key(self) -> None:
        self.notice.clear()
        new_key(self, self.ui, self._session, self._show_key, self.show_error)

    def _show_key(self, key: str) -> None:
        dialog = NewKeyDialog(self.ui, key, self)
        dialog.accepted.connect(lambda: self.notice.show_words(self.ui.say("ui.kit.key-renewed"), "ok"))
        dialog.open()


class BackupsPage(BackupsSection):
    """The same for whoever has no settings: reached from the foot of the window, a task or the banner."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, session, navigation)
        self.back = self.lead_back(ui.say("ui.rail.today"), lambda: navigation.open("today"))
