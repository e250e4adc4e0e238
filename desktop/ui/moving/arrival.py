"""What a computer still lacks after a practice came to it, each with the way to where it is done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop.office.values_backups import ArrivalShown, MoveItem
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.icons import pixmap
from desktop.ui.navigation import Navigation


def open_items(shown: ArrivalShown) -> tuple[MoveItem, ...]:
    """Those that are still to be done."""
    return tuple(one for one in shown.items if not one.done)


def lead(navigation: Navigation, item: str) -> None:
    """To where an item is done."""
    match item:
        case "relay" | "mailbox":
            navigation.settings(item)
        case "computer-share" | "quick-unlock":
            navigation.open("account")
        case "outbox":
            navigation.outbox("waiting")
        case "test":
            navigation.settings("health")
        case _:
            navigation.settings("backups")


class ArrivalCard(QFrame):
    """One row an item: what and why, where it is done, and that it is done."""

    def __init__(self, ui: Ui, navigation: Navigation, on_done: Callable[[str], None]) -> None:
        super().__init__()
        self.ui = ui
        self._navigation = navigation
        self._on_done = on_done
        self.leads: dict[str, QPushButton] = {}
        self.dones: dict[str, QPushButton] = {}
        self.setObjectName("card")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(plain_label(ui.say("ui.computer.arrival"), "heading"))
        outer.addWidget(plain_label(ui.say("ui.computer.arrival-lead"), "muted", wrap=True))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        outer.addLayout(self._rows)
        self.hide()

    @property
    def stops(self) -> list[QPushButton]:
        """In the order of the rows."""
        return [one for item in self.dones for one in (self.dones[item], self.leads[item])]

    def show_items(self, shown: ArrivalShown) -> None:
        """The one in focus keeps it, where it is still open."""
        focused = next((item for item, made in self.dones.items() if made.hasFocus()), "")
        emptied(self._rows)
        self.leads, self.dones = {}, {}
        for one in shown.items:
            self._rows.addWidget(self._row(one))
        self.setVisible(bool(open_items(shown)))
        after = self.dones.get(focused) or next(iter(self.dones.values()), None)
        if focused and after is not None:
            after.setFocus()

    def _row(self, one: MoveItem) -> QFrame:
        say = self.ui.say
        name = say(f"ui.computer.item-{one.item}")
        frame = QFrame()
        frame.setObjectName("row")
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 10, 0, 10)
        row.setSpacing(12)
        picture = QLabel()
        tokens = self.ui.theme.tokens
        picture.setPixmap(
            pixmap("check" if one.done else "circle-alert", tokens.ok if one.done else tokens.warn, 18)
        )
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(plain_label(name, "label", wrap=True))
        words.addWidget(plain_label(self.ui.reason(one.reason), "muted", wrap=True))
        row.addLayout(words, 1)
        if not one.done:
            there = button(say(f"ui.computer.lead-{one.item}"), partial(lead, self._navigation, one.item))
            there.setAccessibleDescription(name)
            done = button(say("ui.computer.is-done"), partial(self._on_done, one.item), "quiet")
            done.setAccessibleName(say("ui.computer.is-done-of", item=name))
            self.leads[one.item], self.dones[one.item] = there, done
            acts = QHBoxLayout()  # below the words, which beside them would stand in a narrow column
            acts.setContentsMargins(0, 4, 0, 0)
            acts.setSpacing(12)
            acts.addStretch()
            acts.addWidget(done)
            acts.addWidget(there)
            words.addLayout(acts)
        return frame


class ArrivalLine(QFrame):
    """On Today, until everything is done."""

    def __init__(self, ui: Ui, on_open: Callable[[], None]) -> None:
        super().__init__()
        self.ui = ui
        self.setObjectName("notice")
        self.setProperty("kind", "warn")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(10)
        picture = QLabel()
        picture.setPixmap(pixmap("triangle-alert", ui.theme.tokens.warn, 18))
        self.words = plain_label("", wrap=True)
        self.button = button(ui.say("ui.computer.to-list"), on_open)
        row.addWidget(picture)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.hide()

    def show_items(self, shown: ArrivalShown) -> None:
        left = len(open_items(shown))
        self.words.setText(self.ui.texts.count("ui.computer.lacks", left) if left else "")
        self.setVisible(bool(left))
