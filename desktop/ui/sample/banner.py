"""Over every page of the look around: that nobody here is real, whose place one has, what would have left."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton

from desktop.errors import SealwellError
from desktop.models.accounts import Role
from desktop.office.values_entry import SignedIn
from desktop.office.values_sample import Guide, LeftLetter
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.sample.left import LeftDialog


class SampleBanner(QFrame):
    """`lock` takes what is on the screen away, `arrive` lets the next one in, `said` hears why not."""

    def __init__(
        self,
        ui: Ui,
        guide: Guide,
        lock: Callable[[], None],
        arrive: Callable[[SignedIn], None],
        said: Callable[[SealwellError], None],
        leave: Callable[[], object],
    ) -> None:
        super().__init__()
        self.ui = ui
        self._guide = guide
        self._lock = lock
        self._arrive = arrive
        self._said = said
        self.setObjectName("sample")
        self.setAccessibleName(ui.say("ui.sample.banner"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(10)
        words = plain_label(ui.say("ui.sample.banner"), "heading", wrap=True)
        row.addWidget(words, 1)
        row.addWidget(plain_label(ui.say("ui.sample.look-as")))
        group = QButtonGroup(self)
        self.roles: dict[Role, QPushButton] = {}
        for role in guide.roles:
            made = button(ui.say(f"ui.role.{role.value}"), lambda chosen=role: self.take(chosen))  # type: ignore[misc]
            made.setCheckable(True)
            group.addButton(made)
            row.addWidget(made)
            self.roles[role] = made
        self.roles[Role.FRONT_DESK].setChecked(True)
        self.outbox = button(ui.say("ui.sample.left"), self.show_left)
        self.end = button(ui.say("ui.sample.end"), leave)
        row.addSpacing(6)
        row.addWidget(self.outbox)
        row.addWidget(self.end)

    def take(self, role: Role) -> None:
        """Out of one place, into another, in this order: both go the way of the lock."""
        self._wait(True)
        self._lock()
        self.ui.bridge.run(self, lambda _: self._guide.enter(role), self._taken, self._failed, urgent=True)

    def _taken(self, answer: SignedIn) -> None:
        self._wait(False)
        self._arrive(answer)

    def _failed(self, error: SealwellError) -> None:
        self._wait(False)
        self._said(error)

    def _wait(self, waiting: bool) -> None:
        for made in self.roles.values():
            made.setEnabled(not waiting)

    def show_left(self) -> None:
        def shown(letters: tuple[LeftLetter, ...]) -> None:
            LeftDialog(self.ui, letters, self.window()).open()

        self.ui.bridge.run(self, lambda _: self._guide.left(), shown, self._failed)
